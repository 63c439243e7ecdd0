package sqlite

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/mediagauge/mediagauge/internal/store"
)

// maxGroupRows bounds one transaction, and with it how long a late caller waits.
const maxGroupRows = 1000

// writer owns the one connection that changes the database. Calls wait in a queue; the writer
// takes all that wait, runs them in one transaction, commits once and answers all. While one
// commit is under way the next group collects, so no timer is needed.
type writer struct {
	c               *conn
	log             *slog.Logger
	checkpointPages int

	wake  chan struct{} // capacity 1: there is work, or the end
	done  chan struct{} // closed when the goroutine has ended
	fatal chan error    // capacity 1

	mu     sync.Mutex
	queue  []*op
	closed bool
	failed error // set once, for ever
}

// op is one call. run may be called twice, if a neighbour spoiled the first transaction, and
// so starts by forgetting its results. It returns an error of package job or store only when
// it changed nothing.
type op struct {
	rows  int
	run   func(c *conn) error
	state atomic.Int32
	err   error
	done  chan struct{}
}

// The states of an op. Whoever moves it from waiting decides whether it runs at all.
const (
	opWaiting = iota
	opStarted
	opAbandoned
)

func newWriter(c *conn, o Options) *writer {
	w := &writer{
		c:               c,
		log:             o.Log,
		checkpointPages: o.checkpointPages,
		wake:            make(chan struct{}, 1),
		done:            make(chan struct{}),
		fatal:           make(chan error, 1),
	}
	go w.loop()
	return w
}

// do runs f in a transaction that may hold other calls too. It returns after the commit is on
// stable storage. When ctx ends before the writer has begun, f never runs; after that do
// waits for the outcome, so that the answer is always what happened.
func (w *writer) do(ctx context.Context, rows int, f func(c *conn) error) error {
	o := &op{rows: rows, run: f, done: make(chan struct{})}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.enqueue(o); err != nil {
		return err
	}
	select {
	case <-o.done:
		return o.err
	case <-ctx.Done():
	}
	if o.state.CompareAndSwap(opWaiting, opAbandoned) {
		return ctx.Err()
	}
	<-o.done
	return o.err
}

func (w *writer) enqueue(o *op) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return store.ErrClosed
	case w.failed != nil:
		return w.failed
	}
	w.queue = append(w.queue, o)
	w.nudge()
	return nil
}

func (w *writer) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// stop refuses new calls, finishes the waiting ones and ends the goroutine.
func (w *writer) stop() {
	w.mu.Lock()
	w.closed = true
	w.nudge()
	w.mu.Unlock()
	<-w.done
}

func (w *writer) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

func (w *writer) loop() {
	defer close(w.done)
	for range w.wake {
		for {
			// Callers that the last commit woke get to ask again first: fuller groups, fewer syncs.
			runtime.Gosched()
			group := w.next()
			if len(group) == 0 {
				break
			}
			w.commitGroup(group)
			w.checkpoint()
		}
		w.mu.Lock()
		end := w.closed && len(w.queue) == 0
		w.mu.Unlock()
		if end {
			return
		}
	}
}

// next takes the oldest waiting ops, up to the bound, and marks them started.
func (w *writer) next() []*op {
	w.mu.Lock()
	defer w.mu.Unlock()
	var group []*op
	rows, n := 0, 0
	for _, o := range w.queue {
		if len(group) > 0 && rows+o.rows > maxGroupRows {
			break
		}
		n++
		if o.state.CompareAndSwap(opWaiting, opStarted) {
			group = append(group, o)
			rows += o.rows
		}
	}
	w.queue = append(w.queue[:0], w.queue[n:]...)
	return group
}

// commitGroup runs the group in one transaction and answers everyone.
func (w *writer) commitGroup(group []*op) {
	err := w.failure()
	if err == nil {
		err = w.transact(group)
	}
	if err != nil {
		for _, o := range group {
			o.err = err
		}
	}
	for _, o := range group {
		close(o.done)
	}
}

// transact tries the group without savepoints, which cost a copy of every page touched. Only
// when the database refuses an op is the group undone and run again with one savepoint each,
// so that the bad op fails alone.
func (w *writer) transact(group []*op) error {
	err := w.attempt(group, (*op).plain)
	if err != nil && !isFatal(err) && len(group) > 1 {
		err = w.attempt(group, (*op).guarded)
	}
	if err != nil {
		err = explain(err)
	}
	if isFatal(err) {
		return w.fail(err)
	}
	return err
}

func (w *writer) attempt(group []*op, run func(*op, *conn) error) error {
	if _, err := w.c.exec(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	for _, o := range group {
		if err := run(o, w.c); err != nil {
			w.c.rollback()
			return err
		}
	}
	if _, err := w.c.exec(`COMMIT`); err != nil {
		w.c.rollback()
		return err
	}
	return nil
}

// plain runs o. An error of the database ends the attempt, any other is o's answer.
func (o *op) plain(c *conn) error {
	o.err = o.run(c)
	if primary(o.err) != 0 {
		return o.err
	}
	return nil
}

// guarded runs o inside a savepoint. An error ends the attempt only when the savepoint is
// gone with it: SQLite undoes the whole transaction when the disk is full or broken.
func (o *op) guarded(c *conn) error {
	if _, err := c.exec(`SAVEPOINT op`); err != nil {
		return err
	}
	if o.err = o.run(c); primary(o.err) != 0 {
		o.err = explain(o.err)
		if isFatal(o.err) {
			return o.err
		}
		if _, err := c.exec(`ROLLBACK TO op`); err != nil {
			return o.err
		}
	}
	_, err := c.exec(`RELEASE op`)
	return err
}

// rollback ends the transaction. It fails when SQLite already ended it, which is as good.
func (c *conn) rollback() {
	_, _ = c.exec(`ROLLBACK`)
}

// fail makes the writer refuse everything from now on and tells the owner.
func (w *writer) fail(cause error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed == nil {
		w.failed = fmt.Errorf("store refuses writes after a storage error, restart the program: %w", cause)
		w.fatal <- w.failed
		w.log.Error("store failed", "error", cause)
	}
	return w.failed
}

// checkpoint moves the log into the database file once it is long enough. It runs after the
// callers have their answers. A reader that holds an old snapshot only makes it incomplete;
// it is tried again when as many pages have been written once more.
func (w *writer) checkpoint() {
	if w.failure() != nil || w.c.written() < w.checkpointPages {
		return
	}
	w.c.forgetWritten()
	err := w.c.checkpoint()
	switch {
	case err == nil:
	case isFatal(err):
		_ = w.fail(fmt.Errorf("checkpoint: %w", err))
	default: // a full disk: the log keeps everything until there is room
		w.log.Warn("checkpoint put off", "error", err)
	}
}
