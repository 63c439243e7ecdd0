package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// lost picks running jobs whose node is gone or whose deadline passed. The index holds only
// running jobs, which are few.
const lost = `
SELECT row_no FROM job_open INDEXED BY job_open_running
WHERE run_state = 1 AND (deadline_us <= ?1
  OR lease_owner NOT IN (SELECT node_no FROM node WHERE alive_until_us > ?1))`

const (
	requeueLost = `
UPDATE job_open SET run_state = 0, lease_owner = NULL, deadline_us = NULL
WHERE row_no IN (` + lost + ` AND attempt < ?2 LIMIT ?3)`
	takeSpent = `
UPDATE job_open SET lease_owner = ?4
WHERE row_no IN (` + lost + ` AND attempt >= ?2 LIMIT ?3)
RETURNING account, job_id, attempt, pipeline_no, priority, spec`
)

// Rescue implements store.Jobs. A spent job keeps its attempt and its passed deadline: if this
// node dies too, or is slow, the next Rescue returns the job again.
func (s *Store) Rescue(ctx context.Context, node int64, now time.Time, maxAttempts, limit int) (int, []store.Claimed, error) {
	var rescued int64
	var spent []store.Claimed
	err := s.writer.do(ctx, limit, func(c *conn) (err error) {
		spent = nil
		rescued, err = c.exec(requeueLost, now.UnixMicro(), maxAttempts, limit)
		if err != nil {
			return err
		}
		return c.query(func(row []driver.Value) error {
			spent = append(spent, scanClaimed(row))
			return nil
		}, takeSpent, now.UnixMicro(), maxAttempts, limit-int(rescued), node)
	})
	if err != nil {
		return 0, nil, fmt.Errorf("rescue: %w", err)
	}
	return int(rescued), spent, nil
}
