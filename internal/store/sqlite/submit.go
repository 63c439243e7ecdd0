package sqlite

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// insertOpen violates a constraint when the pipeline is not the account's, when the id is in
// the history already, and when it is still open. Inserting plain values, not the result of a
// SELECT, spares the copy of every touched page that SQLite else keeps for a failure half-way.
const insertOpen = `
INSERT INTO job_open (account, job_id, pipeline_no, priority, name, spec) VALUES (?1, ?2,
  (SELECT pipeline_no FROM pipeline WHERE pipeline_no = +?3 AND account = +?1
    AND NOT EXISTS (SELECT 1 FROM job_done WHERE account = +?1 AND job_id = ?2)),
  ?4, ?5, ?6)`

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

// SubmitAll implements store.Jobs. An insert that is refused takes those before it back with it.
func (s *Store) SubmitAll(ctx context.Context, jobs []store.NewJob) error {
	if len(jobs) == 0 {
		return nil
	}
	err := s.writer.do(ctx, len(jobs), func(c *conn) error {
		for i := range jobs {
			refused := insertJob(c, &jobs[i])
			if refused == nil {
				continue
			}
			for k := range jobs[:i] {
				if _, err := c.exec(deleteOpen, jobs[k].Account, jobs[k].ID); err != nil {
					return err
				}
			}
			return refused
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("submit all: %w", err)
	}
	return nil
}

func insertJob(c *conn, j *store.NewJob) error {
	_, err := c.exec(insertOpen, j.Account, j.ID, j.PipelineNo, j.Priority, j.Name, blob(j.Spec))
	if isRowError(err) {
		err = refusal(c, j, err)
	}
	if err != nil {
		return fmt.Errorf("job %s: %w", j.ID, err)
	}
	return nil
}

// refusal finds out which constraint j violated.
func refusal(c *conn, j *store.NewJob, violated error) error {
	_, found, err := c.scalar(`SELECT 1 FROM pipeline WHERE pipeline_no = ? AND account = ?`, j.PipelineNo, j.Account)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("pipeline number %d: %w", j.PipelineNo, job.ErrPipelineNotFound)
	}
	_, found, err = c.scalar(`SELECT 1 FROM job_open WHERE account = ?1 AND job_id = ?2
		UNION ALL SELECT 1 FROM job_done WHERE account = ?1 AND job_id = ?2`, j.Account, j.ID)
	switch {
	case err != nil:
		return err
	case found:
		return store.ErrJobExists
	}
	return violated
}

// blob keeps an empty value apart from an absent one, which SQLite would store as NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
