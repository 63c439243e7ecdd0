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
	got     int64         // in this window
	left    time.Duration // of the total, after this window; negative: there is no total
	stopped bool
	timer   *time.Timer
}

// newWatch starts a watch; a total of 0 is none.
func newWatch(window time.Duration, rate int64, total time.Duration, cancel func(error)) *watch {
	w := &watch{cancel: cancel, window: window, left: -1}
	w.floor = int64(float64(rate) * window.Seconds())
	if total > 0 {
		w.left = total
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(w.stretch(), w.tick)
	return w
}

// stretch takes the next window, a shorter one at the end of the total.
func (w *watch) stretch() time.Duration {
	if w.left < 0 {
		return w.window
	}
	d := min(w.window, w.left)
	w.left -= d
	return d
}

func (w *watch) tick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
	case w.left == 0, w.got < w.floor:
		w.cancel(errSlow)
	default:
		w.got = 0
		w.timer.Reset(w.stretch())
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
}
