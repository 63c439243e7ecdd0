package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Claim is a job that a worker holds. Job.Attempt is its fencing number: once another attempt
// began, nothing done with this claim has an effect.
type Claim struct {
	Job *job.Job

	lease      lease
	pipelineNo int64
	claimed    time.Time
	assumed    float64 // milliseconds charged for it
	spec       []byte
	known      *job.Spec // the same, when this process submitted it a moment ago
}

func newClaim(l lease, c *store.Claimed, now time.Time) *Claim {
	return &Claim{
		lease: l, pipelineNo: c.PipelineNo, claimed: now, spec: c.Spec,
		Job: &job.Job{
			ID: c.ID, Account: c.Account, State: job.Running, Attempt: c.Attempt, Created: c.ID.Time(),
		},
	}
}

// Lost is closed when the node's lease ended: the job may already run elsewhere.
func (c *Claim) Lost() <-chan struct{} { return c.lease.lost }

// Waited is how long the job stood in the queue before this claim.
func (c *Claim) Waited() time.Duration { return max(c.claimed.Sub(c.Job.Created), 0) }

func (c *Claim) key() store.Key {
	return store.Key{Account: c.Job.Account, ID: c.Job.ID, Attempt: c.Job.Attempt}
}

// Claim returns between one and max jobs whose turn it is. It waits until there is one or ctx
// ends. After Run's context has ended it fails with job.ErrStopped.
func (q *Queue) Claim(ctx context.Context, max int) ([]*Claim, error) {
	for {
		claims, err := q.claim(ctx, max)
		if err != nil {
			return nil, err
		}
		if claims = q.readable(ctx, claims); len(claims) > 0 {
			return claims, nil
		}
	}
}

func (q *Queue) claim(ctx context.Context, max int) ([]*Claim, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := &q.dispatcher
	w := &waiter{max: max, got: make(chan []*Claim, 1)}
	if !d.join(w) {
		return nil, job.ErrStopped
	}
	d.nudge()
	select {
	case claims, ok := <-w.got:
		if !ok {
			return nil, job.ErrStopped
		}
		return claims, nil
	case <-ctx.Done():
		if !d.leave(w) {
			q.putBack(<-w.got)
		}
		return nil, ctx.Err()
	}
}

// readable decodes what was asked of each job. One that cannot be read fails here: no worker
// and no later attempt could do better.
func (q *Queue) readable(ctx context.Context, claims []*Claim) []*Claim {
	good := claims[:0]
	for _, c := range claims {
		var err error
		if c.known != nil {
			c.Job.Spec = *c.known
		} else {
			err = q.decodeSpec(c.spec, &c.Job.Spec)
		}
		c.spec, c.known = nil, nil
		if err == nil {
			good = append(good, c)
			continue
		}
		q.cfg.Log.Error("read spec", "job", c.Job.ID, "err", err)
		failure := job.Failure{Code: job.InternalError, Message: "the stored job cannot be read"}
		if err := q.Fail(context.WithoutCancel(ctx), c, failure, job.Run{Attempts: c.Job.Attempt}); err != nil {
			q.cfg.Log.Error("fail unreadable job", "job", c.Job.ID, "err", err)
		}
	}
	return good
}

// Release gives claims back as if they had not been claimed: the attempt is not counted.
// Claims that were lost meanwhile are left alone.
func (q *Queue) Release(ctx context.Context, claims []*Claim) error {
	keys := map[int64][]store.Key{}
	for _, c := range claims {
		keys[c.lease.id] = append(keys[c.lease.id], c.key())
		q.dispatcher.drop(c, -1)
	}
	var first error
	for node, k := range keys {
		if err := q.store.Release(ctx, node, k); err != nil && first == nil {
			first = fmt.Errorf("release %d jobs: %w", len(k), err)
		}
	}
	q.counts.released.Add(int64(len(claims)))
	q.dispatcher.refresh()
	return first
}

// putBack releases claims for which nobody is there to see an error.
func (q *Queue) putBack(claims []*Claim) {
	if err := q.Release(context.Background(), claims); err != nil {
		q.cfg.Log.Error("put claims back", "err", err)
	}
}
