package storetest

import (
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var rescueTests = []test{
	{"live and in time", func(h *harness) {
		h.submit(h.alice, 5)
		h.one(h.alice)
		h.wantRescued(h.node, 3, 10, 0, 0)
	}},
	{"deadline passed", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		c := h.one(h.alice)
		h.advance(time.Minute - time.Microsecond)
		h.wantRescued(h.node, 3, 10, 0, 0)
		h.advance(time.Microsecond)
		h.wantRescued(h.node, 3, 10, 1, 0)
		h.wantFencedOut(h.node, c.Key)
		h.wantState(alice, id, job.Queued, 1)
	}},
	{"node's life ended", func(h *harness) {
		h.submit(h.alice, 5)
		want := []store.Quota{{PipelineNo: h.alice.No, Max: 1}}
		_, err := h.Claim(h.ctx, store.ClaimRequest{Node: h.node, Want: want, Max: 1, Now: h.now, Deadline: h.now.Add(24 * time.Hour)})
		h.must(err)
		h.advance(time.Hour - time.Microsecond)
		h.wantRescued(h.node, 3, 10, 0, 0)
		h.advance(time.Microsecond)
		h.wantRescued(h.node, 3, 10, 1, 0)
	}},
	{"node removed", func(h *harness) {
		h.submit(h.alice, 5, 5)
		h.claim(2, h.alice)
		h.must(h.RemoveNode(h.ctx, h.node))
		h.wantRescued(h.register("heir"), 3, 10, 2, 0)
	}},
	{"limit", func(h *harness) {
		h.submit(h.alice, 5, 5, 5, 5, 5)
		h.claim(5, h.alice)
		h.advance(time.Hour)
		h.wantRescued(h.node, 3, 2, 2, 0)
		h.wantRescued(h.node, 3, 2, 2, 0)
		h.wantRescued(h.node, 3, 2, 1, 0)
		h.wantRescued(h.node, 3, 2, 0, 0)
	}},
	{"spent attempts", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		node := h.node
		for range 2 {
			h.claimAs(node, 1, h.alice)
			h.must(h.RemoveNode(h.ctx, node))
			node = h.register("next")
			h.wantRescued(node, 3, 10, 1, 0)
		}
		dead := h.claimAs(node, 1, h.alice)[0]
		old := node
		h.must(h.RemoveNode(h.ctx, old))
		heir := h.register("heir")
		spent := h.wantRescued(heir, 3, 10, 0, 1)[0]
		h.want("spent job", spent, dead) // same attempt and spec, another holder
		h.wantFencedOut(old, dead.Key)
		h.wantState(alice, id, job.Running, 3)
		if !h.complete(heir, spent.Key, job.Failed) {
			h.Fatal("the rescuer was fenced out")
		}
		h.wantState(alice, id, job.Failed, 3)
		h.wantRescued(heir, 3, 10, 0, 0)
	}},
	{"spent and nobody fails it", func(h *harness) {
		h.submit(h.alice, 5)
		h.one(h.alice)
		h.advance(time.Minute)
		h.wantRescued(h.node, 1, 10, 0, 1)
		spent := h.wantRescued(h.node, 1, 10, 0, 1)[0]
		if !h.complete(h.node, spent.Key, job.Failed) {
			h.Fatal("the rescuer was fenced out")
		}
	}},
}

func (h *harness) wantRescued(node int64, maxAttempts, limit, rescued, spent int) []store.Claimed {
	h.Helper()
	r, s, err := h.Rescue(h.ctx, node, h.now, maxAttempts, limit)
	h.must(err)
	h.want("rescued and spent", []int{r, len(s)}, []int{rescued, spent})
	return s
}
