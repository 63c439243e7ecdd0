package storetest

import (
	"fmt"

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
		some, err := h.Messages(h.ctx, alice, 2)
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
}
