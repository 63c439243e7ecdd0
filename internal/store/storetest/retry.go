package storetest

import (
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var retryTests = []test{
	{"waits, then is ready", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		c := h.one(h.alice)
		due := h.now.Add(10 * time.Second)
		ok, err := h.Retry(h.ctx, h.node, []store.Retry{{Key: c.Key, NotBefore: due}})
		h.must(err)
		h.want("accepted", ok, []bool{true})
		h.wantState(alice, id, job.Queued, 1)
		h.want("ready", len(h.ready()), 0)
		h.want("claimed too early", len(h.claim(10, h.alice)), 0)
		ready, running, waiting, err := h.Depth(h.ctx)
		h.must(err)
		h.want("depth", []int64{ready, running, waiting}, []int64{0, 0, 1})

		h.wantWoken(due.Add(-time.Microsecond), 0)
		h.wantWoken(due, 1)
		h.wantWoken(due, 0)
		h.want("attempt", h.one(h.alice).Attempt, 2)
	}},
	{"many at once", func(h *harness) {
		h.submit(h.alice, priorities(1200)...)
		var again []store.Retry
		for _, c := range h.claim(1200, h.alice) {
			again = append(again, store.Retry{Key: c.Key, NotBefore: h.now})
		}
		ok, err := h.Retry(h.ctx, h.node, again)
		h.must(err)
		h.want("results", len(ok), 1200)
		h.wantWoken(h.now, 1200)
		h.want("claimed", len(h.claim(2000, h.alice)), 1200)
	}},
	{"release does not count", func(h *harness) {
		ids := h.submit(h.alice, 9, 5)
		c := h.claim(2, h.alice)
		h.must(h.Release(h.ctx, h.node, []store.Key{c[0].Key}))
		h.wantState(alice, ids[0], job.Queued, 0)
		h.wantState(alice, ids[1], job.Running, 1)
		again := h.one(h.alice)
		h.want("claimed again", []any{again.ID, again.Attempt}, []any{ids[0], 1})
		h.must(h.Release(h.ctx, h.node, nil))
	}},
	{"release after a retry", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		c := h.one(h.alice)
		_, err := h.Retry(h.ctx, h.node, []store.Retry{{Key: c.Key, NotBefore: h.now}})
		h.must(err)
		h.wantWoken(h.now, 1)
		c = h.one(h.alice)
		h.must(h.Release(h.ctx, h.node, []store.Key{c.Key}))
		h.wantState(alice, id, job.Queued, 1)
	}},
	{"waiting job blocks its pipeline's deletion", func(h *harness) {
		p := h.pipeline(alice, "p", false)
		h.submit(p, 5)
		c := h.one(p)
		_, err := h.Retry(h.ctx, h.node, []store.Retry{{Key: c.Key, NotBefore: h.now}})
		h.must(err)
		h.wantErr(h.DeletePipeline(h.ctx, alice, "p"), job.ErrPipelineBusy)
	}},
}

func (h *harness) wantWoken(now time.Time, want int) {
	h.Helper()
	n, err := h.Wake(h.ctx, now)
	h.must(err)
	h.want("woken", n, want)
}
