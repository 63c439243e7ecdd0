package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var claimTests = []test{
	{"nothing ready", func(h *harness) {
		h.want("claimed", len(h.claim(10, h.alice)), 0)
		got, err := h.Claim(h.ctx, store.ClaimRequest{Node: h.node, Max: 10, Now: h.now})
		h.must(err)
		h.want("claimed without quotas", len(got), 0)
	}},
	{"priority then age", func(h *harness) {
		for n := range 5 { // so many pipelines
			p := h.pipeline(alice, fmt.Sprint("p", n), false)
			ids := h.submit(p, priorities(30)...)
			var want []job.ID
			for prio := 10; prio >= 1; prio-- {
				for i, id := range ids {
					if i%10+1 == prio {
						want = append(want, id)
					}
				}
			}
			var got []job.ID
			for len(got) < len(want) { // an odd batch size, so that batches end inside a level
				batch := h.claim(7, p)
				if len(batch) == 0 {
					break
				}
				got = append(got, claimedIDs(batch)...)
			}
			h.want("order", got, want)
		}
	}},
	{"late and larger goes first", func(h *harness) {
		low := h.submit(h.alice, 1, 1)
		high := h.submit(h.alice, 10)
		h.want("first", h.one(h.alice).ID, high[0])
		h.want("second", h.one(h.alice).ID, low[0])
	}},
	{"quotas in order", func(h *harness) {
		a, b, c := h.pipeline(alice, "a", false), h.pipeline(alice, "b", false), h.pipeline(alice, "c", false)
		inA, inB, inC := h.submit(a, 1, 1, 1), h.submit(b, 10, 10, 10), h.submit(c, 5, 5, 5)
		got, err := h.Claim(h.ctx, store.ClaimRequest{Node: h.node, Max: 4, Now: h.now, Deadline: h.now.Add(time.Minute),
			Want: []store.Quota{{PipelineNo: c.No, Max: 2}, {PipelineNo: a.No, Max: 1}, {PipelineNo: b.No, Max: 9}}})
		h.must(err)
		h.want("claimed", claimedIDs(got), []job.ID{inC[0], inC[1], inA[0], inB[0]})
		h.want("quota of 0", len(mustClaim(h, store.Quota{PipelineNo: a.No, Max: 0})), 0)
		h.want("unknown pipeline", len(mustClaim(h, store.Quota{PipelineNo: 987654, Max: 5})), 0)
	}},
	{"what a claim tells", func(h *harness) {
		j := h.newJob(h.alice, 9)
		_, err := h.Submit(h.ctx, []store.NewJob{j})
		h.must(err)
		got := h.one(h.alice)
		want := store.Claimed{Key: store.Key{Account: alice, ID: j.ID, Attempt: 1}, PipelineNo: h.alice.No, Priority: 9, Spec: j.Spec}
		h.want("claimed", got, want)
		h.wantState(alice, j.ID, job.Running, 1)
		ready, running, waiting, err := h.Depth(h.ctx)
		h.must(err)
		h.want("depth", []int64{ready, running, waiting}, []int64{0, 1, 0})
	}},
	{"pause and resume", func(h *harness) {
		h.submit(h.alice, 5, 5)
		before := h.one(h.alice)
		h.setState(h.alice, job.Paused)
		h.want("ready while paused", len(h.ready()), 0)
		h.want("claimed while paused", len(h.claim(10, h.alice)), 0)
		if !h.complete(h.node, before.Key, job.Succeeded) {
			h.Fatal("a running job of a paused pipeline must finish")
		}
		h.setState(h.alice, job.Active)
		h.want("ready after resume", h.ready(), []store.ReadyPipeline{{No: h.alice.No, Account: alice, Weight: h.alice.Priority}})
		h.want("claimed after resume", len(h.claim(10, h.alice)), 1)
	}},
	{"ready pipelines", func(h *harness) {
		h.want("ready", len(h.ready()), 0)
		empty := h.pipeline(alice, "empty", false)
		busy := h.pipeline(alice, "busy", false)
		other := h.pipeline(bob, "other", true)
		h.submit(busy, 1)
		h.submit(other, 1, 1)
		h.submit(h.alice, 1)
		h.one(h.alice)
		var got []int64
		for _, r := range h.ready() {
			got = append(got, r.No)
		}
		slices.Sort(got)
		h.want("ready", got, []int64{busy.No, other.No})
		_ = empty
	}},
	{"a thousand pipelines", func(h *harness) {
		pipelines := make([]job.Pipeline, 1000)
		jobs := make([]store.NewJob, len(pipelines))
		for i := range pipelines {
			pipelines[i] = h.pipeline(alice, fmt.Sprintf("%04d", i), false)
			jobs[i] = h.newJob(pipelines[i], 5)
		}
		_, err := h.Submit(h.ctx, jobs)
		h.must(err)
		ready := h.ready()
		slices.SortFunc(ready, func(a, b store.ReadyPipeline) int { return cmp.Compare(a.No, b.No) })
		h.want("ready", len(ready), len(pipelines))
		for i, r := range ready {
			if r.No != pipelines[i].No || r.Account != alice {
				h.Fatalf("ready[%d] is %+v, want number %d", i, r, pipelines[i].No)
			}
		}
		h.want("claimed", len(h.claim(len(pipelines)+1, pipelines...)), len(pipelines))
		h.want("ready after", len(h.ready()), 0)
	}},
	{"gone node gets nothing", func(h *harness) {
		h.submit(h.alice, 5)
		for _, node := range []int64{0, h.node + 1000} {
			_, err := h.Claim(h.ctx, store.ClaimRequest{Node: node, Want: []store.Quota{{PipelineNo: h.alice.No, Max: 1}}, Max: 1, Now: h.now})
			if !errors.Is(err, store.ErrNodeGone) {
				h.Fatalf("node %d: error %v, want %v", node, err, store.ErrNodeGone)
			}
		}
		h.advance(2 * time.Hour)
		_, err := h.Claim(h.ctx, store.ClaimRequest{Node: h.node, Want: []store.Quota{{PipelineNo: h.alice.No, Max: 1}}, Max: 1, Now: h.now})
		if !errors.Is(err, store.ErrNodeGone) {
			h.Fatalf("error %v, want %v", err, store.ErrNodeGone)
		}
		ready, _, _, err := h.Depth(h.ctx)
		h.must(err)
		h.want("ready", ready, 1)
	}},
}

func mustClaim(h *harness, q store.Quota) []store.Claimed {
	h.Helper()
	got, err := h.Claim(h.ctx, store.ClaimRequest{Node: h.node, Want: []store.Quota{q}, Max: 10, Now: h.now, Deadline: h.now})
	h.must(err)
	return got
}

func (h *harness) ready() []store.ReadyPipeline {
	h.Helper()
	r, err := h.Ready(h.ctx)
	h.must(err)
	return r
}

func (h *harness) setState(p job.Pipeline, st job.PipelineState) {
	h.Helper()
	h.must(h.UpdatePipeline(h.ctx, p.Account, p.ID, job.PipelineUpdate{State: &st}, h.now))
}
