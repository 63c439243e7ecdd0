package storetest

import (
	"bytes"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var completeTests = []test{
	{"every end", func(h *harness) {
		for _, st := range []job.State{job.Succeeded, job.Failed, job.Cancelled} {
			id := h.submit(h.alice, 5)[0]
			c := h.one(h.alice)
			h.advance(1500 * time.Microsecond)
			if !h.complete(h.node, c.Key, st) {
				h.Fatal("completion was fenced out")
			}
			row := h.wantState(alice, id, st, 1)
			if !row.Finished.Equal(h.now) || row.Finished.Location() != time.UTC {
				h.Fatalf("finished at %v, want %v", row.Finished, h.now)
			}
			h.want("outcome", string(row.Outcome), "outcome of "+id.String())
		}
		ready, running, waiting, err := h.Depth(h.ctx)
		h.must(err)
		h.want("depth", []int64{ready, running, waiting}, []int64{0, 0, 0})
	}},
	{"large and empty outcomes", func(h *harness) {
		for _, outcome := range [][]byte{nil, {}, bytes.Repeat([]byte{1, 0}, 100_000)} {
			id := h.submit(h.alice, 5)[0]
			c := h.completion(h.one(h.alice).Key, job.Succeeded)
			c.Outcome = outcome
			ok, err := h.Complete(h.ctx, h.node, []store.Completion{c})
			h.must(err)
			h.want("accepted", ok, []bool{true})
			if row := h.wantState(alice, id, job.Succeeded, 1); !bytes.Equal(row.Outcome, outcome) || row.Outcome == nil {
				h.Fatalf("outcome has %d bytes, want %d and never nil once done", len(row.Outcome), len(outcome))
			}
		}
	}},
	{"state that is no end", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		c := h.one(h.alice)
		for _, st := range []job.State{0, job.Queued, job.Running, job.Cancelled + 1} {
			if _, err := h.Complete(h.ctx, h.node, []store.Completion{h.completion(c.Key, st)}); err == nil {
				h.Fatalf("state %s was accepted as an end", st)
			}
		}
		h.wantState(alice, id, job.Running, 1)
	}},
	{"not running", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		for _, attempt := range []int{0, 1} {
			if h.complete(h.node, store.Key{Account: alice, ID: id, Attempt: attempt}, job.Succeeded) {
				h.Fatal("a queued job was completed")
			}
		}
		if h.complete(h.node, store.Key{Account: alice, ID: h.ids.Next(), Attempt: 1}, job.Succeeded) {
			h.Fatal("an unknown job was completed")
		}
		h.want("messages", len(h.messages(alice)), 0)
	}},
	{"mixed batch", func(h *harness) {
		h.submit(h.alice, 5, 5, 5)
		c := h.claim(3, h.alice)
		stale := c[1].Key
		stale.Attempt++
		ok, err := h.Complete(h.ctx, h.node, []store.Completion{
			h.completion(c[0].Key, job.Succeeded), h.completion(stale, job.Failed), h.completion(c[2].Key, job.Failed)})
		h.must(err)
		h.want("accepted", ok, []bool{true, false, true})
		h.wantState(alice, c[0].ID, job.Succeeded, 1)
		h.wantState(alice, c[1].ID, job.Running, 1)
		h.wantState(alice, c[2].ID, job.Failed, 1)
		h.want("messages", len(h.messages(alice)), 2)
	}},
	{"twice in one batch", func(h *harness) {
		id := h.submit(h.alice, 5)[0]
		c := h.one(h.alice)
		ok, err := h.Complete(h.ctx, h.node, []store.Completion{h.completion(c.Key, job.Succeeded), h.completion(c.Key, job.Failed)})
		h.must(err)
		h.want("accepted", ok, []bool{true, false})
		h.wantState(alice, id, job.Succeeded, 1)
		h.want("messages", len(h.messages(alice)), 1)
	}},
	{"bad completion changes nothing", func(h *harness) {
		h.submit(h.alice, 5, 5)
		c := h.claim(2, h.alice)
		bad := h.completion(c[1].Key, job.Succeeded)
		bad.Outbox = append(bad.Outbox, store.Message{Target: ""})
		if _, err := h.Complete(h.ctx, h.node, []store.Completion{h.completion(c[0].Key, job.Succeeded), bad}); err == nil {
			h.Fatal("a message without a target was accepted")
		}
		h.wantState(alice, c[0].ID, job.Running, 1)
		h.wantState(alice, c[1].ID, job.Running, 1)
		h.want("messages", len(h.messages(alice)), 0)
		if !h.complete(h.node, c[0].Key, job.Succeeded) {
			h.Fatal("the job cannot be completed after the refusal")
		}
	}},
}
