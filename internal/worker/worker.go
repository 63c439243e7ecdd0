// Package worker runs jobs: claim one, open its source, ask the engine, report the outcome.
package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
)

// Why a running job's context ended.
var (
	errTimeout   = errors.New("the job ran out of time")
	errLeaseLost = errors.New("the lease of the node ended")
	errDrained   = errors.New("the worker is shutting down")
)

// Worker is a pool of equal workers. They take jobs of every pipeline; which one is next is
// the queue's decision.
type Worker struct {
	queue  *queue.Queue
	open   Open
	engine engine.Engine
	cfg    Config
}

// New returns a Worker that is not yet running.
func New(q *queue.Queue, open Open, e engine.Engine, c Config) (*Worker, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Worker{queue: q, open: open, engine: e, cfg: c.withDefaults()}, nil
}

// Run works until ctx ends. Running jobs then get Grace to finish; those that do not are
// given back with the attempt not counted. Run returns once no job is running.
func (w *Worker) Run(ctx context.Context) error {
	// Running jobs outlive ctx by the grace.
	jobs, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer giveUp(nil)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(w.cfg.Grace, func() { giveUp(errDrained) })
		context.AfterFunc(jobs, func() { timer.Stop() })
	})
	defer stop()

	var running sync.WaitGroup
	for range w.cfg.Workers {
		running.Go(func() { w.loop(ctx, jobs) })
	}
	running.Wait()
	return nil
}

// loop runs one job after the other until ctx ends or the queue stops.
func (w *Worker) loop(ctx, jobs context.Context) {
	for {
		claims, err := w.queue.Claim(ctx, 1)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, job.ErrStopped) {
				w.cfg.Log.Error("claim a job", "err", err)
			}
			return
		}
		for _, c := range claims {
			w.do(jobs, c)
		}
	}
}
