// Package river puts the same load on this service's queue and on River, a job queue for PostgreSQL, in one run
// on one server. It is a module of its own so that the product does not depend on River.
package river

import (
	"context"
	"crypto/rand"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/testpg"
	"github.com/mediagauge/mediagauge/test/scale/load"
)

func TestMain(m *testing.M) { os.Exit(testpg.Tests{M: m}.Run()) }

const callers = 64

// BenchmarkCycle takes jobs through submission, claim and completion with a result of about four kilobytes, as
// fast as it goes: 64 callers submit one job a call and wait until it is durable; 16 queues or pipelines.
func BenchmarkCycle(b *testing.B) {
	if err := testpg.Installed(); err != nil {
		b.Skip(err)
	}
	b.Run("mediagauge", benchmarkOurs)
	b.Run("river/queues=16/insert=1", func(b *testing.B) { benchmarkRiver(b, 1, true) })
	b.Run("river/queues=16/insert=100", func(b *testing.B) { benchmarkRiver(b, 100, true) })
	b.Run("river/queues=16/insert=100/no-result", func(b *testing.B) { benchmarkRiver(b, 100, false) })
}

func newURL(b *testing.B) string {
	b.Helper()
	url, err := testpg.URL(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return url
}

func benchmarkOurs(b *testing.B) {
	s, err := postgres.Open(b.Context(), newURL(b), postgres.Options{})
	if err != nil {
		b.Fatal(err)
	}
	r, err := load.Start(s, load.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	defer r.Stop()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	if err := r.Closed(b.Context(), func() bool { return left.Add(-1) >= 0 }); err != nil {
		b.Fatal(err)
	}
	r.WaitEnded(int64(b.N))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}

// args is a job of River, about as large as ours.
type args struct {
	Media    string `json:"media"`
	UserData string `json:"user_data"`
}

func (args) Kind() string { return "probe" }

type worker struct {
	river.WorkerDefaults[args]
	done   *atomic.Int64
	result any
}

func (w *worker) Work(ctx context.Context, _ *river.Job[args]) error {
	if w.result != nil {
		if err := river.RecordOutput(ctx, w.result); err != nil {
			return err
		}
	}
	w.done.Add(1)
	return nil
}

// benchmarkRiver inserts jobs some at a time, as a service would that collects the calls of its clients.
func benchmarkRiver(b *testing.B, batch int, result bool) {
	ctx := context.WithoutCancel(b.Context())
	pool, err := pgxpool.New(ctx, newURL(b))
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		b.Fatal(err)
	}
	w := &worker{done: &atomic.Int64{}}
	if result {
		tracks := map[string]string{}
		for range 60 {
			tracks[rand.Text()] = rand.Text() + rand.Text()
		}
		w.result = tracks
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, w)
	queues := map[string]river.QueueConfig{}
	for i := range load.Pipelines {
		queues[fmt.Sprint("q", i)] = river.QueueConfig{MaxWorkers: load.Workers / load.Pipelines}
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Queues: queues, Workers: workers, FetchCooldown: 2 * time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	if err := client.Start(ctx); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = client.Stop(ctx) }()
	var left, inserted atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	var running sync.WaitGroup
	one := func() river.InsertManyParams {
		return river.InsertManyParams{Args: args{"oss://bucket/x.mp4", rand.Text()},
			InsertOpts: &river.InsertOpts{Queue: fmt.Sprint("q", mrand.IntN(load.Pipelines)), Priority: 1 + mrand.IntN(4)}}
	}
	for range min(callers, callers/batch+3) {
		running.Go(func() {
			for {
				n := min(int64(batch), left.Add(-int64(batch))+int64(batch))
				if n <= 0 {
					return
				}
				for inserted.Load()-w.done.Load() > 1000 {
					time.Sleep(time.Millisecond)
				}
				var err error
				if batch == 1 {
					p := one()
					_, err = client.Insert(ctx, p.Args, p.InsertOpts)
				} else {
					var list []river.InsertManyParams
					for range n {
						list = append(list, one())
					}
					_, err = client.InsertMany(ctx, list)
				}
				if err != nil {
					b.Error(err)
					return
				}
				inserted.Add(n)
			}
		})
	}
	running.Wait()
	for w.done.Load() < int64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}
