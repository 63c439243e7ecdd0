package worker

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/probe"
)

// reportTries is how often the outcome of a job is offered to a store that fails. A job whose
// outcome cannot be kept is given back, and if even that fails its deadline frees it.
const reportTries = 3

// do runs one claimed job and reports how it went.
func (w *Worker) do(jobs context.Context, c *queue.Claim) {
	ctx, cancel := context.WithTimeoutCause(jobs, w.cfg.JobTimeout, errTimeout)
	defer cancel()
	ctx, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	watch := make(chan struct{})
	defer close(watch)
	go func() {
		select {
		case <-c.Lost():
			lose(errLeaseLost)
		case <-watch:
		}
	}()

	started := time.Now()
	result, run, err := w.probe(ctx, c)
	run.QueueTime, run.ProbeTime, run.Attempts = c.Waited(), max(time.Since(started), 1), c.Job.Attempt
	w.report(ctx, c, result, run, err)
}

// probe answers one job. A panic is an error like others: it must not end the process, which
// has other jobs to run.
func (w *Worker) probe(ctx context.Context, c *queue.Claim) (result *job.Result, run job.Run, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.cfg.Log.Error("job panicked", "job", c.Job.ID, "account", c.Job.Account, "panic", p, "stack", string(debug.Stack()))
			result, err = nil, errPanicked
		}
	}()
	object, err := w.open(ctx, c.Job.Account, c.Job.Spec.Input)
	if err != nil {
		var refused *source.Error
		if errors.As(err, &refused) {
			run.Requests, run.BytesRead = refused.Spent.Requests, refused.Spent.Bytes
		}
		return nil, run, err
	}
	defer func() {
		cost := object.Spent()
		run.Requests, run.BytesRead = cost.Requests, cost.Bytes
		if cerr := object.Close(); cerr != nil {
			w.cfg.Log.Warn("close source", "job", c.Job.ID, "err", cerr)
		}
	}()
	if result, run.Engine = w.cfg.Known.recall(ctx, c.Job, object.Describe()); result != nil {
		run.Cached = true
		return result, run, nil
	}
	answer, err := w.engine.Probe(ctx, probe.NewReader(ctx, object, w.cfg.Limits))
	run.Engine, run.Warnings = answer.Engine, answer.Warnings
	if err != nil {
		return nil, run, err
	}
	result = w.result(object, answer)
	w.cfg.Known.learn(c.Job.Account, result, run.Engine)
	return result, run, nil
}

func (w *Worker) result(object Object, answer engine.Answer) *job.Result {
	return &job.Result{Object: object.Describe(), Info: answer.Info}
}

// report tells the queue how a job ended.
func (w *Worker) report(ctx context.Context, c *queue.Claim, result *job.Result, run job.Run, err error) {
	cause := context.Cause(ctx)
	// The job's own time may be over; its outcome is still to be kept.
	ctx = context.WithoutCancel(ctx)
	if err != nil && (errors.Is(cause, errLeaseLost) || errors.Is(cause, errDrained)) {
		w.log(c).Info("job given back", "reason", cause)
		w.giveBack(ctx, c)
		return
	}
	verdict := judge(err, cause)
	if err != nil {
		w.log(c).Info("job failed", "code", verdict.failure.Code, "retry", verdict.retry, "err", err)
	}
	for try := 1; ; try++ {
		rerr := w.deliver(ctx, c, result, run, err, verdict)
		if rerr == nil {
			return
		}
		if errors.Is(rerr, job.ErrLeaseLost) {
			w.log(c).Warn("outcome thrown away", "err", rerr)
			return
		}
		w.log(c).Error("keep outcome", "err", rerr)
		if try == reportTries {
			w.giveBack(ctx, c)
			return
		}
	}
}

func (w *Worker) log(c *queue.Claim) *slog.Logger {
	return w.cfg.Log.With("job", c.Job.ID, "account", c.Job.Account, "attempt", c.Job.Attempt)
}

func (w *Worker) deliver(ctx context.Context, c *queue.Claim, result *job.Result, run job.Run, err error, v verdict) error {
	switch {
	case err == nil:
		return w.queue.Complete(ctx, c, result, run)
	case v.retry:
		return w.queue.RetryAfter(ctx, c, v.failure, run, v.after)
	default:
		return w.queue.Fail(ctx, c, v.failure, run)
	}
}

func (w *Worker) giveBack(ctx context.Context, c *queue.Claim) {
	if err := w.queue.Release(ctx, []*queue.Claim{c}); err != nil {
		w.cfg.Log.Error("give job back", "job", c.Job.ID, "err", err)
	}
}
