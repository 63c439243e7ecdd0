package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

// lost picks running jobs whose node is gone or whose deadline passed. The index holds only
// running jobs, which are few.
const lost = `run_state = 1 AND (deadline_us <= $1 OR lease_owner NOT IN (SELECT node_no FROM node WHERE alive_until_us > $1))`

const (
	anyLost     = `SELECT EXISTS (SELECT FROM job_open WHERE ` + lost + `)`
	requeueLost = `
UPDATE job_open t SET run_state = 0, lease_owner = NULL, deadline_us = NULL, claim_no = NULL
WHERE t.ctid = ANY(ARRAY(SELECT ctid FROM job_open WHERE ` + lost + ` AND attempt < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)) AND t.run_state + 0 = 1`
	takeSpent = `
UPDATE job_open t SET lease_owner = $4
WHERE t.ctid = ANY(ARRAY(SELECT ctid FROM job_open WHERE ` + lost + ` AND attempt >= $2 LIMIT $3 FOR UPDATE SKIP LOCKED)) AND t.run_state + 0 = 1
RETURNING ` + claimedColumns
)

// Rescue implements store.Jobs. A spent job keeps its attempt and its passed deadline: if this
// node dies too, or is slow, the next Rescue returns the job again.
func (s *Store) Rescue(ctx context.Context, node int64, now time.Time, maxAttempts, limit int) (int, []store.Claimed, error) {
	rescued := 0
	var spent []store.Claimed
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, _ bool) error {
		spent = nil
		var some bool
		if err := c.QueryRow(ctx, anyLost, now.UnixMicro()).Scan(&some); err != nil || !some {
			return err
		}
		tag, err := c.Exec(ctx, requeueLost, now.UnixMicro(), maxAttempts, limit-rescued)
		if err != nil {
			return err
		}
		rescued += int(tag.RowsAffected())
		return s.claimed(ctx, c, &spent, takeSpent, now.UnixMicro(), maxAttempts, limit-rescued, node)
	})
	if rescued > 0 {
		s.marks.forget()
		s.news.tell(store.NewsJobs)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("rescue: %w", err)
	}
	return rescued, spent, nil
}
