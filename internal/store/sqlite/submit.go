package sqlite

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// insertOpen inserts nothing when the pipeline is not the account's or the id is already in
// the history; an id that is still open violates the table's own constraint.
const insertOpen = `
INSERT INTO job_open (account, job_id, pipeline_no, priority, name, spec)
SELECT ?1, ?2, pipeline_no, ?4, ?5, ?6 FROM pipeline
WHERE pipeline_no = ?3 AND account = ?1
  AND NOT EXISTS (SELECT 1 FROM job_done WHERE account = ?1 AND job_id = ?2)`

// Submit implements store.Jobs.
func (s *Store) Submit(ctx context.Context, jobs []store.NewJob) ([]error, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	errs := make([]error, len(jobs))
	err := s.writer.do(ctx, len(jobs), func(c *conn) error {
		for i := range jobs {
			err := insertJob(c, &jobs[i])
			if primary(err) != 0 && !isRowError(err) {
				return err
			}
			errs[i] = err
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("submit: %w", err)
	}
	return errs, nil
}

func insertJob(c *conn, j *store.NewJob) error {
	n, err := c.exec(insertOpen, j.Account, j.ID, j.PipelineNo, j.Priority, j.Name, blob(j.Spec))
	switch {
	case isUnique(err):
		return fmt.Errorf("job %s: %w", j.ID, store.ErrJobExists)
	case err != nil:
		return fmt.Errorf("job %s: %w", j.ID, err)
	case n == 1:
		return nil
	}
	_, found, err := c.scalar(`SELECT 1 FROM pipeline WHERE pipeline_no = ? AND account = ?`, j.PipelineNo, j.Account)
	if err != nil {
		return err
	}
	if found {
		return fmt.Errorf("job %s: %w", j.ID, store.ErrJobExists)
	}
	return fmt.Errorf("job %s: pipeline number %d: %w", j.ID, j.PipelineNo, job.ErrPipelineNotFound)
}

// blob keeps an empty value apart from an absent one, which SQLite would store as NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
