// Package window reads files whose chunks stand at their start and at their end: one read for
// each of the two, and one for what lies between.
package window

import (
	"io"

	"github.com/mediagauge/mediagauge/probe"
)

// Size is how many bytes at either end are read at once.
const Size = 64 << 10

// Ends reads a source of known length. It is not safe for concurrent use.
type Ends struct {
	r          *probe.Reader
	size       int64
	head, tail []byte // tail is read once something there is wanted
}

// Open reads the start of a source that is size bytes long.
func Open(r *probe.Reader, size int64) (*Ends, error) {
	head, err := r.Head(Size)
	return &Ends{r: r, size: size, head: head}, err
}

// Head returns the first bytes, at most Size.
func (e *Ends) Head() []byte { return e.head }

// At returns n bytes at off, fewer at the end of the source. The caller must not change them.
func (e *Ends) At(off, n int64) ([]byte, error) {
	if n = min(n, e.size-off); n <= 0 {
		return nil, nil
	}
	if off+n <= int64(len(e.head)) {
		return e.head[off : off+n], nil
	}
	from := max(e.size-Size, 0)
	if off < from {
		return e.read(off, n)
	}
	if e.tail == nil {
		var err error
		if e.tail, err = e.read(from, e.size-from); err != nil {
			return nil, err
		}
	}
	at := min(off-from, int64(len(e.tail)))
	return e.tail[at:min(at+n, int64(len(e.tail)))], nil
}

func (e *Ends) read(off, n int64) ([]byte, error) {
	p := make([]byte, n)
	got, err := e.r.ReadAt(p, off)
	if err == io.EOF {
		err = nil
	}
	return p[:got], err
}
