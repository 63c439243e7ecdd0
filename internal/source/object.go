package source

import (
	"errors"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// Facts are what is known about a source beside its bytes.
type Facts struct {
	Name         string    // last path segment, percent-decoded
	URL          string    // as a result shows it: no secrets
	ETag         string    // as sent, quotes and all; empty when the origin sends none
	LastModified time.Time // zero when the origin sends none
	Region       string    // of the storage
	Bucket, Key  string    // empty for a plain URL
}

// Object is an open source. It implements probe.Source and probe.Accountant.
type Object struct {
	Facts
}

// ReadAt follows io.ReaderAt and is safe for concurrent use. Errors other than io.EOF are an
// *Error.
func (o *Object) ReadAt(p []byte, off int64) (int, error) { return 0, errors.ErrUnsupported }

// Size returns the length in bytes, or false while the origin has not told it.
func (o *Object) Size() (int64, bool) { return 0, false }

// Spent returns the HTTP requests made and the body bytes received so far.
func (o *Object) Spent() probe.Cost { return probe.Cost{} }

// Close gives up requests in flight. Reads after it fail.
func (o *Object) Close() error { return nil }
