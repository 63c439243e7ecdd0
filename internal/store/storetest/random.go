package storetest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// modelTests run random sequences of calls against the store and the model. A difference is
// shrunk to the shortest sequence that shows it.
var modelTests = []test{
	{"random sequences", func(h *harness) {
		rapid.Check(h.T, func(t *rapid.T) {
			sub := newHarness(h.T, h.open)
			defer sub.Close()
			r := &random{h: sub, m: newModel()}
			r.start()
			t.Repeat(map[string]func(*rapid.T){
				"":                r.check,
				"submit":          r.submit,
				"claim":           r.claim,
				"complete":        r.complete,
				"retry":           r.retry,
				"release":         r.release,
				"wake":            r.wake,
				"rescue":          r.rescue,
				"prune":           r.prune,
				"time passes":     r.timePasses,
				"node dies":       r.nodeDies,
				"node heartbeats": r.heartbeat,
				"pause or resume": r.switchPipeline,
				"delete pipeline": r.deletePipeline,
				"list":            r.list,
			})
		})
	}},
}

type random struct {
	h     *harness
	m     *model
	known []store.Key // every lease ever given, current or stale
	nodes []int64     // every node ever registered
}

func (r *random) start() {
	r.m.addPipeline(r.h.alice)
	r.m.addPipeline(r.h.pipeline(alice, "second", false))
	r.m.addPipeline(r.h.pipeline(bob, "bobs", true))
	r.newNode(r.h.node)
}

func (r *random) newNode(no int64) {
	r.h.node = no
	r.nodes = append(r.nodes, no)
	if _, shared := r.h.Store.(store.Shared); !shared {
		clear(r.m.nodes) // the store is open in one process, so the others are dead
	}
	r.m.nodes[no] = r.h.now.Add(time.Hour)
}

func (r *random) pipelines() []*job.Pipeline {
	var all []*job.Pipeline
	for _, p := range r.m.pipelines {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *job.Pipeline) int { return cmp.Compare(a.No, b.No) })
	return all
}

func must(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *rapid.T, what string, got, want any) {
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("%s is %s, want %s", what, g, w)
	}
}

func (r *random) submit(t *rapid.T) {
	var jobs []store.NewJob
	var wants []error
	for range rapid.IntRange(1, 4).Draw(t, "jobs") {
		p := rapid.SampledFrom(r.pipelines()).Draw(t, "pipeline")
		j := r.h.newJob(*p, job.Priority(rapid.IntRange(1, 10).Draw(t, "priority")))
		switch rapid.IntRange(0, 12).Draw(t, "spoil") {
		case 0:
			j.PipelineNo = 987654
		case 1:
			j.Account = 3003
		case 2:
			if len(r.m.jobs) > 0 {
				j.ID = rapid.SampledFrom(r.m.jobs).Draw(t, "repeated").id
			}
		}
		jobs = append(jobs, j)
		wants = append(wants, r.m.submit(j))
	}
	errs, err := r.h.Submit(r.h.ctx, jobs)
	must(t, err)
	for i, w := range wants {
		if !errors.Is(errs[i], w) {
			t.Fatalf("submit %d gives %v, want %v", i, errs[i], w)
		}
	}
}

func (r *random) claim(t *rapid.T) {
	all := rapid.Permutation(r.pipelines()).Draw(t, "order")
	req := store.ClaimRequest{Node: rapid.SampledFrom(r.nodes).Draw(t, "node"), Max: rapid.IntRange(0, 6).Draw(t, "max"),
		Now: r.h.now, Deadline: r.h.now.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "deadline")) * time.Second)}
	for _, p := range all[:rapid.IntRange(1, len(all)).Draw(t, "pipelines")] {
		req.Want = append(req.Want, store.Quota{PipelineNo: p.No, Max: rapid.IntRange(0, 4).Draw(t, "quota")})
	}
	got, err := r.h.Claim(r.h.ctx, req)
	if req.Max == 0 {
		must(t, err)
		want(t, "claimed", len(got), 0)
		return
	}
	keys, wantErr := r.m.claim(req)
	if !errors.Is(err, wantErr) {
		t.Fatalf("claim gives %v, want %v", err, wantErr)
	}
	want(t, "claimed", leases(got), keys)
	r.known = append(r.known, keys...)
}

func leases(claimed []store.Claimed) []store.Key {
	var keys []store.Key
	for _, c := range claimed {
		keys = append(keys, c.Key)
	}
	return keys
}

// leases draws some leases, most of which may be stale.
func (r *random) leases(t *rapid.T) (node int64, keys []store.Key) {
	if len(r.known) == 0 {
		t.Skip("no lease yet")
	}
	node = rapid.SampledFrom(r.nodes).Draw(t, "node")
	return node, rapid.SliceOfN(rapid.SampledFrom(r.known), 1, 4).Draw(t, "leases")
}

func (r *random) complete(t *rapid.T) {
	node, keys := r.leases(t)
	var done []store.Completion
	var wants []bool
	for _, k := range keys {
		d := r.h.completion(k, rapid.SampledFrom([]job.State{job.Succeeded, job.Failed, job.Cancelled}).Draw(t, "state"))
		done = append(done, d)
		wants = append(wants, r.m.complete(node, d))
	}
	got, err := r.h.Complete(r.h.ctx, node, done)
	must(t, err)
	want(t, "accepted", got, wants)
}

func (r *random) retry(t *rapid.T) {
	node, keys := r.leases(t)
	var again []store.Retry
	var wants []bool
	for _, k := range keys {
		x := store.Retry{Key: k, NotBefore: r.h.now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "wait")) * time.Second)}
		again = append(again, x)
		wants = append(wants, r.m.retry(node, x))
	}
	got, err := r.h.Retry(r.h.ctx, node, again)
	must(t, err)
	want(t, "accepted", got, wants)
}

func (r *random) release(t *rapid.T) {
	node, keys := r.leases(t)
	for _, k := range keys {
		r.m.release(node, k)
	}
	must(t, r.h.Release(r.h.ctx, node, keys))
}

func (r *random) wake(t *rapid.T) {
	n, err := r.h.Wake(r.h.ctx, r.h.now)
	must(t, err)
	want(t, "woken", n, r.m.wake(r.h.now))
}

func (r *random) rescue(t *rapid.T) {
	most := rapid.IntRange(1, 3).Draw(t, "max attempts")
	n, claimed, err := r.h.Rescue(r.h.ctx, r.h.node, r.h.now, most, 1000)
	must(t, err)
	rescued, spent := r.m.rescue(r.h.node, r.h.now, most)
	want(t, "rescued", n, rescued)
	got := leases(claimed)
	slices.SortFunc(got, compareKeys)
	slices.SortFunc(spent, compareKeys)
	want(t, "spent", got, spent)
}

func compareKeys(a, b store.Key) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), bytes.Compare(a.ID[:], b.ID[:]))
}

func (r *random) prune(t *rapid.T) {
	before := r.h.now.Add(-time.Duration(rapid.IntRange(0, 600).Draw(t, "age")) * time.Second)
	n, err := r.h.Prune(r.h.ctx, before, 1000)
	must(t, err)
	want(t, "pruned", n, r.m.prune(before))
}

func (r *random) timePasses(t *rapid.T) {
	r.h.advance(time.Duration(rapid.IntRange(-60_000, 1_200_000).Draw(t, "milliseconds")) * time.Millisecond)
}

func (r *random) nodeDies(t *rapid.T) {
	if rapid.Bool().Draw(t, "orderly") {
		must(t, r.h.RemoveNode(r.h.ctx, r.h.node))
		delete(r.m.nodes, r.h.node)
	}
	no, err := r.h.RegisterNode(r.h.ctx, store.Node{Name: "heir", Until: r.h.now.Add(time.Hour)})
	must(t, err)
	r.newNode(no)
}

func (r *random) heartbeat(t *rapid.T) {
	node := rapid.SampledFrom(r.nodes).Draw(t, "node")
	err := r.h.Heartbeat(r.h.ctx, node, r.h.now, r.h.now.Add(time.Hour))
	if until, ok := r.m.nodes[node]; !ok || !until.After(r.h.now) {
		if !errors.Is(err, store.ErrNodeGone) {
			t.Fatalf("heartbeat gives %v, want %v", err, store.ErrNodeGone)
		}
		return
	}
	must(t, err)
	r.m.nodes[node] = r.h.now.Add(time.Hour)
}

func (r *random) switchPipeline(t *rapid.T) {
	p := rapid.SampledFrom(r.pipelines()).Draw(t, "pipeline")
	p.State = rapid.SampledFrom([]job.PipelineState{job.Active, job.Paused}).Draw(t, "state")
	must(t, r.h.UpdatePipeline(r.h.ctx, p.Account, p.ID, job.PipelineUpdate{State: &p.State}, r.h.now))
}

func (r *random) deletePipeline(t *rapid.T) {
	p := rapid.SampledFrom(r.pipelines()).Draw(t, "pipeline")
	var wantErr error
	switch {
	case p.Default:
		wantErr = job.ErrPipelineDefault
	case r.m.busy(p.No):
		wantErr = job.ErrPipelineBusy
	default:
		delete(r.m.pipelines, p.No)
	}
	if err := r.h.DeletePipeline(r.h.ctx, p.Account, p.ID); !errors.Is(err, wantErr) {
		t.Fatalf("delete gives %v, want %v", err, wantErr)
	}
}

func (r *random) list(t *rapid.T) {
	f := job.Filter{Oldest: rapid.Bool().Draw(t, "oldest"), States: rapid.SampledFrom(listStates).Draw(t, "states")}
	var cursor job.ID
	if len(r.m.jobs) > 0 {
		some := rapid.SampledFrom(r.m.jobs)
		switch rapid.IntRange(0, 4).Draw(t, "restriction") {
		case 0:
			f.From = some.Draw(t, "from").id.Time()
		case 1:
			f.To = some.Draw(t, "to").id.Time()
		case 2:
			f.ID = some.Draw(t, "id").id
		case 3:
			cursor = some.Draw(t, "cursor").id
		}
	}
	limit := rapid.IntRange(1, 10).Draw(t, "limit")
	rows, err := r.h.List(r.h.ctx, alice, f, cursor, limit)
	must(t, err)
	want(t, "list", rows, r.m.list(alice, f, cursor, limit))
}

// check runs after every step: what can be seen is what the model holds.
func (r *random) check(t *rapid.T) {
	for _, account := range []job.AccountID{alice, bob} {
		rows, err := r.h.List(r.h.ctx, account, job.Filter{}, job.ID{}, 10_000)
		must(t, err)
		want(t, "jobs", rows, r.m.list(account, job.Filter{}, job.ID{}, 10_000))
	}
	var messages []string
	for _, account := range []job.AccountID{alice, bob} {
		for _, msg := range r.h.messages(account) {
			messages = append(messages, msg.JobID.String()+" "+msg.Target)
		}
	}
	slices.Sort(messages)
	expected := slices.Clone(r.m.messages)
	slices.Sort(expected)
	want(t, "messages", messages, expected)
	ready, running, waiting, err := r.h.Depth(r.h.ctx)
	must(t, err)
	mr, mn, mw := r.m.depth()
	want(t, "depth", []int64{ready, running, waiting}, []int64{mr, mn, mw})
	var got, expect []int64
	for _, p := range r.h.ready() {
		got = append(got, p.No)
	}
	slices.Sort(got)
	for _, p := range r.pipelines() {
		if p.State == job.Active && len(r.m.ready(p.No)) > 0 {
			expect = append(expect, p.No)
		}
	}
	want(t, "ready", got, expect)
}
