package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// held restricts a statement to a job that node ?3 still runs at attempt ?4.
const held = ` WHERE account = ?1 AND job_id = ?2 AND run_state = 1 AND lease_owner = ?3 AND attempt = ?4`

// Retry implements store.Jobs.
func (s *Store) Retry(ctx context.Context, node int64, jobs []store.Retry) ([]bool, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	accepted := make([]bool, len(jobs))
	err := s.writer.do(ctx, len(jobs), func(c *conn) error {
		for i, r := range jobs {
			n, err := c.exec(`UPDATE job_open SET run_state = 2, not_before_us = ?5, lease_owner = NULL, deadline_us = NULL`+held,
				r.Account, r.ID, node, r.Attempt, r.NotBefore.UnixMicro())
			if err != nil {
				return fmt.Errorf("job %s: %w", r.ID, err)
			}
			accepted[i] = n == 1
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("retry: %w", err)
	}
	return accepted, nil
}

// Release implements store.Jobs.
func (s *Store) Release(ctx context.Context, node int64, jobs []store.Key) error {
	if len(jobs) == 0 {
		return nil
	}
	err := s.writer.do(ctx, len(jobs), func(c *conn) error {
		for _, k := range jobs {
			_, err := c.exec(`UPDATE job_open SET run_state = 0, attempt = attempt - 1, lease_owner = NULL, deadline_us = NULL`+held,
				k.Account, k.ID, node, k.Attempt)
			if err != nil {
				return fmt.Errorf("job %s: %w", k.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	return nil
}

// wakeDue makes a bounded number of waiting jobs ready.
const wakeDue = `
UPDATE job_open SET run_state = 0, not_before_us = NULL WHERE row_no IN (
  SELECT row_no FROM job_open INDEXED BY job_open_waiting
  WHERE run_state = 2 AND not_before_us <= ? ORDER BY not_before_us LIMIT ?)`

// Wake implements store.Jobs.
func (s *Store) Wake(ctx context.Context, now time.Time) (int, error) {
	n, err := s.inTurns(ctx, maxInt, wakeDue, now.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("wake: %w", err)
	}
	return n, nil
}
