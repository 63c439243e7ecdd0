package source

import (
	"context"
	"errors"
	"io"
	"net/url"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

var (
	errClosed   = errors.New("source closed")
	errDeadline = errors.New("no time left for this source")
	errOffset   = errors.New("negative offset")
)

// Facts are what is known about a source beside its bytes.
type Facts struct {
	Name         string    // last path segment, percent-decoded
	URL          string    // as a result shows it: no secrets
	ETag         string    // as sent, quotes and all; empty when the origin sends none
	LastModified time.Time // zero when the origin sends none
	Region       string    // of the storage; empty for a plain URL
	Bucket, Key  string    // empty for a plain URL
}

// Object is an open source. It implements probe.Source and probe.Accountant.
//
// It reads by ranges, in windows that are kept, so that small reads near each other cost one
// request. From an origin without ranges it reads forward through one answer.
type Object struct {
	Facts

	opener   *Opener
	target   *target
	account  *account
	ctx      context.Context
	cancel   context.CancelCauseFunc
	stop     context.CancelFunc // of the deadline
	unlink   func()             // from the Object that led here; nil for none
	slots    chan struct{}      // one per request in flight
	head     int64              // bytes that the opening request asks for
	oneRange bool               // the origin is a store known to answer one range at a time; set by open
	stream   *stream            // non-nil when the origin ignores ranges; set by open

	precondition string // header that later requests carry, "" for none; set by open
	expected     []string
	modified     string // Last-Modified as sent

	mu      sync.Mutex
	size    int64 // -1: unknown
	cache   cache
	final   *url.URL // where redirects led; nil: ask the target
	readers int      // calls of ReadAt under way
	closed  bool
}

func newObject(ctx context.Context, o *Opener, t *target) *Object {
	a := &account{maxRequests: o.cfg.MaxRequests, maxBytes: o.cfg.MaxBytes}
	return newObjectOn(ctx, o, t, a, make(chan struct{}, o.cfg.Parallel))
}

// newObjectOn makes an Object that spends from a and sends its requests through slots.
func newObjectOn(ctx context.Context, o *Opener, t *target, a *account, slots chan struct{}) *Object {
	obj := &Object{
		Facts:   t.facts,
		opener:  o,
		target:  t,
		account: a,
		slots:   slots,
		head:    headWindow,
		size:    -1,
		cache:   cache{scatter: headWindow},
	}
	ctx, obj.stop = context.WithTimeoutCause(ctx, o.cfg.Deadline, errDeadline)
	obj.ctx, obj.cancel = context.WithCancelCause(withAccount(ctx, obj.account))
	return obj
}

// Size returns the length in bytes, or false while the origin has not told it.
func (o *Object) Size() (int64, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return max(o.size, 0), o.size >= 0
}

// Spent returns the HTTP requests made and the body bytes received so far.
func (o *Object) Spent() probe.Cost { return o.account.cost() }

// Close gives up requests in flight. Reads after it fail.
func (o *Object) Close() error {
	o.cancel(errClosed)
	o.stop()
	if o.unlink != nil {
		o.unlink()
	}
	if o.stream != nil {
		o.stream.close()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.readers == 0 {
		o.cache.release()
	}
	return nil
}

// enter and leave enclose every use of the cache's buffers, so that they go back to the pool
// when the Object is closed and the last reader has left.
func (o *Object) enter() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.readers++
	return true
}

func (o *Object) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.readers--
	if o.closed && o.readers == 0 {
		o.cache.release()
	}
}

// ReadAt follows io.ReaderAt and is safe for concurrent use. Errors are io.EOF, or hold an
// *Error; a spent budget is a probe.Limit as well.
func (o *Object) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errOffset
	}
	n, err := o.readAt(p, off)
	if n == len(p) || err == nil || err == io.EOF {
		return n, err
	}
	var known *Error
	if !errors.As(err, &known) {
		known = o.fail(err)
	}
	if known.Code == BudgetExceeded {
		return n, &probe.Error{Kind: probe.Limit, Offset: off, Err: known}
	}
	return n, known
}

func (o *Object) readAt(p []byte, off int64) (n int, err error) {
	if o.stream != nil {
		return o.stream.readAt(p, off)
	}
	if !o.enter() {
		return 0, context.Cause(o.ctx)
	}
	defer o.leave()
	for n < len(p) {
		if o.ctx.Err() != nil {
			return n, context.Cause(o.ctx)
		}
		got, err := o.readOnce(p[n:], off+int64(n))
		n += got
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// readOnce copies what one window holds at off, fetching it when nobody has.
func (o *Object) readOnce(p []byte, off int64) (int, error) {
	o.mu.Lock()
	if o.size >= 0 && off >= o.size {
		o.mu.Unlock()
		return 0, io.EOF
	}
	if w := o.cache.at(off); w != nil {
		o.mu.Unlock()
		return o.await(w, p, off)
	}
	plan := o.cache.plan(off, int64(len(p)), o.size, o.account.room())
	if plan.direct {
		o.mu.Unlock()
		return o.fetch(p[:plan.end-off], off)
	}
	w := o.cache.start(plan)
	o.mu.Unlock()
	o.load(w)
	return o.await(w, p, off)
}

// load fetches w and wakes everyone who waits for it.
func (o *Object) load(w *window) {
	buf := newBuffer(w.end - w.off)
	n, err := o.fetch(buf.data, w.off)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		w.err = err
		o.cache.drop(w)
		buf.free()
	} else {
		w.fill(buf, int64(n))
		o.cache.trim()
	}
	close(w.done)
}

// await copies from w once it is loaded. No bytes and no error means: look again.
func (o *Object) await(w *window, p []byte, off int64) (int, error) {
	select {
	case <-w.done:
	case <-o.ctx.Done():
		return 0, context.Cause(o.ctx)
	}
	if w.err != nil {
		return 0, w.err
	}
	if off >= w.off+int64(len(w.data)) {
		return 0, nil
	}
	return copy(p, w.data[off-w.off:]), nil
}

// setSize records the length of the source once it is known.
func (o *Object) setSize(size int64) {
	o.mu.Lock()
	o.size = size
	o.mu.Unlock()
}
