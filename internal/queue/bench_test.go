package queue_test

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
	"github.com/mediagauge/mediagauge/internal/testpg"
	"github.com/mediagauge/mediagauge/internal/worker"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// cycleWorkers is the pool that BenchmarkCycle keeps busy: one for jobs of some 30 ms, most of
// it waiting for the source, at the rate it is to reach.
const (
	cycleSubmitters = 64
	cycleWorkers    = 256
)

// The load of both benchmarks: 16 pipelines, evenly over 4 accounts.
const (
	benchAccounts  = 4
	benchPipelines = 16
)

// opener opens a fresh store.
type opener func(b *testing.B) store.Store

func openSQLite(b *testing.B) store.Store {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func openPostgres(b *testing.B) store.Store {
	if err := testpg.Installed(); err != nil {
		b.Skip(err)
	}
	url, err := testpg.URL(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	s, err := postgres.Open(b.Context(), url, postgres.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// stores are what every benchmark runs on.
var stores = []struct {
	name string
	open opener
}{{"sqlite", openSQLite}, {"postgres", openPostgres}}

type rig struct {
	queue     *queue.Queue
	pipelines []*job.Pipeline
}

// newRig runs a queue over SQLite, and workers whose engine answers at once with 4 KB.
// Every job has a callback to write when callback is set. claimed, when not nil, is told of every job that a worker starts.
func newRig(b *testing.B, open opener, workers int, callback bool, claimed func(id string)) *rig {
	b.Helper()
	before := debug.SetGCPercent(400) // as the service does
	b.Cleanup(func() { debug.SetGCPercent(before) })
	ctx, cancel := context.WithCancel(b.Context())
	s := open(b)
	q, err := queue.New(s, queue.Config{
		MaxOpen:   10_000_000,
		Retention: time.Hour,
		NotifyTargets: func(context.Context, *job.Job) ([]store.Message, error) {
			if !callback {
				return nil, nil
			}
			return []store.Message{{Target: "http://callback.example/done"}}, nil
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	r := &rig{queue: q}
	for i := range benchPipelines {
		p, err := q.CreatePipeline(ctx, job.AccountID(1+i%benchAccounts), "bench", job.SpeedStandard, job.Priority(1+i%10))
		if err != nil {
			b.Fatal(err)
		}
		r.pipelines = append(r.pipelines, p)
	}
	input := func(_ context.Context, _ job.AccountID, in job.Input) (worker.Object, error) {
		if claimed != nil {
			claimed(in.Media)
		}
		return nothing{probe.NewBytes(nil)}, nil
	}
	w, err := worker.New(q, input, instant{fourKilobytes()}, worker.Config{Workers: workers})
	if err != nil {
		b.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		if err := q.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	running.Go(func() { _ = w.Run(ctx) })
	b.Cleanup(func() {
		cancel()
		running.Wait()
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}

func (r *rig) submit(ctx context.Context, media string) (*job.Job, error) {
	p := r.pipelines[rand.IntN(len(r.pipelines))]
	return r.queue.Submit(ctx, p.Account, job.Spec{
		Name: "bench", PipelineID: p.ID, Priority: job.Priority(1 + rand.IntN(10)),
		Input: job.Input{Type: job.InputOSS, Media: media}, Async: true, Trigger: "API",
	})
}

type nothing struct{ probe.Source }

func (nothing) Spent() probe.Cost    { return probe.Cost{} }
func (nothing) Describe() job.Object { return job.Object{Name: "x.mp4", URL: "oss://bucket/x.mp4"} }
func (nothing) Close() error         { return nil }

type instant struct{ info *media.Info }

func (e instant) Probe(context.Context, *probe.Reader) (engine.Answer, error) {
	return engine.Answer{Info: e.info, Engine: engine.NameNative}, nil
}

func fourKilobytes() *media.Info {
	level := 40
	info := &media.Info{
		Format: media.Format{Name: "mov,mp4,m4a,3gp,3g2,mj2", LongName: "QuickTime / MOV"}, Size: 1 << 20, BitRate: 888563,
		Metadata: media.Metadata{"major_brand": "isom", "minor_version": "512", "compatible_brands": "isomiso2avc1mp41", "encoder": "Lavf59.27.100"},
	}
	for i := range 9 {
		info.Tracks = append(info.Tracks, media.Track{
			Index: i, ID: fmt.Sprintf("0x%x", 256+i), Kind: media.KindVideo, Language: crand.Text()[:3],
			BitRate: rand.Int64N(1 << 22), NumFrames: rand.Int64N(1 << 16),
			Codec:    media.Codec{Name: "h264", LongName: "H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10", Profile: "High", Level: &level, Tag: media.FourCC(rand.Uint32())},
			Video:    &media.Video{Width: rand.IntN(4096), Height: rand.IntN(4096)},
			Metadata: media.Metadata{"creation_time": "2024-02-03T04:05:06.000000Z", "handler_name": crand.Text(), "encoder": crand.Text()},
		})
	}
	return info
}

// cpuTime is what this process has used so far, on all cores. On a busy machine it says more
// than the clock.
func cpuTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkCycle measures submit → claimed → completed with all rules on, as fast as it goes.
func BenchmarkCycle(b *testing.B) {
	for _, s := range stores {
		b.Run(s.name+"/callback=none", func(b *testing.B) { benchmarkCycle(b, s.open, false) })
		b.Run(s.name+"/callback=each", func(b *testing.B) { benchmarkCycle(b, s.open, true) })
	}
}

func benchmarkCycle(b *testing.B, open opener, callback bool) {
	r := newRig(b, open, cycleWorkers, callback, nil)
	ctx := b.Context()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	start, cpu := time.Now(), cpuTime(b)
	var running sync.WaitGroup
	for range cycleSubmitters {
		running.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := r.submit(ctx, "oss://bucket/x.mp4"); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	submitted := time.Since(start)
	for poll := time.NewTicker(time.Millisecond); r.queue.Succeeded() < int64(b.N); {
		<-poll.C
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "jobs/s")
	b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/float64(b.N), "cpu-µs/job")
	b.ReportMetric(float64(b.N)/submitted.Seconds(), "submits/s")
}

// BenchmarkSubmitAt500 measures latency under 500 submits per second that do not wait for
// each other.
func BenchmarkSubmitAt500(b *testing.B) {
	for _, s := range stores {
		b.Run(s.name, func(b *testing.B) { benchmarkSubmitAt500(b, s.open) })
	}
}

func benchmarkSubmitAt500(b *testing.B, open opener) {
	var mu sync.Mutex
	var submits, starts []time.Duration
	r := newRig(b, open, 16, true, func(sent string) {
		at, err := time.Parse(time.RFC3339Nano, sent)
		if err != nil {
			b.Error(err)
		}
		took := time.Since(at)
		mu.Lock()
		starts = append(starts, took)
		mu.Unlock()
	})
	ctx := b.Context()
	var running sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for i := range b.N {
		// Counted from when the call was to be made, so that a stall is not left out.
		due := began.Add(time.Duration(i) * 2 * time.Millisecond)
		time.Sleep(time.Until(due))
		running.Go(func() {
			if _, err := r.submit(ctx, due.Format(time.RFC3339Nano)); err != nil {
				b.Error(err)
				return
			}
			took := time.Since(due)
			mu.Lock()
			submits = append(submits, took)
			mu.Unlock()
		})
	}
	running.Wait()
	mu.Lock()
	defer mu.Unlock()
	report := func(name string, list []time.Duration) {
		if len(list) == 0 {
			return
		}
		slices.Sort(list)
		for _, p := range []struct {
			at   float64
			unit string
		}{{0.5, "p50"}, {0.99, "p99"}} {
			ms := float64(list[int(p.at*float64(len(list)-1))]) / float64(time.Millisecond)
			b.ReportMetric(ms, name+"-"+p.unit+"-ms")
		}
	}
	report("submit", submits)
	report("start", starts)
}
