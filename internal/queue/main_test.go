package queue_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
	"github.com/mediagauge/mediagauge/internal/testpg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testpg.Tests{M: m}) }

const account = job.AccountID(7)

func openStore(t testing.TB) store.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newQueue(t testing.TB, s store.Store, c queue.Config) *queue.Queue {
	t.Helper()
	q, err := queue.New(s, c)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// run runs q until the returned function is called or the test ends.
func run(t testing.TB, q *queue.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := q.Run(ctx); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func submit(t testing.TB, q *queue.Queue, spec job.Spec) *job.Job {
	t.Helper()
	if spec.Input.Media == "" {
		spec.Input = job.Input{Type: job.InputOSS, Media: "oss://bucket/key"}
	}
	j, err := q.Submit(t.Context(), account, spec)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// submitMany submits n jobs at once, so that they share transactions.
func submitMany(t testing.TB, q *queue.Queue, n int, a job.AccountID, spec job.Spec) {
	t.Helper()
	var wg sync.WaitGroup
	for range min(n, 200) {
		wg.Go(func() {
			for range max(n/200, 1) {
				if _, err := q.Submit(t.Context(), a, spec); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func pipeline(t testing.TB, q *queue.Queue, a job.AccountID, p job.Priority) *job.Pipeline {
	t.Helper()
	made, err := q.CreatePipeline(t.Context(), a, "p", job.SpeedStandard, p)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func setState(t testing.TB, q *queue.Queue, p *job.Pipeline, s job.PipelineState) {
	t.Helper()
	if err := q.UpdatePipeline(t.Context(), p.Account, p.ID, job.PipelineUpdate{State: &s}); err != nil {
		t.Fatal(err)
	}
}

// claim returns the next jobs, and fails the test when none comes.
func claim(t testing.TB, q *queue.Queue, max int) []*queue.Claim {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c, err := q.Claim(ctx, max)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// noClaim fails the test when a job can be claimed within the given time.
func noClaim(t testing.TB, q *queue.Queue, within time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if c, err := q.Claim(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("claimed %d jobs, error %v; want none", len(c), err)
	}
}

func complete(t testing.TB, q *queue.Queue, c *queue.Claim) {
	t.Helper()
	if err := q.Complete(t.Context(), c, &job.Result{}, job.Run{ProbeTime: 10 * time.Millisecond, Attempts: c.Job.Attempt}); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, q *queue.Queue, id job.ID) *job.Job {
	t.Helper()
	j, err := q.Get(t.Context(), account, id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}
