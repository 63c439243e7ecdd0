package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// ending is the end of a job on its way into the store.
type ending struct {
	node int64
	done store.Completion
}

// retry is a job on its way back to its pipeline.
type retry struct {
	node int64
	back store.Retry
}

// Complete ends a job with its result. job.ErrLeaseLost when the claim is no longer held: the
// result is thrown away. After any other error the claim is still held and may be ended again.
func (q *Queue) Complete(ctx context.Context, c *Claim, r *job.Result, run job.Run) error {
	return q.end(ctx, c, job.Succeeded, outcome{Result: r, Run: run})
}

// Fail ends a job without a result. Errors as for Complete.
func (q *Queue) Fail(ctx context.Context, c *Claim, f job.Failure, run job.Run) error {
	state := job.Failed
	if f.Code == job.CancelledByUser {
		state = job.Cancelled
	}
	return q.end(ctx, c, state, outcome{Failure: &f, Run: run})
}

func (q *Queue) end(ctx context.Context, c *Claim, state job.State, o outcome) error {
	j := *c.Job
	j.State, j.Finished, j.Result, j.Failure, j.Run = state, q.now().UTC(), o.Result, o.Failure, o.Run
	body, err := encode(o)
	if err != nil {
		return fmt.Errorf("end job %q: encode outcome: %w", j.ID, err)
	}
	messages, err := q.messages(ctx, &j)
	if err != nil {
		return fmt.Errorf("end job %q: callbacks: %w", j.ID, err)
	}
	e := ending{node: c.lease.id, done: store.Completion{
		Key: c.key(), State: state, Finished: j.Finished, Outcome: body, Outbox: messages,
	}}
	accepted, err := q.ends.Do(ctx, e)
	if err != nil {
		return fmt.Errorf("end job %q: %w", j.ID, err)
	}
	if accepted {
		q.tell(ctx, &j, len(messages))
	}
	return q.ended(c, o.Run.ProbeTime, accepted, state)
}

// ended does the bookkeeping of an attempt that the store has decided on.
func (q *Queue) ended(c *Claim, took time.Duration, accepted bool, state job.State) error {
	if took <= 0 {
		took = max(q.now().Sub(c.claimed), 0)
	}
	q.dispatcher.drop(c, took)
	if !accepted {
		q.counts.fenced.Add(1)
		return fmt.Errorf("job %q attempt %d: %w", c.Job.ID, c.Job.Attempt, job.ErrLeaseLost)
	}
	switch state {
	case job.Queued:
		q.counts.retried.Add(1)
		return nil
	case job.Succeeded:
		q.counts.succeeded.Add(1)
	default:
		q.counts.failed.Add(1)
	}
	q.open.ended(c.Job.Account)
	q.waits.ended(c.Job.ID)
	return nil
}

// messages lists the callbacks that a job's end causes, each target once.
func (q *Queue) messages(ctx context.Context, j *job.Job) (list []store.Message, err error) {
	if q.cfg.NotifyTargets != nil {
		if list, err = q.cfg.NotifyTargets(ctx, j); err != nil {
			return nil, err
		}
	}
	own := j.Spec.NotifyAddress
	if own == "" {
		return list, nil
	}
	if q.cfg.NotifyAddress != nil {
		target, told := q.cfg.NotifyAddress(ctx, j)
		if told {
			return list, nil
		}
		own = target
	}
	for _, m := range list {
		if m.Target == own {
			return list, nil
		}
	}
	m := store.Message{Target: own}
	if q.cfg.NotifyBody != nil {
		m.Body = q.cfg.NotifyBody(j)
	}
	return append(list, m), nil
}

func (q *Queue) flushEnds(batch []ending) ([]bool, error) {
	return perNode(batch, func(e ending) int64 { return e.node }, func(node int64, part []ending) ([]bool, error) {
		rows := make([]store.Completion, len(part))
		for i := range part {
			rows[i] = part[i].done
		}
		return q.store.Complete(context.Background(), node, rows)
	})
}

func (q *Queue) flushRetries(batch []retry) ([]bool, error) {
	return perNode(batch, func(r retry) int64 { return r.node }, func(node int64, part []retry) ([]bool, error) {
		rows := make([]store.Retry, len(part))
		for i := range part {
			rows[i] = part[i].back
		}
		return q.store.Retry(context.Background(), node, rows)
	})
}

// perNode calls flush once for each node of the batch. There is one unless the lease was lost
// and the node registered again a moment ago.
func perNode[T any](batch []T, node func(T) int64, flush func(int64, []T) ([]bool, error)) ([]bool, error) {
	same := true
	for i := range batch {
		same = same && node(batch[i]) == node(batch[0])
	}
	if same {
		return flush(node(batch[0]), batch)
	}
	places := map[int64][]int{}
	for i := range batch {
		places[node(batch[i])] = append(places[node(batch[i])], i)
	}
	results := make([]bool, len(batch))
	for n, at := range places {
		part := make([]T, len(at))
		for i, k := range at {
			part[i] = batch[k]
		}
		accepted, err := flush(n, part)
		if err != nil {
			return nil, err
		}
		for i, k := range at {
			results[k] = accepted[i]
		}
	}
	return results, nil
}

// Retry puts a job back after a failure that may pass, to be claimed again when its back-off
// is over. When its attempts are used up it fails with f. Errors as for Complete.
func (q *Queue) Retry(ctx context.Context, c *Claim, f job.Failure, run job.Run) error {
	return q.RetryAfter(ctx, c, f, run, 0)
}

// RetryAfter is Retry with a back-off of at least the given time, for origins that ask for it.
func (q *Queue) RetryAfter(ctx context.Context, c *Claim, f job.Failure, run job.Run, least time.Duration) error {
	if c.Job.Attempt >= q.cfg.MaxAttempts {
		return q.Fail(ctx, c, f, run)
	}
	at := q.now().Add(max(q.backoff(c.Job.Attempt), least))
	accepted, err := q.retries.Do(ctx, retry{c.lease.id, store.Retry{Key: c.key(), NotBefore: at}})
	if err != nil {
		return fmt.Errorf("retry job %q: %w", c.Job.ID, err)
	}
	q.due.add(at)
	return q.ended(c, run.ProbeTime, accepted, job.Queued)
}

// backoff is the time after the given attempt until the next.
func (q *Queue) backoff(attempt int) time.Duration {
	steps := q.cfg.RetryBackoff
	d := steps[min(max(attempt, 1), len(steps))-1]
	if q.cfg.RetryJitter > 0 {
		d += time.Duration((2*rand.Float64() - 1) * q.cfg.RetryJitter * float64(d))
	}
	return d
}

// failPoisoned ends jobs that took their workers with them as often as is allowed.
func (q *Queue) failPoisoned(ctx context.Context, l lease, spent []store.Claimed) {
	for i := range spent {
		c := newClaim(l, &spent[i], q.now())
		if err := q.decodeSpec(c.spec, &c.Job.Spec); err != nil {
			q.cfg.Log.Error("read spec", "job", c.Job.ID, "err", err)
		}
		f := job.Failure{
			Code:    job.Poisoned,
			Message: fmt.Sprintf("the job was lost with its worker %d times and is not tried again", c.Job.Attempt),
		}
		err := q.Fail(ctx, c, f, job.Run{Attempts: c.Job.Attempt})
		if err != nil && !errors.Is(err, job.ErrLeaseLost) {
			q.cfg.Log.Error("fail poisoned job", "job", c.Job.ID, "err", err)
			continue
		}
		q.counts.poisoned.Add(1)
		q.cfg.Log.Warn("job poisoned", "job", c.Job.ID, "account", c.Job.Account, "attempts", c.Job.Attempt)
	}
}
