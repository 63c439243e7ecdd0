package queue_test

import (
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
)

// TestFloodLeavesNeighboursAlone fills one pipeline to the brim. A job of any other pipeline
// of the account, and of another account, must still be among the very next ones.
func TestFloodLeavesNeighboursAlone(t *testing.T) {
	t.Parallel()
	flood := 60_000
	if testing.Short() {
		flood = 3000
	}
	q := newQueue(t, openStore(t), queue.Config{})
	run(t, q)
	loud := pipeline(t, q, account, job.MaxPriority)
	submitMany(t, q, flood, account, job.Spec{PipelineID: loud.ID, Priority: job.MaxPriority})
	quiet := []*job.Pipeline{pipeline(t, q, account+1, job.MinPriority)}
	for range 14 {
		quiet = append(quiet, pipeline(t, q, account, job.MinPriority))
	}
	const slots = 8
	late := 0
	for i := range 150 {
		p := quiet[i%len(quiet)]
		j, err := q.Submit(t.Context(), p.Account, job.Spec{PipelineID: p.ID, Priority: job.MinPriority})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for round := 0; !found; round++ {
			if round > 0 {
				late++
			}
			claims := claim(t, q, slots)
			for _, c := range claims {
				found = found || c.Job.ID == j.ID
				complete(t, q, c)
			}
			if round > 3 {
				t.Fatalf("job %d still waits after %d rounds", i, round)
			}
		}
	}
	if late > 1 { // p99 of 150
		t.Errorf("%d of 150 quiet jobs were not in the next claim", late)
	}
}

// TestAccountsShareEqually gives one account ten pipelines and another account one.
func TestAccountsShareEqually(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{})
	run(t, q)
	one := pipeline(t, q, account, job.MinPriority)
	submitMany(t, q, 400, account, job.Spec{PipelineID: one.ID})
	for range 10 {
		p := pipeline(t, q, account+1, job.MaxPriority)
		submitMany(t, q, 200, account+1, job.Spec{PipelineID: p.ID})
	}
	got := map[job.AccountID]int{}
	for range 100 {
		for _, c := range claim(t, q, 4) {
			got[c.Job.Account]++
			if err := q.Complete(t.Context(), c, &job.Result{}, job.Run{ProbeTime: 5 * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := got[account]; n < 190 || n > 210 {
		t.Errorf("the account with one pipeline got %d of 400 jobs, want half", n)
	}
}
