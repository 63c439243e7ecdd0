package source

import (
	"errors"
	"sync"
	"time"
)

var errSlow = errors.New("body slower than the minimum rate")

// watch cancels a body that stays under a rate over one window, or that takes longer than a
// total. A deadline alone would let one byte per second hold a worker for two minutes.
type watch struct {
	cancel func(error)
	window time.Duration
	floor  int64 // bytes per window

	mu      sync.Mutex
	got     int64 // in this window
	stopped bool
	timer   *time.Timer
	total   *time.Timer
}

func newWatch(window time.Duration, rate int64, total time.Duration, cancel func(error)) *watch {
	w := &watch{cancel: cancel, window: window}
	w.floor = int64(float64(rate) * window.Seconds())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(window, w.tick)
	if total > 0 {
		w.total = time.AfterFunc(total, func() { cancel(errSlow) })
	}
	return w
}

func (w *watch) tick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
	case w.got < w.floor:
		w.cancel(errSlow)
	default:
		w.got = 0
		w.timer.Reset(w.window)
	}
}

func (w *watch) add(n int) {
	w.mu.Lock()
	w.got += int64(n)
	w.mu.Unlock()
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.timer.Stop()
	if w.total != nil {
		w.total.Stop()
	}
}
