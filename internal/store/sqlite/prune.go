package sqlite

import (
	"context"
	"fmt"
	"time"
)

const pruneDone = `DELETE FROM job_done WHERE row_no IN (
  SELECT row_no FROM job_done INDEXED BY job_done_finished WHERE finished_us < ? ORDER BY finished_us LIMIT ?)`

// Prune implements store.Jobs.
func (s *Store) Prune(ctx context.Context, t time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneDone, t.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune: %w", err)
	}
	return n, nil
}
