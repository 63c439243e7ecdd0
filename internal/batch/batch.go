// Package batch lets concurrent callers share one piece of work, such as one transaction.
package batch

import (
	"context"
	"runtime"
	"sync"
)

// Batcher collects items. While one flush is in flight the
// next batch collects, so batches grow with the load and a lone caller never waits for company.
type Batcher[T, R any] struct {
	Max   int                    // items that share one flush at most, at least 1
	Flush func([]T) ([]R, error) // results in the order of the items; an error is everybody's

	mu      sync.Mutex
	waiting []*entry[T, R]
	running bool
}

type entry[T, R any] struct {
	ctx    context.Context
	item   T
	result R
	err    error
	done   chan struct{}
}

// Do hands item to the next flush and waits for its result. When ctx ends first the caller
// does not learn the result; an item that no flush has taken yet is then left out.
func (b *Batcher[T, R]) Do(ctx context.Context, item T) (R, error) {
	e := &entry[T, R]{ctx: ctx, item: item, done: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, e)
	start := !b.running
	b.running = true
	b.mu.Unlock()
	if start {
		go b.run()
	}
	select {
	case <-e.done:
		return e.result, e.err
	case <-ctx.Done():
		var none R
		return none, context.Cause(ctx)
	}
}

// run flushes until nothing waits. It lives only that long, so an idle batcher costs nothing.
func (b *Batcher[T, R]) run() {
	for {
		runtime.Gosched() // those whom the last flush released come back first
		batch := b.take()
		if batch == nil {
			return
		}
		items := make([]T, len(batch))
		for i, e := range batch {
			items[i] = e.item
		}
		results, err := b.Flush(items)
		for i, e := range batch {
			if e.err = err; err == nil {
				e.result = results[i]
			}
			close(e.done)
		}
	}
}

// take returns the next batch, or nil after noting that nobody flushes any more.
func (b *Batcher[T, R]) take() []*entry[T, R] {
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch []*entry[T, R]
	n := 0
	for _, e := range b.waiting {
		if len(batch) == b.Max {
			break
		}
		n++
		if e.ctx.Err() == nil {
			batch = append(batch, e)
		}
	}
	b.waiting = b.waiting[n:]
	if len(b.waiting) == 0 {
		b.waiting = nil
	}
	if batch == nil {
		b.running = false // only when nothing was left: a full batch is never empty
	}
	return batch
}
