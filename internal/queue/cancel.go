package queue

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Cancel ends a job that nobody runs yet, as cancelled, and returns it. job.ErrNotFound when the account has
// no such job; job.ErrNotCancellable when it runs or has ended.
func (q *Queue) Cancel(ctx context.Context, account job.AccountID, id job.ID) (*job.Job, error) {
	j, err := q.Get(ctx, account, id)
	if err != nil {
		return nil, err
	}
	if j.State != job.Queued {
		return nil, fmt.Errorf("cancel job %q, which is %s: %w", id, j.State, job.ErrNotCancellable)
	}
	f := job.Failure{Code: job.CancelledByUser, Message: "the job was cancelled before it was run"}
	j.State, j.Finished, j.Failure, j.Run = job.Cancelled, q.now().UTC(), &f, job.Run{Attempts: j.Attempt}
	body, err := encode(outcome{Failure: &f, Run: j.Run})
	if err != nil {
		return nil, fmt.Errorf("cancel job %q: encode outcome: %w", id, err)
	}
	messages, err := q.messages(ctx, j)
	if err != nil {
		return nil, fmt.Errorf("cancel job %q: callbacks: %w", id, err)
	}
	ended, err := q.store.Cancel(ctx, []store.Completion{{
		Key: store.Key{Account: account, ID: id}, State: job.Cancelled, Finished: j.Finished, Outcome: body, Outbox: messages,
	}})
	switch {
	case err != nil:
		return nil, fmt.Errorf("cancel job %q: %w", id, err)
	case !ended[0]: // somebody has just begun it
		return nil, fmt.Errorf("cancel job %q: %w", id, job.ErrNotCancellable)
	}
	q.counts.failed.Add(1)
	q.open.ended(account)
	q.waits.ended(id)
	q.tell(ctx, j, len(messages))
	return j, nil
}

// tell says that a job has ended and that messages were written.
func (q *Queue) tell(ctx context.Context, j *job.Job, messages int) {
	if messages > 0 && q.cfg.Notify != nil {
		q.cfg.Notify()
	}
	if q.cfg.Ended != nil {
		q.cfg.Ended(ctx, j)
	}
}
