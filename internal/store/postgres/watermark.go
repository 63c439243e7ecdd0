package postgres

import (
	"bytes"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// watermarks remember, for each pipeline and priority, the last job that this process claimed.
//
// Entries of claimed jobs stay at the front of the claim index until they are cleaned away, which
// they cannot be while any session of the database holds an older snapshot: a dump, an analyst's
// forgotten transaction. A claim then steps over all of them, and each second there are thousands
// more. While claims are slow they therefore start at the mark. Jobs behind it, which came back or
// were committed late, are found by a claim from the front every sweepEvery or a little more, by which the order of
// service may be late too.
type watermarks struct {
	slow   atomic.Int64 // exponential mean of what a claim takes, nanoseconds
	active atomic.Bool

	mu     sync.Mutex
	lowest map[int64]*marks
	swept  time.Time
	sweep  time.Duration // what the last claim from the front took
	look   time.Time     // when all pipelines were last looked at
	took   time.Duration // what that took
}

type marks struct {
	last [10]job.ID // by priority, from 10 down
	seen time.Time
}

const (
	sweepEvery  = time.Second
	lookEvery   = 2 * time.Second      // at all pipelines: those that nobody here has claimed from are found within it
	slowClaim   = 8 * time.Millisecond // from which marks are used; a claim takes a fifth of it as a rule
	fastClaim   = 3 * time.Millisecond // of a claim from the front, at which they are given up
	slack       = 250 * time.Millisecond
	forgetMarks = time.Minute
)

// lows returns ten ids for each pipeline, or false when the claim is to start at the front.
func (w *watermarks) lows(pipelines []int64, now time.Time) ([][16]byte, bool) {
	if !w.active.Load() {
		return nil, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.swept) >= max(sweepEvery, 20*w.sweep) {
		w.swept = now
		return nil, false
	}
	return w.ids(pipelines), true
}

// ids lists where to start in each pipeline. The lock is held.
func (w *watermarks) ids(pipelines []int64) [][16]byte {
	all := make([][16]byte, 10*len(pipelines))
	for i, no := range pipelines {
		m := w.lowest[no]
		if m == nil {
			continue
		}
		for k := range m.last {
			if !m.last[k].IsZero() {
				all[10*i+k] = job.FirstID(m.last[k].Time().Add(-slack))
			}
		}
	}
	return all
}

// known returns the pipelines that this process has claimed from, with their ids as lows does, or false
// when all pipelines are to be looked at.
func (w *watermarks) known(now time.Time) ([]int64, [][16]byte, bool) {
	if !w.active.Load() {
		return nil, nil, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.lowest) == 0 || now.Sub(w.look) >= max(lookEvery, 20*w.took) {
		return nil, nil, false
	}
	pipelines := make([]int64, 0, len(w.lowest))
	for no := range w.lowest {
		pipelines = append(pipelines, no)
	}
	return pipelines, w.ids(pipelines), true
}

// looked notes a look at all pipelines.
func (w *watermarks) looked(took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look, w.took = time.Now(), took
}

// note learns from a claim and what it took.
func (w *watermarks) note(claimed []store.Claimed, took time.Duration, marked bool) {
	if len(claimed) == 0 {
		return
	}
	mean := w.slow.Load()
	if !marked {
		mean += (int64(took) - mean) / 4
		w.slow.Store(mean)
		w.active.Store(mean > int64(slowClaim) || w.active.Load() && mean > int64(fastClaim))
	}
	if !w.active.Load() {
		return
	}
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !marked {
		w.sweep = took
	}
	if w.lowest == nil {
		w.lowest = map[int64]*marks{}
	}
	for i := range claimed {
		c := &claimed[i]
		m := w.lowest[c.PipelineNo]
		if m == nil {
			m = &marks{}
			w.lowest[c.PipelineNo] = m
		}
		m.seen = now
		if k := int(job.MaxPriority - c.Priority); k >= 0 && k < len(m.last) && bytes.Compare(c.ID[:], m.last[k][:]) > 0 {
			m.last[k] = c.ID
		}
	}
	if len(w.lowest) > 4096 {
		for no, m := range w.lowest {
			if now.Sub(m.seen) > forgetMarks {
				delete(w.lowest, no)
			}
		}
	}
}

// forget makes the next claims start at the front: jobs came back that may be older than the marks.
func (w *watermarks) forget() {
	if w.active.Load() {
		w.mu.Lock()
		w.swept, w.look = time.Time{}, time.Time{}
		w.mu.Unlock()
	}
}
