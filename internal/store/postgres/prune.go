package postgres

import (
	"context"
	"fmt"
	"time"
)

const pruneDone = `
DELETE FROM job_done t USING (
  SELECT account, job_id FROM job_done WHERE finished_us < $1 ORDER BY finished_us LIMIT $2 FOR UPDATE SKIP LOCKED) AS d
WHERE t.account = d.account AND t.job_id = d.job_id`

// Prune implements store.Jobs.
func (s *Store) Prune(ctx context.Context, t time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneDone, t.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune: %w", err)
	}
	return n, nil
}
