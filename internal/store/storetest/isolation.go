package storetest

import (
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// isolationTests call every method that names an account with the ids of another one.
var isolationTests = []test{
	{"jobs", func(h *harness) {
		open := h.submit(h.alice, 5)[0]
		c := h.one(h.alice)
		done := h.finish(h.alice, job.Succeeded)
		for _, id := range []job.ID{open, done} {
			_, err := h.Get(h.ctx, bob, id)
			h.wantErr(err, job.ErrNotFound)
			for _, f := range []job.Filter{{}, {ID: id}, {Oldest: true}, {States: job.States(job.Running, job.Succeeded)}} {
				rows, err := h.List(h.ctx, bob, f, job.ID{}, 100)
				h.must(err)
				h.want("bob's jobs", len(rows), 0)
			}
		}
		foreign := c.Key
		foreign.Account = bob
		if h.complete(h.node, foreign, job.Failed) {
			h.Fatal("completed with another account's name")
		}
		ok, err := h.Retry(h.ctx, h.node, []store.Retry{{Key: foreign, NotBefore: h.now}})
		h.must(err)
		h.want("retried", ok, []bool{false})
		h.must(h.Release(h.ctx, h.node, []store.Key{foreign}))
		h.wantState(alice, open, job.Running, 1)
		h.want("bob's messages", len(h.messages(bob)), 0)
	}},
	{"same id in two accounts", func(h *harness) {
		bobs := h.pipeline(bob, "bobs", true)
		id := h.submit(h.alice, 5)[0]
		j := h.newJob(bobs, 5)
		j.ID = id
		errs, err := h.Submit(h.ctx, []store.NewJob{j})
		h.must(err)
		h.must(errs[0])
		c := h.claim(1, bobs)[0]
		h.want("claimed", c.Account, bob)
		h.complete(h.node, c.Key, job.Failed)
		h.wantState(alice, id, job.Queued, 0)
		h.wantState(bob, id, job.Failed, 1)
	}},
	{"pipelines", func(h *harness) {
		p := h.pipeline(alice, "p", false)
		name := "stolen"
		_, err := h.GetPipeline(h.ctx, bob, p.ID)
		h.wantErr(err, job.ErrPipelineNotFound)
		_, err = h.GetPipeline(h.ctx, bob, "")
		h.wantErr(err, job.ErrPipelineNotFound)
		h.wantErr(h.UpdatePipeline(h.ctx, bob, p.ID, job.PipelineUpdate{Name: &name}, h.now), job.ErrPipelineNotFound)
		h.wantErr(h.DeletePipeline(h.ctx, bob, p.ID), job.ErrPipelineNotFound)
		h.wantErr(h.DeletePipeline(h.ctx, bob, h.alice.ID), job.ErrPipelineNotFound)
		all, err := h.ListPipelines(h.ctx, bob)
		h.must(err)
		h.want("bob's pipelines", len(all), 0)
		got, err := h.GetPipeline(h.ctx, alice, p.ID)
		h.must(err)
		h.want("alice's pipeline", got, p)
	}},
	{"keys", func(h *harness) {
		k := newKey(alice, "K")
		h.must(h.CreateKey(h.ctx, k))
		h.wantErr(h.SetKeyActive(h.ctx, bob, "K", false), store.ErrKeyNotFound)
		h.wantErr(h.DeleteKey(h.ctx, bob, "K"), store.ErrKeyNotFound)
		keys, err := h.ListKeys(h.ctx, bob)
		h.must(err)
		h.want("bob's keys", len(keys), 0)
		got, err := h.GetKey(h.ctx, "K")
		h.must(err)
		h.want("alice's key", got, k)
	}},
}
