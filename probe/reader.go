package probe

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// Reader reads a Source within Limits and counts what it spent. All reading that a format
// does goes through it. It is safe for concurrent use.
type Reader struct {
	ctx    context.Context
	src    Source
	limits Limits
	ledger *ledger // shared with the Readers of what src refers to

	level   int  // how many references lead here
	opening bool // src is the opening of a longer stream
}

// ledger is what one probe spent, over all the sources that it took.
type ledger struct {
	prober *Prober // that is at work; nil when a Reader is used on its own

	elements atomic.Int64

	mu         sync.Mutex
	bytes      int64
	reads      int
	references int
	opened     []io.Closer
	loans      []*scratch
}

// NewReader returns a Reader over src. Reads fail once ctx ends or a limit is reached.
func NewReader(ctx context.Context, src Source, limits Limits) *Reader {
	return &Reader{ctx: ctx, src: src, limits: limits.withDefaults(), ledger: new(ledger)}
}

// Limits returns the bounds in force, defaults filled in.
func (r *Reader) Limits() Limits { return r.limits }

// Size returns the source's length in bytes and whether it is known.
func (r *Reader) Size() (int64, bool) { return r.src.Size() }

// ReadAt reads len(p) bytes at off, as io.ReaderAt: fewer bytes come with a non-nil error.
// The error is io.EOF at the end of the source, else an *Error of kind Limit or IO; the
// context's own error is wrapped in the latter.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := r.ctx.Err(); err != nil {
		return 0, &Error{Kind: IO, Offset: off, Err: context.Cause(r.ctx)}
	}
	wanted := int64(len(p))
	if size, ok := r.src.Size(); ok { // what lies behind the end costs nothing
		wanted = min(wanted, max(size-off, 0))
	}
	if err := r.spend(wanted, off); err != nil {
		return 0, err
	}
	n, err := r.src.ReadAt(p, off)
	r.refund(wanted - int64(n))
	switch {
	case n == len(p):
		return n, nil
	case err == nil:
		err = io.ErrNoProgress
	case err == io.EOF:
		return n, io.EOF
	}
	var known *Error
	if errors.As(err, &known) {
		return n, err
	}
	return n, &Error{Kind: IO, Offset: off, Err: err}
}

// Head reads up to n bytes from the start; a shorter source gives fewer bytes and no error.
func (r *Reader) Head(n int) ([]byte, error) {
	p := make([]byte, n)
	got, err := r.ReadAt(p, 0)
	if err == io.EOF {
		err = nil
	}
	return p[:got], err
}

// Element counts one structure (box, element, packet) against the limit.
func (r *Reader) Element(off int64) error { return r.Elements(1, off) }

// Elements is Element for n small structures in a row, which lie at off.
func (r *Reader) Elements(n int, off int64) error {
	if r.ledger.elements.Add(int64(n)) > int64(r.limits.MaxElements) {
		e := Errorf(Limit, "more than %d elements", r.limits.MaxElements)
		e.Offset = off
		return e
	}
	return nil
}

// Cost returns what reading has taken so far: the source's own account where it keeps one.
func (r *Reader) Cost() Cost {
	if a, ok := r.src.(Accountant); ok {
		return a.Spent()
	}
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	return Cost{Requests: r.ledger.reads, Bytes: r.ledger.bytes}
}

func (r *Reader) spend(n, off int64) error {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	if r.ledger.reads >= r.limits.MaxReads {
		e := Errorf(Limit, "more than %d reads", r.limits.MaxReads)
		e.Offset = off
		return e
	}
	if n > r.limits.MaxBytes-r.ledger.bytes {
		e := Errorf(Limit, "more than %d bytes read", r.limits.MaxBytes)
		e.Offset = off
		return e
	}
	r.ledger.reads++
	r.ledger.bytes += n
	return nil
}

func (r *Reader) refund(n int64) {
	r.ledger.mu.Lock()
	r.ledger.bytes -= n
	r.ledger.mu.Unlock()
}
