package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// bench is an open store with 16 pipelines and one node.
type bench struct {
	*Store
	node      int64
	pipelines []int64
	ids       job.IDs
	spec      []byte
	outcome   []byte
}

func newBench(tb testing.TB) *bench {
	tb.Helper()
	ctx := tb.Context()
	s, err := Open(ctx, filepath.Join(tb.TempDir(), "bench.db"), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	b := &bench{Store: s, spec: bytes.Repeat([]byte("spec"), 75), outcome: bytes.Repeat([]byte("done"), 175)}
	for i := range 16 {
		p, err := s.CreatePipeline(ctx, job.Pipeline{ID: fmt.Sprint(i), Account: 1, State: job.Active, Priority: 6})
		if err != nil {
			tb.Fatal(err)
		}
		b.pipelines = append(b.pipelines, p.No)
	}
	if b.node, err = s.RegisterNode(ctx, store.Node{Name: "bench", Until: time.Now().Add(time.Hour)}); err != nil {
		tb.Fatal(err)
	}
	return b
}

func (b *bench) newJob(i int) store.NewJob {
	return store.NewJob{Account: 1, ID: b.ids.Next(), PipelineNo: b.pipelines[i%len(b.pipelines)],
		Priority: job.Priority(1 + i%10), Spec: b.spec}
}

// drain claims and completes up to max jobs in one batch each and returns how many.
func (b *bench) drain(ctx context.Context, max int) (int, error) {
	now := time.Now()
	want := make([]store.Quota, len(b.pipelines))
	for i, no := range b.pipelines {
		want[i] = store.Quota{PipelineNo: no, Max: max}
	}
	claimed, err := b.Claim(ctx, store.ClaimRequest{Node: b.node, Want: want, Max: max, Now: now, Deadline: now.Add(time.Hour)})
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	done := make([]store.Completion, len(claimed))
	for i, c := range claimed {
		done[i] = store.Completion{Key: c.Key, State: job.Succeeded, Finished: now, Outcome: b.outcome}
	}
	accepted, err := b.Complete(ctx, b.node, done)
	if err == nil && slices.Contains(accepted, false) {
		err = fmt.Errorf("a completion was fenced out")
	}
	return len(claimed), err
}

// BenchmarkCycle takes jobs through submit, claim and complete: 64 submitters send one job per
// call and wait until it is durable, two workers claim and complete in batches of up to 64.
func BenchmarkCycle(tb *testing.B) {
	b := newBench(tb)
	ctx := tb.Context()
	var next, finished atomic.Int64
	ready := make(chan struct{}, 1)
	open := make(chan struct{}, 1000) // bounds the jobs in the system
	tb.ResetTimer()
	start, cpu := time.Now(), cpuTime(tb)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(tb.N); i = next.Add(1) {
				open <- struct{}{}
				errs, err := b.Submit(ctx, []store.NewJob{b.newJob(int(i))})
				if err != nil || errs[0] != nil {
					tb.Error(err, errs)
					return
				}
				select {
				case ready <- struct{}{}:
				default:
				}
			}
		})
	}
	all := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-ready:
				case <-all:
					return
				}
				for {
					n, err := b.drain(ctx, 64)
					if err != nil {
						tb.Error(err)
						return
					}
					if n == 0 {
						break
					}
					for range n {
						<-open
					}
					if finished.Add(int64(n)) == int64(tb.N) {
						close(all)
					}
				}
			}
		})
	}
	wg.Wait()
	tb.ReportMetric(float64(tb.N)/time.Since(start).Seconds(), "jobs/s")
	tb.ReportMetric(float64((cpuTime(tb)-cpu).Microseconds())/float64(tb.N), "cpu-µs/job")
}

// cpuTime is what the process has used so far. It moves less than the wall clock when the
// machine is shared.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSubmitLatency sends single jobs at a fixed rate of 500/s, whatever the answers do,
// and reports how long a caller waits for its durable answer.
func BenchmarkSubmitLatency(tb *testing.B) {
	b := newBench(tb)
	ctx := tb.Context()
	took := make([]time.Duration, tb.N)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	tb.ResetTimer()
	var wg sync.WaitGroup
	for i := range tb.N {
		due := <-tick.C
		wg.Go(func() {
			if _, err := b.Submit(ctx, []store.NewJob{b.newJob(i)}); err != nil {
				tb.Error(err)
			}
			took[i] = time.Since(due)
		})
	}
	wg.Wait()
	slices.Sort(took)
	tb.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	tb.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkRead measures Get and List over histories of two sizes.
func BenchmarkRead(tb *testing.B) {
	for _, size := range []int{10_000, 200_000} {
		b := newBench(tb)
		ids := b.fill(tb, size)
		ctx := tb.Context()
		tb.Run(fmt.Sprintf("get/%d", size), func(tb *testing.B) {
			for i := range tb.N {
				if _, err := b.Get(ctx, 1, ids[i*7919%len(ids)]); err != nil {
					tb.Fatal(err)
				}
			}
		})
		lists := []struct {
			name   string
			filter job.Filter
			cursor job.ID
		}{
			{"newest", job.Filter{}, job.ID{}},
			{"deep", job.Filter{}, ids[len(ids)/2]},
			{"failed-deep", job.Filter{States: job.States(job.Failed)}, ids[len(ids)/2]},
			{"deep-oldest", job.Filter{Oldest: true}, ids[len(ids)/2]},
			{"window-oldest", job.Filter{Oldest: true, From: ids[len(ids)/3].Time(), To: ids[len(ids)*2/3].Time()}, job.ID{}},
		}
		for _, l := range lists {
			tb.Run(fmt.Sprintf("list-%s/%d", l.name, size), func(tb *testing.B) {
				for range tb.N {
					rows, err := b.List(ctx, 1, l.filter, l.cursor, 100)
					if err != nil || len(rows) == 0 {
						tb.Fatal(len(rows), err)
					}
				}
			})
		}
	}
}

// fill brings n jobs to an end, one in a hundred of them failed, and returns their ids.
func (b *bench) fill(tb testing.TB, n int) []job.ID {
	tb.Helper()
	ctx := tb.Context()
	var ids []job.ID
	for len(ids) < n {
		jobs := make([]store.NewJob, 500)
		for i := range jobs {
			jobs[i] = b.newJob(i)
			ids = append(ids, jobs[i].ID)
		}
		if _, err := b.Submit(ctx, jobs); err != nil {
			tb.Fatal(err)
		}
		now := time.Now()
		var done []store.Completion
		for _, no := range b.pipelines {
			got, err := b.Claim(ctx, store.ClaimRequest{Node: b.node, Want: []store.Quota{{PipelineNo: no, Max: 500}}, Max: 500, Now: now, Deadline: now})
			if err != nil {
				tb.Fatal(err)
			}
			for _, c := range got {
				st := job.Succeeded
				if c.ID[15]%100 == 0 {
					st = job.Failed
				}
				done = append(done, store.Completion{Key: c.Key, State: st, Finished: now, Outcome: b.outcome})
			}
		}
		if _, err := b.Complete(ctx, b.node, done); err != nil {
			tb.Fatal(err)
		}
	}
	return ids
}
