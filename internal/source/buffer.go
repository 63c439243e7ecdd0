package source

import (
	"math/bits"
	"sync"
)

// Buffers have sizes of powers of two, between these two; larger ones are not pooled.
const (
	minBuffer = minWindow
	maxBuffer = directRead
)

// buffer is memory for one window. Most objects are read for a few milliseconds: without a
// pool, clearing and collecting their windows costs as much as reading them.
type buffer struct {
	data []byte // as long as asked for
	pool *sync.Pool
}

// buffers has a pool for each power of two.
var buffers [32]sync.Pool

// newBuffer returns n bytes that may hold what somebody else left in them.
func newBuffer(n int64) *buffer {
	if n > maxBuffer {
		return &buffer{data: make([]byte, n)}
	}
	size := bits.Len64(uint64(max(n, minBuffer) - 1))
	pool := &buffers[size]
	b, _ := pool.Get().(*buffer)
	if b == nil {
		b = &buffer{data: make([]byte, 1<<size), pool: pool}
	}
	b.data = b.data[:n]
	return b
}

// free gives the memory back. It must not be used afterwards.
func (b *buffer) free() {
	if b.pool != nil {
		b.pool.Put(b)
	}
}
