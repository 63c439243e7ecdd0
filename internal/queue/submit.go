package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// submission is a job on its way into the store.
type submission struct {
	row    store.NewJob
	spec   *job.Spec
	weight job.Priority // of its pipeline
	paused bool         // its pipeline's state when last seen
}

// Submit makes a job and returns once it is on stable storage. An empty Spec.PipelineID means
// the account's default pipeline, priority 0 that of the pipeline; a paused pipeline accepts.
// Errors: job.ErrPipelineNotFound, job.ErrQueueFull. When ctx ends first, the job may exist.
func (q *Queue) Submit(ctx context.Context, account job.AccountID, spec job.Spec) (*job.Job, error) {
	p, err := q.pipelineFor(ctx, account, spec.PipelineID)
	if err != nil {
		return nil, fmt.Errorf("submit to pipeline %q: %w", spec.PipelineID, err)
	}
	spec.PipelineID = p.ID
	if spec.Priority == 0 {
		spec.Priority = p.Priority
	}
	if !spec.Priority.Valid() {
		return nil, fmt.Errorf("submit: priority %d is not in %d–%d", spec.Priority, job.MinPriority, job.MaxPriority)
	}
	body, err := encode(spec)
	if err != nil {
		return nil, fmt.Errorf("submit: encode spec: %w", err)
	}
	if err := q.reserve(ctx, account); err != nil {
		return nil, fmt.Errorf("submit: %w", err)
	}
	s := submission{spec: &spec, weight: p.Priority, paused: p.State == job.Paused, row: store.NewJob{
		Account: account, ID: q.ids.Next(), PipelineNo: p.No,
		Priority: spec.Priority, Name: spec.Name, Spec: body,
	}}
	refused, err := q.submits.do(ctx, s)
	if err == nil {
		err = refused
	}
	q.open.settle(account, err == nil)
	if err != nil {
		if errors.Is(err, job.ErrPipelineNotFound) {
			q.pipelines.forget(account)
		}
		return nil, fmt.Errorf("submit to pipeline %q: %w", p.ID, err)
	}
	q.counts.submitted.Add(1)
	return &job.Job{ID: s.row.ID, Account: account, Spec: spec, State: job.Queued, Created: s.row.ID.Time()}, nil
}

// flushSubmits inserts a batch and tells the dispatcher where new work lies.
func (q *Queue) flushSubmits(batch []submission) ([]error, error) {
	rows := make([]store.NewJob, len(batch))
	for i := range batch {
		rows[i] = batch[i].row
	}
	// A batch belongs to many callers, so no caller's context may end it.
	errs, err := q.store.Submit(context.Background(), rows)
	if err != nil {
		return nil, err
	}
	q.dispatcher.submitted(batch, errs)
	return errs, nil
}
