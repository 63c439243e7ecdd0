package queue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/store"
)

func TestRetryBacksOffAndGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, openStore(t), queue.Config{RetryJitter: -1})
		run(t, q)
		j := submit(t, q, job.Spec{})
		failure := job.Failure{Code: job.SourceUnreachable, Message: "no answer"}
		for attempt, pause := range []time.Duration{0, time.Second, 5 * time.Second} {
			before := time.Now()
			c := claim(t, q, 1)[0]
			if waited := time.Since(before); waited < pause || waited > pause+10*time.Millisecond {
				t.Errorf("attempt %d came after %v, want %v", attempt+1, waited, pause)
			}
			if c.Job.Attempt != attempt+1 {
				t.Errorf("got attempt %d, want %d", c.Job.Attempt, attempt+1)
			}
			if err := q.Retry(t.Context(), c, failure, job.Run{Attempts: c.Job.Attempt}); err != nil {
				t.Fatal(err)
			}
		}
		end := get(t, q, j.ID)
		if end.State != job.Failed || end.Failure == nil || *end.Failure != failure || end.Attempt != 3 {
			t.Errorf("got %+v, want failed with the last failure at attempt 3", end)
		}
		noClaim(t, q, time.Minute)
	})
}

func TestRetryJitterStaysInBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, openStore(t), queue.Config{MaxAttempts: 100, RetryBackoff: []time.Duration{time.Second}})
		run(t, q)
		submit(t, q, job.Spec{})
		seen := map[time.Duration]bool{}
		for range 20 {
			c := claim(t, q, 1)[0]
			before := time.Now()
			if err := q.Retry(t.Context(), c, job.Failure{Code: job.SourceUnreachable}, job.Run{}); err != nil {
				t.Fatal(err)
			}
			c = claim(t, q, 1)[0]
			waited := time.Since(before)
			if waited < 800*time.Millisecond || waited > 1210*time.Millisecond {
				t.Fatalf("waited %v, want 1 s ± 20 %%", waited)
			}
			seen[waited] = true
			if err := q.Release(t.Context(), []*queue.Claim{c}); err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) < 10 {
			t.Errorf("%d different back-offs in 20", len(seen))
		}
	})
}

// deafStore is a store that cannot be reached for heartbeats while deaf is set.
type deafStore struct {
	store.Store
	deaf atomic.Bool
}

var errDeaf = errors.New("no connection")

func (s *deafStore) Heartbeat(ctx context.Context, node int64, now, until time.Time) error {
	if s.deaf.Load() {
		return errDeaf
	}
	return s.Store.Heartbeat(ctx, node, now, until)
}

func TestNodeThatMissesItsLeaseIsFencedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &deafStore{Store: openStore(t)}
		q := newQueue(t, s, queue.Config{})
		run(t, q)
		j := submit(t, q, job.Spec{})
		zombie := claim(t, q, 1)[0]
		time.Sleep(time.Minute) // heartbeats keep it alive far beyond one lease
		select {
		case <-zombie.Lost():
			t.Fatal("lost although heartbeats work")
		default:
		}
		before, _ := q.Stats(t.Context())

		s.deaf.Store(true)
		lost := time.Now()
		<-zombie.Lost()
		if after := time.Since(lost); after < 8*time.Second || after > 14*time.Second {
			t.Errorf("lease given up after %v, want within one lease of 12 s", after)
		}
		s.deaf.Store(false)
		second := claim(t, q, 1)[0]
		if second.Job.ID != j.ID || second.Job.Attempt != 2 {
			t.Fatalf("got attempt %d of %s, want attempt 2 of %s", second.Job.Attempt, second.Job.ID, j.ID)
		}
		if err := q.Complete(t.Context(), zombie, &job.Result{Object: job.Object{Name: "zombie"}}, job.Run{}); !errors.Is(err, job.ErrLeaseLost) {
			t.Errorf("the zombie's result: got %v, want job.ErrLeaseLost", err)
		}
		if err := q.Complete(t.Context(), second, &job.Result{Object: job.Object{Name: "second"}}, job.Run{}); err != nil {
			t.Fatal(err)
		}
		if err := q.Fail(t.Context(), second, job.Failure{Code: job.InternalError}, job.Run{}); !errors.Is(err, job.ErrLeaseLost) {
			t.Errorf("a second end: got %v, want job.ErrLeaseLost", err)
		}
		if got := get(t, q, j.ID); got.Result == nil || got.Result.Object.Name != "second" {
			t.Errorf("got %+v, want the second attempt's result", got)
		}
		after, err := q.Stats(t.Context())
		if err != nil || after.Node == before.Node || after.LeasesLost != 1 || after.Fenced != 2 {
			t.Errorf("node %d → %d, leases lost %d, fenced %d, error %v", before.Node, after.Node, after.LeasesLost, after.Fenced, err)
		}
	})
}

// crash claims one job as a node that is never heard of again.
func crash(t testing.TB, s store.Store, p int64) store.Claimed {
	t.Helper()
	now := time.Now()
	node, err := s.RegisterNode(t.Context(), store.Node{Name: "crashed", Until: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Rescue(t.Context(), node, now, 3, 10); err != nil {
		t.Fatal(err)
	}
	c, err := s.Claim(t.Context(), store.ClaimRequest{
		Node: node, Max: 1, Now: now, Deadline: now.Add(time.Hour), Want: []store.Quota{{PipelineNo: p, Max: 1}},
	})
	if err != nil || len(c) != 1 {
		t.Fatalf("claimed %d, error %v; want one", len(c), err)
	}
	return c[0]
}

func TestJobsOfADeadProcessAreRescuedAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		q := newQueue(t, s, queue.Config{})
		p := pipeline(t, q, account, 5)
		j := submit(t, q, job.Spec{PipelineID: p.ID})
		crash(t, s, p.No)
		before := time.Now()
		run(t, q)
		c := claim(t, q, 1)[0]
		if c.Job.ID != j.ID || c.Job.Attempt != 2 || time.Since(before) > 0 {
			t.Errorf("got attempt %d after %v, want the second at once", c.Job.Attempt, time.Since(before))
		}
		complete(t, q, c)
	})
}

func TestJobThatKillsItsWorkersIsPoisoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		q := newQueue(t, s, queue.Config{})
		p := pipeline(t, q, account, 5)
		j := submit(t, q, job.Spec{PipelineID: p.ID, NotifyAddress: "http://callback.example/"})
		for range 3 {
			crash(t, s, p.No)
		}
		run(t, q)
		healthy := submit(t, q, job.Spec{PipelineID: p.ID})
		end, err := q.Wait(t.Context(), account, j.ID)
		if err != nil || end.State != job.Failed || end.Failure.Code != job.Poisoned || end.Attempt != 3 {
			t.Fatalf("got %+v, error %v; want failed as poisoned", end, err)
		}
		if m, err := s.Messages(t.Context(), account, store.MessageFilter{Limit: 10}); err != nil || len(m) != 1 {
			t.Errorf("got %d callbacks, error %v; want the one of the poisoned job", len(m), err)
		}
		c := claim(t, q, 1)[0]
		if c.Job.ID != healthy.ID {
			t.Errorf("claimed %s, want the healthy job", c.Job.ID)
		}
		complete(t, q, c)
	})
}

// TestEveryJobEndsExactlyOnce lets workers die, come back as zombies, retry and release at
// random, and counts the ends that were accepted.
func TestEveryJobEndsExactlyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &deafStore{Store: openStore(t)}
		q := newQueue(t, s, queue.Config{JobDeadline: 20 * time.Second, DrainFor: time.Second})
		run(t, q)
		const jobs = 300
		var ids []job.ID
		for range jobs {
			ids = append(ids, submit(t, q, job.Spec{}).ID)
		}
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex
		accepted := map[job.ID]int{}
		end := func(c *queue.Claim, err error) {
			if err != nil && !errors.Is(err, job.ErrLeaseLost) {
				t.Error(err)
			}
			if err == nil {
				mu.Lock()
				accepted[c.Job.ID]++
				mu.Unlock()
			}
		}
		var workers sync.WaitGroup
		for range 8 {
			workers.Go(func() {
				for {
					claims, err := q.Claim(ctx, 2)
					if err != nil {
						return
					}
					for _, c := range claims {
						switch rand.IntN(6) {
						case 0: // dies
						case 1: // sleeps past its deadline and finishes as a zombie
							time.Sleep(25 * time.Second)
							end(c, q.Complete(context.Background(), c, &job.Result{}, job.Run{}))
						case 2:
							if err := q.Release(context.Background(), []*queue.Claim{c}); err != nil {
								t.Error(err)
							}
						case 3:
							spent := c.Job.Attempt == 3
							err := q.Retry(context.Background(), c, job.Failure{Code: job.SourceChanged}, job.Run{})
							if spent {
								end(c, err)
							}
						default:
							end(c, q.Complete(context.Background(), c, &job.Result{}, job.Run{}))
							end(c, q.Complete(context.Background(), c, &job.Result{}, job.Run{}))
						}
					}
				}
			})
		}
		workers.Go(func() { // and now and then the whole node loses its lease
			for ctx.Err() == nil {
				s.deaf.Store(!s.deaf.Load())
				select {
				case <-ctx.Done():
				case <-time.After(17 * time.Second):
				}
			}
		})
		poisoned := 0
		for _, id := range ids {
			j, err := q.Wait(t.Context(), account, id)
			if err != nil || !j.State.Terminal() || j.Attempt > 3 {
				t.Fatalf("job ended as %+v, error %v", j, err)
			}
			if j.Failure != nil && j.Failure.Code == job.Poisoned {
				poisoned++
				mu.Lock()
				accepted[id]++ // its end came from upkeep
				mu.Unlock()
			}
		}
		stop()
		workers.Wait()
		for _, id := range ids {
			if accepted[id] != 1 {
				t.Errorf("job %s ended %d times", id, accepted[id])
			}
		}
		if poisoned == 0 || poisoned == jobs {
			t.Errorf("%d of %d jobs were poisoned: the test does not test", poisoned, jobs)
		}
	})
}

func TestDrainWaitsThenReleases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		q := newQueue(t, s, queue.Config{DrainFor: 20 * time.Second})
		stop := run(t, q)
		finishes, hangs := submit(t, q, job.Spec{}), submit(t, q, job.Spec{})
		claims := claim(t, q, 2)
		stats, err := q.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		idle := make(chan error)
		go func() {
			_, err := q.Claim(context.Background(), 1)
			idle <- err
		}()
		synctest.Wait()
		began := time.Now()
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		if err := <-idle; !errors.Is(err, job.ErrStopped) {
			t.Errorf("an idle worker got %v, want job.ErrStopped", err)
		}
		time.Sleep(18 * time.Second) // longer than a lease: the node must stay alive
		complete(t, q, claims[0])
		<-stopped
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("drained in %v, want 20 s", took)
		}
		if j := get(t, q, finishes.ID); j.State != job.Succeeded {
			t.Errorf("the job that finished during the drain is %s", j.State)
		}
		if j := get(t, q, hangs.ID); j.State != job.Queued || j.Attempt != 0 {
			t.Errorf("the job that did not is %s at attempt %d, want queued at 0", j.State, j.Attempt)
		}
		now := time.Now()
		if err := s.Heartbeat(t.Context(), stats.Node, now, now.Add(time.Second)); !errors.Is(err, store.ErrNodeGone) {
			t.Errorf("the node is still there: %v", err)
		}
		if err := q.Complete(t.Context(), claims[1], &job.Result{}, job.Run{}); !errors.Is(err, job.ErrLeaseLost) {
			t.Errorf("a released job was completed: %v", err)
		}
	})
}

func TestRetentionDeletesOnlyOldFinishedJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, openStore(t), queue.Config{Retention: time.Hour})
		run(t, q)
		old := submit(t, q, job.Spec{})
		complete(t, q, claim(t, q, 1)[0])
		p := pipeline(t, q, account, 5)
		setState(t, q, p, job.Paused)
		open := submit(t, q, job.Spec{PipelineID: p.ID})
		time.Sleep(59 * time.Minute)
		get(t, q, old.ID)
		time.Sleep(3 * time.Minute)
		if _, err := q.Get(t.Context(), account, old.ID); !errors.Is(err, job.ErrNotFound) {
			t.Errorf("a job past retention: got %v, want job.ErrNotFound", err)
		}
		get(t, q, open.ID)
	})
}
