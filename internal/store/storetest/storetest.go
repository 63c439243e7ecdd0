// Package storetest is the one suite that every store.Store must pass. It holds no knowledge
// of any database: time is passed in, and each test opens a fresh store.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Open makes an empty store that is closed when t ends.
type Open func(t *testing.T) store.Store

// Run runs the suite.
func Run(t *testing.T, open Open) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"submit", submitTests},
		{"claim", claimTests},
		{"lease", leaseTests},
		{"complete", completeTests},
		{"retry", retryTests},
		{"rescue", rescueTests},
		{"list", listTests},
		{"prune", pruneTests},
		{"pipeline", pipelineTests},
		{"keys", keyTests},
		{"nonce", nonceTests},
		{"outbox", outboxTests},
		{"submit all", submitAllTests},
		{"cancel", cancelTests},
		{"records", recordTests},
		{"isolation", isolationTests},
		{"concurrency", concurrencyTests},
		{"model", modelTests},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, tt := range g.tests {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					tt.run(newHarness(t, open))
				})
			}
		})
	}
}

type test struct {
	name string
	run  func(h *harness)
}

// The accounts of the tests, and when their time begins.
const (
	alice job.AccountID = 1001
	bob   job.AccountID = 2002
)

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// harness is a fresh store with a clock, a live node and a default pipeline for alice.
type harness struct {
	*testing.T
	store.Store
	open  Open
	ctx   context.Context
	now   time.Time
	ids   job.IDs
	node  int64
	alice job.Pipeline
}

func newHarness(t *testing.T, open Open) *harness {
	t.Helper()
	h := &harness{T: t, Store: open(t), open: open, ctx: t.Context(), now: epoch}
	h.ids.Now = func() time.Time { return h.now }
	h.node = h.register("first")
	h.alice = h.pipeline(alice, "default", true)
	return h
}

// must fails the test at once when err is set.
func (h *harness) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *harness) advance(d time.Duration) { h.now = h.now.Add(d) }

func (h *harness) register(name string) int64 {
	h.Helper()
	no, err := h.RegisterNode(h.ctx, store.Node{Name: name, Roles: "api,worker", Version: "v1", Workers: 4, Started: h.now, Until: h.now.Add(time.Hour)})
	h.must(err)
	return no
}

func (h *harness) pipeline(account job.AccountID, id string, isDefault bool) job.Pipeline {
	h.Helper()
	p, err := h.CreatePipeline(h.ctx, newPipeline(account, id, isDefault))
	h.must(err)
	return p
}

func newPipeline(account job.AccountID, id string, isDefault bool) job.Pipeline {
	return job.Pipeline{ID: id, Account: account, Name: "name of " + id, Speed: job.SpeedStandard, State: job.Active,
		Priority: job.DefaultPriority, Default: isDefault, Created: epoch, Modified: epoch}
}

func (h *harness) newJob(p job.Pipeline, prio job.Priority) store.NewJob {
	id := h.ids.Next()
	return store.NewJob{Account: p.Account, ID: id, PipelineNo: p.No, Priority: prio,
		Name: "job", Spec: []byte("spec of " + id.String())}
}

// submit inserts one job of each priority given and returns the ids.
func (h *harness) submit(p job.Pipeline, prios ...job.Priority) []job.ID {
	h.Helper()
	jobs := make([]store.NewJob, len(prios))
	ids := make([]job.ID, len(prios))
	for i, prio := range prios {
		jobs[i] = h.newJob(p, prio)
		ids[i] = jobs[i].ID
	}
	errs, err := h.Submit(h.ctx, jobs)
	h.must(err)
	for _, err := range errs {
		h.must(err)
	}
	return ids
}

// claim takes up to max jobs for the harness's node from the pipelines in order.
func (h *harness) claim(max int, from ...job.Pipeline) []store.Claimed {
	h.Helper()
	return h.claimAs(h.node, max, from...)
}

func (h *harness) claimAs(node int64, max int, from ...job.Pipeline) []store.Claimed {
	h.Helper()
	want := make([]store.Quota, len(from))
	for i, p := range from {
		want[i] = store.Quota{PipelineNo: p.No, Max: max}
	}
	got, err := h.Claim(h.ctx, store.ClaimRequest{Node: node, Want: want, Max: max, Now: h.now, Deadline: h.now.Add(time.Minute)})
	h.must(err)
	return got
}

// one claims exactly one job.
func (h *harness) one(from job.Pipeline) store.Claimed {
	h.Helper()
	got := h.claim(1, from)
	if len(got) != 1 {
		h.Fatalf("claimed %d jobs, want 1", len(got))
	}
	return got[0]
}

func (h *harness) completion(k store.Key, st job.State) store.Completion {
	return store.Completion{Key: k, State: st, Finished: h.now, Outcome: []byte("outcome of " + k.ID.String()),
		Outbox: []store.Message{{Target: "https://receiver.example/" + k.ID.String(), Body: []byte("body")}}}
}

// complete ends one job as the node and says whether that was accepted.
func (h *harness) complete(node int64, k store.Key, st job.State) bool {
	h.Helper()
	ok, err := h.Complete(h.ctx, node, []store.Completion{h.completion(k, st)})
	h.must(err)
	if len(ok) != 1 {
		h.Fatalf("Complete gave %d results, want 1", len(ok))
	}
	return ok[0]
}

// finish submits and completes one job.
func (h *harness) finish(p job.Pipeline, st job.State) job.ID {
	h.Helper()
	h.submit(p, 5)
	c := h.one(p)
	if !h.complete(h.node, c.Key, st) {
		h.Fatal("completion was fenced out")
	}
	return c.ID
}

// wantState checks a job's state and attempt as Get and List show them.
func (h *harness) wantState(account job.AccountID, id job.ID, st job.State, attempt int) store.Row {
	h.Helper()
	row, err := h.Get(h.ctx, account, id)
	h.must(err)
	if row.State != st || row.Attempt != attempt {
		h.Fatalf("job %s is %s at attempt %d, want %s at %d", id, row.State, row.Attempt, st, attempt)
	}
	rows, err := h.List(h.ctx, account, job.Filter{ID: id}, job.ID{}, 10)
	h.must(err)
	if len(rows) != 1 || rows[0].State != st {
		h.Fatalf("List shows job %s as %v, want one %s", id, rows, st)
	}
	return row
}

// want compares printed values, which keeps expectations readable.
func (h *harness) want(what string, got, want any) {
	h.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		h.Fatalf("%s is %s, want %s", what, g, w)
	}
}

func claimedIDs(claimed []store.Claimed) []job.ID {
	ids := make([]job.ID, len(claimed))
	for i, c := range claimed {
		ids[i] = c.ID
	}
	return ids
}

// priorities lists n jobs' priorities, running through 1 to 10.
func priorities(n int) []job.Priority {
	out := make([]job.Priority, n)
	for i := range out {
		out[i] = job.Priority(i%10 + 1)
	}
	return out
}
