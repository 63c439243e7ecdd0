package probe

import (
	"bytes"
	"io"
)

// Source is where bytes come from: a file, a remote object read by ranges, a byte slice.
//
// ReadAt follows io.ReaderAt. It must be safe for concurrent use. Size returns the length in
// bytes and true, or false while the length is unknown.
type Source interface {
	io.ReaderAt
	Size() (int64, bool)
}

// Accountant is a Source that knows what reading from it really cost, for example HTTP
// requests and the bytes of their bodies. Without it a Reader counts its own reads.
type Accountant interface {
	Spent() Cost
}

// Cost is what reading from a source took.
type Cost struct {
	Requests int   // round trips to the origin
	Bytes    int64 // bytes received
}

// NewSource returns a Source over r, an open file for example, that is size bytes long.
func NewSource(r io.ReaderAt, size int64) Source { return sized{r, size} }

// NewBytes returns a Source over b. The caller must not change b while it is in use.
func NewBytes(b []byte) Source { return memory{sized{bytes.NewReader(b), int64(len(b))}} }

type sized struct {
	io.ReaderAt
	size int64
}

func (s sized) Size() (int64, bool) { return s.size, true }

// memory is a sized source in which every place is near.
type memory struct{ sized }

func (m memory) ReadRanges(ranges []Range) error { return ReadInOrder(m, ranges) }
