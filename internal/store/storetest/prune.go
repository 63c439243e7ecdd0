package storetest

import (
	"errors"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var pruneTests = []test{
	{"only what finished before", func(h *harness) {
		early := h.finish(h.alice, job.Succeeded)
		h.advance(30 * time.Minute)
		late := h.finish(h.alice, job.Failed)
		h.wantPruned(epoch, 100, 0)
		h.wantPruned(h.now, 100, 1)
		if _, err := h.Get(h.ctx, alice, early); !errors.Is(err, job.ErrNotFound) {
			h.Fatalf("pruned job gives %v", err)
		}
		h.wantState(alice, late, job.Failed, 1)
	}},
	{"by the end, not the beginning", func(h *harness) {
		old := h.submit(h.alice, 5)[0]
		c := h.one(h.alice)
		h.advance(30 * time.Minute)
		young := h.submit(h.alice, 5)[0]
		d := h.one(h.alice)
		h.complete(h.node, c.Key, job.Succeeded) // the older job ends later
		h.advance(-time.Minute)                  // and the clock steps back
		h.complete(h.node, d.Key, job.Succeeded)
		h.wantPruned(h.now.Add(time.Second), 100, 1)
		h.wantState(alice, old, job.Succeeded, 1)
		if _, err := h.Get(h.ctx, alice, young); !errors.Is(err, job.ErrNotFound) {
			h.Fatalf("pruned job gives %v", err)
		}
	}},
	{"never open jobs", func(h *harness) {
		ids := h.submit(h.alice, 9, 5, 1)
		running := h.one(h.alice)
		waiting := h.one(h.alice)
		_, err := h.Retry(h.ctx, h.node, []store.Retry{{Key: waiting.Key, NotBefore: h.now}})
		h.must(err)
		h.wantPruned(h.now.Add(1000*time.Hour), 1000, 0)
		h.wantState(alice, ids[0], job.Running, 1)
		h.wantState(alice, ids[1], job.Queued, 1)
		h.wantState(alice, ids[2], job.Queued, 0)
		if !h.complete(h.node, running.Key, job.Succeeded) {
			h.Fatal("completion was fenced out")
		}
	}},
	{"limit", func(h *harness) {
		h.submit(h.alice, priorities(1300)...)
		var done []store.Completion
		for _, c := range h.claim(1300, h.alice) {
			done = append(done, h.completion(c.Key, job.Succeeded))
		}
		_, err := h.Complete(h.ctx, h.node, done)
		h.must(err)
		h.advance(time.Second)
		h.wantPruned(h.now, 0, 0)
		h.wantPruned(h.now, 7, 7)
		h.wantPruned(h.now, 5000, 1293)
	}},
}

func (h *harness) wantPruned(t time.Time, limit, want int) {
	h.Helper()
	n, err := h.Prune(h.ctx, t, limit)
	h.must(err)
	h.want("pruned", n, want)
}
