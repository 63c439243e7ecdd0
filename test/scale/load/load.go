// Package load drives a queue as a busy service does: with all of its rules, a store that keeps what it
// acknowledges, and workers whose engine answers at once with a result of some four kilobytes.
package load

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/worker"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The load: 16 pipelines, evenly over 4 accounts.
const (
	Accounts  = 4
	Pipelines = 16
	// Workers is a pool for jobs of some 30 ms, most of it waiting for the source, at thousands a second.
	Workers = 256
)

// Options shape a Rig.
type Options struct {
	Workers  int                // default Workers
	Callback bool               // every job has a message to write
	Work     time.Duration      // what the engine takes; default none
	Started  func(media string) // a worker begins with the job of that input
	Ended    func(j *job.Job)   // the job's end is stored
}

// Rig is a running queue with workers.
type Rig struct {
	Queue     *queue.Queue
	Pipelines []*job.Pipeline

	ended  atomic.Int64
	cancel context.CancelFunc
	parts  sync.WaitGroup
	gc     int
}

// Start runs a queue over s, which the caller closes after Stop.
func Start(s store.Store, o Options) (*Rig, error) {
	if o.Workers == 0 {
		o.Workers = Workers
	}
	r := &Rig{gc: debug.SetGCPercent(400)} // as the service does
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	q, err := queue.New(s, queue.Config{
		MaxOpen:   10_000_000,
		Retention: 24 * 365 * time.Hour,
		NotifyTargets: func(context.Context, *job.Job) ([]store.Message, error) {
			if !o.Callback {
				return nil, nil
			}
			return []store.Message{{Target: "http://callback.example/done"}}, nil
		},
		Ended: func(_ context.Context, j *job.Job) {
			r.ended.Add(1)
			if o.Ended != nil {
				o.Ended(j)
			}
		},
	})
	if err != nil {
		cancel()
		return nil, err
	}
	r.Queue = q
	for i := range Pipelines {
		p, err := q.CreatePipeline(ctx, job.AccountID(1+i%Accounts), fmt.Sprint("load ", i), job.SpeedStandard, job.Priority(1+i%10))
		if err != nil {
			cancel()
			return nil, err
		}
		r.Pipelines = append(r.Pipelines, p)
	}
	open := func(_ context.Context, _ job.AccountID, in job.Input) (worker.Object, error) {
		if o.Started != nil {
			o.Started(in.Media)
		}
		return nothing{probe.NewBytes(nil)}, nil
	}
	w, err := worker.New(q, open, instant{fourKilobytes(), o.Work}, worker.Config{Workers: o.Workers})
	if err != nil {
		cancel()
		return nil, err
	}
	r.parts.Go(func() { _ = q.Run(ctx) })
	r.parts.Go(func() { _ = w.Run(ctx) })
	return r, nil
}

// Stop drains the queue.
func (r *Rig) Stop() {
	r.cancel()
	r.parts.Wait()
	debug.SetGCPercent(r.gc)
}

// Ended is how many jobs have come to their end.
func (r *Rig) Ended() int64 { return r.ended.Load() }

// WaitEnded returns once n jobs have come to their end in all.
func (r *Rig) WaitEnded(n int64) {
	for r.ended.Load() < n {
		time.Sleep(time.Millisecond)
	}
}

// Submit submits one job to a pipeline of the load, picked at random.
func (r *Rig) Submit(ctx context.Context, media string) (*job.Job, error) {
	return r.SubmitTo(ctx, r.Pipelines[rand.IntN(len(r.Pipelines))], media)
}

// SubmitTo submits one job to a pipeline.
func (r *Rig) SubmitTo(ctx context.Context, p *job.Pipeline, media string) (*job.Job, error) {
	return r.Queue.Submit(ctx, p.Account, job.Spec{
		Name: "load", PipelineID: p.ID, Priority: job.Priority(1 + rand.IntN(10)),
		Input: job.Input{Type: job.InputOSS, Media: media}, Async: true, Trigger: "API",
	})
}

// mostAhead is how many jobs a closed loop has in the system at most.
const mostAhead = 1000

// Closed submits from 64 callers, each waiting for its call, until more says no, and never has
// more than a thousand jobs in the system.
func (r *Rig) Closed(ctx context.Context, more func() bool) error {
	var failed atomic.Pointer[error]
	var running sync.WaitGroup
	inside := make(chan struct{}, mostAhead)
	begun := r.Ended()
	done := make(chan struct{})
	go func() { // gives places back as jobs end
		given := begun
		for {
			for now := r.Ended(); given < now; given++ {
				select {
				case <-inside:
				default:
				}
			}
			select {
			case <-done:
				return
			case <-time.After(500 * time.Microsecond):
			}
		}
	}()
	for range 64 {
		running.Go(func() {
			for more() && failed.Load() == nil {
				inside <- struct{}{}
				if _, err := r.Submit(ctx, "oss://bucket/x.mp4"); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	running.Wait()
	close(done)
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Open submits at a fixed rate, calls per second, for a time, whether or not earlier calls have come
// back. Each job's media is the time at which it was due, which Due reads back.
func (r *Rig) Open(ctx context.Context, rate float64, d time.Duration) error {
	var failed atomic.Pointer[error]
	var running sync.WaitGroup
	began := time.Now()
	for i := 0; ; i++ {
		due := began.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		if due.Sub(began) > d {
			break
		}
		time.Sleep(time.Until(due))
		running.Go(func() {
			if _, err := r.Submit(ctx, due.Format(time.RFC3339Nano)); err != nil {
				failed.Store(&err)
			}
		})
	}
	running.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Due is when Open meant a job to be submitted.
func Due(media string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, media)
	if err != nil {
		return time.Now()
	}
	return t
}

// Times collects durations. It is safe for concurrent use.
type Times struct {
	mu  sync.Mutex
	all []time.Duration
}

// Add notes one.
func (t *Times) Add(d time.Duration) {
	t.mu.Lock()
	t.all = append(t.all, d)
	t.mu.Unlock()
}

// Take returns what was noted, in order, and forgets it.
func (t *Times) Take() []time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.all
	t.all = nil
	slices.Sort(all)
	return all
}

// Quantile reads one from durations in order; 0 when there are none.
func Quantile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(p*float64(len(sorted)-1))]
}

// CPU is what this process has used so far, on all cores.
func CPU() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err) // it cannot fail for oneself
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

type nothing struct{ probe.Source }

func (nothing) Spent() probe.Cost    { return probe.Cost{} }
func (nothing) Describe() job.Object { return job.Object{Name: "x.mp4", URL: "oss://bucket/x.mp4"} }
func (nothing) Close() error         { return nil }

type instant struct {
	info *media.Info
	work time.Duration
}

func (e instant) Probe(context.Context, *probe.Reader) (engine.Answer, error) {
	if e.work > 0 {
		time.Sleep(e.work)
	}
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
