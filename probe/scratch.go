package probe

import (
	"math/bits"
	"sync"
)

// Scratch has sizes of powers of two, between these two; larger pieces are not kept.
const (
	minScratch = 64 << 10
	maxScratch = 1 << 20
)

// scratches has a pool for each power of two.
var scratches [32]sync.Pool

// scratch is memory on loan.
type scratch struct {
	data []byte
	pool *sync.Pool
}

// Scratch returns n bytes, of any content, that belong to the caller until the probe at work is
// over; nothing of the answer may point into them. It spares a format that reads a long head
// clearing and collecting memory, which costs as much as reading it. n is the caller's own
// number, never one that a source claims.
func (r *Reader) Scratch(n int) []byte {
	if n > maxScratch || r.ledger.prober == nil {
		return make([]byte, n)
	}
	size := bits.Len(uint(max(n, minScratch) - 1))
	pool := &scratches[size]
	s, _ := pool.Get().(*scratch)
	if s == nil {
		s = &scratch{data: make([]byte, 1<<size), pool: pool}
	}
	r.ledger.mu.Lock()
	r.ledger.loans = append(r.ledger.loans, s)
	r.ledger.mu.Unlock()
	return s.data[:n]
}

// returnScratch gives back what Scratch lent.
func (r *Reader) returnScratch() {
	r.ledger.mu.Lock()
	loans := r.ledger.loans
	r.ledger.loans = nil
	r.ledger.mu.Unlock()
	for _, s := range loans {
		s.pool.Put(s)
	}
}
