package storetest

import (
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var outboxTests = []test{
	{"stored as given, oldest first", func(h *harness) {
		var want []string
		for n := range 3 {
			h.submit(h.alice, 5)
			c := h.completion(h.one(h.alice).Key, job.Succeeded)
			c.Outbox = nil
			for i := range n {
				m := store.Message{Target: fmt.Sprintf("ice-callback-%d-%d", n, i), Body: make([]byte, i*70_000)}
				c.Outbox = append(c.Outbox, m)
				want = append(want, fmt.Sprint(c.ID, m.Target, len(m.Body)))
			}
			ok, err := h.Complete(h.ctx, h.node, []store.Completion{c})
			h.must(err)
			h.want("accepted", ok, []bool{true})
		}
		var got []string
		last := int64(0)
		for _, m := range h.messages(alice) {
			if m.No <= last || m.Account != alice || !m.Created.Equal(h.now) {
				h.Fatalf("message %+v after number %d", m, last)
			}
			last = m.No
			got = append(got, fmt.Sprint(m.JobID, m.Target, len(m.Body)))
		}
		h.want("messages", got, want)
		some, err := h.Messages(h.ctx, alice, store.MessageFilter{Limit: 2})
		h.must(err)
		h.want("limited", len(some), 2)
	}},
	{"there if and only if done", func(h *harness) {
		open := h.submit(h.alice, 1, 1)
		done := h.finish(h.alice, job.Failed)
		h.one(h.alice)
		messages := h.messages(alice)
		if len(messages) != 1 || messages[0].JobID != done {
			h.Fatalf("messages %v, want one of job %s and none of %v", messages, done, open)
		}
	}},
	{"taken once, and again when the hold is over", func(h *harness) {
		h.finishAll(3)
		until := h.now.Add(time.Minute)
		first, err := h.TakeMessages(h.ctx, h.now, until, 2)
		h.must(err)
		rest, err := h.TakeMessages(h.ctx, h.now, until, 10)
		h.must(err)
		none, err := h.TakeMessages(h.ctx, until.Add(-time.Microsecond), until, 10)
		h.must(err)
		h.want("taken", []int{len(first), len(rest), len(none)}, []int{2, 1, 0})
		if first[0].No >= first[1].No || first[1].No >= rest[0].No {
			h.Fatal("not the oldest first")
		}
		again, err := h.TakeMessages(h.ctx, until, until.Add(time.Minute), 10)
		h.must(err)
		h.want("after the hold", len(again), 3)
	}},
	{"settled", func(h *harness) {
		h.finishAll(3)
		m, err := h.TakeMessages(h.ctx, h.now, h.now.Add(time.Minute), 10)
		h.must(err)
		later := h.now.Add(5 * time.Minute)
		h.must(h.SettleMessages(h.ctx, []store.Settlement{
			{No: m[0].No, State: store.MessageDelivered, Attempts: 1, Ended: h.now, Last: "204"},
			{No: m[1].No, State: store.MessageDead, Attempts: 12, Ended: h.now, Last: "500"},
			{No: m[2].No, State: store.MessagePending, Attempts: 2, Next: later, Last: "no answer"},
		}))
		h.must(h.SettleMessages(h.ctx, []store.Settlement{{No: m[0].No, State: store.MessageDead, Ended: h.now}}))
		got := h.messages(alice)
		h.want("states", []store.MessageState{got[0].State, got[1].State, got[2].State},
			[]store.MessageState{store.MessageDelivered, store.MessageDead, store.MessagePending})
		h.want("attempts", []int{got[0].Attempts, got[1].Attempts, got[2].Attempts}, []int{1, 12, 2})
		h.want("last", []string{got[0].Last, got[1].Last, got[2].Last}, []string{"204", "500", "no answer"})
		if !got[0].Ended.Equal(h.now) || !got[1].Ended.Equal(h.now) || !got[2].Ended.IsZero() || !got[2].Next.Equal(later) {
			h.Fatalf("times of %+v", got)
		}
		next, found, err := h.NextMessage(h.ctx)
		h.must(err)
		if !found || !next.Equal(later) {
			h.Fatalf("next %v, %t", next, found)
		}
		dead, err := h.Messages(h.ctx, alice, store.MessageFilter{States: []store.MessageState{store.MessageDead}, Limit: 5})
		h.must(err)
		h.want("dead", len(dead), 1)
		page, err := h.Messages(h.ctx, alice, store.MessageFilter{After: got[0].No, Limit: 1})
		h.must(err)
		h.want("page", page[0].No, got[1].No)
	}},
	{"replayed", func(h *harness) {
		h.finishAll(1)
		m := h.messages(alice)[0]
		h.must(h.SettleMessages(h.ctx, []store.Settlement{{No: m.No, State: store.MessageDead, Attempts: 12, Ended: h.now}}))
		_, found, err := h.NextMessage(h.ctx)
		h.must(err)
		h.want("something due", found, false)
		h.wantErr(h.ReplayMessage(h.ctx, bob, m.No, h.now), job.ErrMessageNotFound)
		h.wantErr(h.ReplayMessage(h.ctx, alice, m.No+1, h.now), job.ErrMessageNotFound)
		h.must(h.ReplayMessage(h.ctx, alice, m.No, h.now))
		again, err := h.TakeMessages(h.ctx, h.now, h.now.Add(time.Minute), 10)
		h.must(err)
		if len(again) != 1 || again[0].Attempts != 0 || !again[0].Ended.IsZero() {
			h.Fatalf("replayed: %+v", again)
		}
	}},
	{"pruned", func(h *harness) {
		h.finishAll(3)
		m := h.messages(alice)
		h.must(h.SettleMessages(h.ctx, []store.Settlement{
			{No: m[0].No, State: store.MessageDelivered, Ended: h.now}, {No: m[1].No, State: store.MessageDead, Ended: h.now}}))
		for _, c := range []struct {
			state store.MessageState
			at    time.Time
			want  int
		}{{store.MessageDelivered, h.now, 0}, {store.MessageDelivered, h.now.Add(time.Second), 1}, {store.MessageDead, h.now.Add(time.Second), 1}} {
			n, err := h.PruneMessages(h.ctx, c.state, c.at, 10)
			h.must(err)
			h.want("pruned", n, c.want)
		}
		h.want("left", len(h.messages(alice)), 1)
	}},
	{"where events go", func(h *harness) {
		for _, want := range []string{"", "first", "second"} {
			if want != "" {
				h.must(h.SetCallback(h.ctx, alice, []byte(want), h.now))
			}
			got, err := h.GetCallback(h.ctx, alice)
			h.must(err)
			h.want("sealed", string(got), want)
		}
		got, err := h.GetCallback(h.ctx, bob)
		h.must(err)
		h.want("bob's", string(got), "")
	}},
}

// finishAll ends n jobs of alice, each with a message.
func (h *harness) finishAll(n int) {
	h.Helper()
	for range n {
		h.submit(h.alice, 5)
		h.complete(h.node, h.one(h.alice).Key, job.Succeeded)
	}
}
