package storetest

import (
	"errors"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var leaseTests = []test{
	{"nodes are listed", func(h *harness) {
		second := h.register("second")
		all, err := h.ListNodes(h.ctx, h.now)
		h.must(err)
		last := all[len(all)-1] // where one process owns the store, the only one
		h.want("the newest node", last, store.Node{No: second, Name: "second", Roles: "api,worker", Version: "v1", Workers: 4,
			Started: h.now, Until: h.now.Add(time.Hour)})
		h.must(h.Heartbeat(h.ctx, second, h.now, h.now.Add(2*time.Hour)))
		h.advance(time.Hour)
		all, err = h.ListNodes(h.ctx, h.now)
		h.must(err)
		h.want("nodes alive", len(all), 1)
		h.must(h.RemoveNode(h.ctx, second))
		all, err = h.ListNodes(h.ctx, h.now)
		h.must(err)
		h.want("nodes alive after removal", len(all), 0)
	}},
	{"heartbeat", func(h *harness) {
		h.advance(59 * time.Minute)
		h.must(h.Heartbeat(h.ctx, h.node, h.now, h.now.Add(time.Hour)))
		h.advance(59 * time.Minute)
		h.must(h.Heartbeat(h.ctx, h.node, h.now, h.now.Add(time.Hour)))
		h.advance(61 * time.Minute)
		if err := h.Heartbeat(h.ctx, h.node, h.now, h.now.Add(time.Hour)); !errors.Is(err, store.ErrNodeGone) {
			h.Fatalf("late heartbeat gives %v, want %v", err, store.ErrNodeGone)
		}
	}},
	{"unknown node", func(h *harness) {
		if err := h.Heartbeat(h.ctx, h.node+1000, h.now, h.now.Add(time.Hour)); !errors.Is(err, store.ErrNodeGone) {
			h.Fatalf("heartbeat gives %v, want %v", err, store.ErrNodeGone)
		}
	}},
	{"removed node", func(h *harness) {
		h.must(h.RemoveNode(h.ctx, h.node))
		if err := h.Heartbeat(h.ctx, h.node, h.now, h.now.Add(time.Hour)); !errors.Is(err, store.ErrNodeGone) {
			h.Fatalf("heartbeat gives %v, want %v", err, store.ErrNodeGone)
		}
		h.must(h.RemoveNode(h.ctx, h.node))
	}},
	{"numbers are never used again", func(h *harness) {
		seen := map[int64]bool{h.node: true}
		for range 5 {
			no := h.register("again")
			if seen[no] {
				h.Fatalf("node number %d was given twice", no)
			}
			seen[no] = true
			h.must(h.RemoveNode(h.ctx, no))
		}
	}},
	{"zombie is fenced out", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		old := h.one(h.alice)
		h.must(h.RemoveNode(h.ctx, h.node))
		heir := h.register("heir")
		rescued, spent, err := h.Rescue(h.ctx, heir, h.now, 3, 10)
		h.must(err)
		h.want("rescued and spent", []int{rescued, len(spent)}, []int{1, 0})
		h.wantFencedOut(h.node, old.Key) // queued again
		h.wantState(alice, id, job.Queued, 1)

		again := h.claimAs(heir, 1, h.alice)[0]
		h.want("attempt", again.Attempt, 2)
		h.wantFencedOut(h.node, old.Key) // running elsewhere
		h.wantFencedOut(heir, old.Key)   // right node, old attempt
		h.wantFencedOut(h.node, again.Key)
		h.wantState(alice, id, job.Running, 2)

		if !h.complete(heir, again.Key, job.Failed) {
			h.Fatal("the holder was fenced out")
		}
		h.wantFencedOut(h.node, old.Key) // done
		h.wantFencedOut(heir, again.Key)
		row := h.wantState(alice, id, job.Failed, 2)
		h.want("outcome", string(row.Outcome), "outcome of "+id.String())
		h.want("messages", len(h.messages(alice)), 1)
	}},
}

// wantFencedOut checks that a holder of an old lease can change nothing.
func (h *harness) wantFencedOut(node int64, k store.Key) {
	h.Helper()
	before, err := h.Get(h.ctx, k.Account, k.ID)
	h.must(err)
	messages := len(h.messages(k.Account))
	if h.complete(node, k, job.Succeeded) {
		h.Fatal("a zombie's completion was accepted")
	}
	ok, err := h.Retry(h.ctx, node, []store.Retry{{Key: k, NotBefore: h.now}})
	h.must(err)
	h.want("zombie's retry", ok, []bool{false})
	h.must(h.Release(h.ctx, node, []store.Key{k}))
	after, err := h.Get(h.ctx, k.Account, k.ID)
	h.must(err)
	h.want("job after the zombie", after, before)
	h.want("messages after the zombie", len(h.messages(k.Account)), messages)
}

func (h *harness) messages(account job.AccountID) []store.StoredMessage {
	h.Helper()
	m, err := h.Messages(h.ctx, account, store.MessageFilter{Limit: 10_000})
	h.must(err)
	return m
}
