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
	return q.SubmitOnce(ctx, account, q.ids.Next(), spec)
}

// NewID returns an id for SubmitOnce.
func (q *Queue) NewID() job.ID { return q.ids.Next() }

// SubmitOnce is Submit under an id that was made before. When the account has a job of that id already,
// it is returned as it stands: whoever is not sure whether a submission succeeded may repeat it.
func (q *Queue) SubmitOnce(ctx context.Context, account job.AccountID, id job.ID, spec job.Spec) (*job.Job, error) {
	s, err := q.submission(ctx, account, id, spec)
	if err != nil {
		return nil, err
	}
	if err := q.reserve(ctx, account); err != nil {
		return nil, fmt.Errorf("submit: %w", err)
	}
	refused, err := q.submits.Do(ctx, s)
	if err == nil {
		err = refused
	}
	q.open.settle(account, err == nil)
	if errors.Is(err, store.ErrJobExists) {
		return q.Get(ctx, account, id)
	}
	if err != nil {
		return nil, q.refused(account, s.spec.PipelineID, err)
	}
	q.counts.submitted.Add(1)
	return s.job(), nil
}

// SubmitAll makes all jobs or none. Errors as for Submit, with which of the specs it was.
func (q *Queue) SubmitAll(ctx context.Context, account job.AccountID, specs []job.Spec) ([]*job.Job, error) {
	batch := make([]submission, len(specs))
	rows := make([]store.NewJob, len(specs))
	jobs := make([]*job.Job, len(specs))
	for i, spec := range specs {
		s, err := q.submission(ctx, account, q.ids.Next(), spec)
		if err != nil {
			return nil, &PlaceError{i, err}
		}
		batch[i], rows[i], jobs[i] = s, s.row, s.job()
	}
	for i := range specs {
		if err := q.reserve(ctx, account); err != nil {
			for range i {
				q.open.settle(account, false)
			}
			return nil, fmt.Errorf("submit: %w", err)
		}
	}
	err := q.store.SubmitAll(ctx, rows)
	for range specs {
		q.open.settle(account, err == nil)
	}
	if err != nil {
		return nil, q.refused(account, "", err)
	}
	q.dispatcher.submitted(batch, make([]error, len(batch)))
	q.counts.submitted.Add(int64(len(batch)))
	return jobs, nil
}

// PlaceError says which of several specs an error is about, counted from 0.
type PlaceError struct {
	Place int
	Err   error
}

func (e *PlaceError) Error() string { return fmt.Sprintf("job %d of the call: %v", e.Place+1, e.Err) }

// Unwrap returns what is wrong with it.
func (e *PlaceError) Unwrap() error { return e.Err }

// job is the submission as it stands once it is stored.
func (s *submission) job() *job.Job {
	return &job.Job{ID: s.row.ID, Account: s.row.Account, Spec: *s.spec, State: job.Queued, Created: s.row.ID.Time()}
}

// refused notes that a pipeline is gone.
func (q *Queue) refused(account job.AccountID, pipeline string, err error) error {
	if errors.Is(err, job.ErrPipelineNotFound) {
		q.pipelines.forget(account)
	}
	return fmt.Errorf("submit to pipeline %q: %w", pipeline, err)
}

// submission fills in what a spec leaves open.
func (q *Queue) submission(ctx context.Context, account job.AccountID, id job.ID, spec job.Spec) (submission, error) {
	var none submission
	p, err := q.pipelineFor(ctx, account, spec.PipelineID)
	if err != nil {
		return none, fmt.Errorf("submit to pipeline %q: %w", spec.PipelineID, err)
	}
	spec.PipelineID = p.ID
	if spec.Priority == 0 {
		spec.Priority = p.Priority
	}
	if !spec.Priority.Valid() {
		return none, fmt.Errorf("submit: priority %d is not in %d–%d", spec.Priority, job.MinPriority, job.MaxPriority)
	}
	body, err := q.encodeSpec(&spec)
	if err != nil {
		return none, fmt.Errorf("submit: encode spec: %w", err)
	}
	return submission{spec: &spec, weight: p.Priority, paused: p.State == job.Paused, row: store.NewJob{
		Account: account, ID: id, PipelineNo: p.No,
		Priority: spec.Priority, Name: spec.Name, Spec: body,
	}}, nil
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
