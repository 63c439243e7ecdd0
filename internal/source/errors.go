package source

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// Code says why a source could not be read. Its text is what a failed job reports.
type Code string

// The codes.
const (
	Unreachable      Code = "SourceUnreachable" // no usable answer from the origin
	Forbidden        Code = "SourceForbidden"   // 401, 403, or a refused signature
	NotFound         Code = "SourceNotFound"    // 404, 410, no such bucket or key
	Expired          Code = "SourceExpired"     // the presigned URL or the token has run out
	Changed          Code = "SourceChanged"     // another version than the one first seen
	Truncated        Code = "SourceTruncated"   // fewer bytes than the origin announced
	NotSeekable      Code = "SourceNotSeekable" // no ranges, and a read that needs them
	AddressDenied    Code = "AddressDenied"     // the guard refused a host
	BudgetExceeded   Code = "BudgetExceeded"    // requests or bytes used up
	DeadlineExceeded Code = "DeadlineExceeded"  // the time for this source has run out
	Cancelled        Code = "Cancelled"         // the caller gave up, or the Object is closed
)

// Reasons for which Check refuses a reference.
var (
	ErrBadRef        = errors.New("not a usable source")
	ErrBucketUnknown = errors.New("bucket is not in storage management")
	ErrURLInputsOff  = errors.New("url inputs are switched off")
	// ErrDenied is the whole of what a caller learns when an address is refused, whichever
	// check refused it: more would map the network behind the service.
	ErrDenied = errors.New("the address of the source is not allowed")
)

// Error is any failure to open or read a source. Its text holds no secret and, for
// AddressDenied, no hint at what was refused.
type Error struct {
	Code       Code
	Ref        string        // what was asked for, secrets redacted
	Status     int           // HTTP status of the answer; 0 when there was none
	Err        error         // the reason
	Reason     string        // the reason in words from a short list of ours, fit for anyone; may be empty
	Temporary  bool          // a later try may succeed
	RetryAfter time.Duration // what the origin asked for, at most one hour; 0 when it did not
	Spent      probe.Cost    // of an Open that failed; afterwards the Object knows
}

// Error prints for example `SourceNotFound: "oss://bucket/key": status 404: no such object`.
func (e *Error) Error() string {
	if e.Code == AddressDenied {
		return ErrDenied.Error()
	}
	s := fmt.Sprintf("%s: %s", e.Code, strconv.QuoteToGraphic(e.Ref))
	if e.Status != 0 {
		s += fmt.Sprintf(": status %d", e.Status)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }
