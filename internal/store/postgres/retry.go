package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

const (
	retryHeld = `
UPDATE job_open o SET run_state = 2, not_before_us = x.not_before_us, lease_owner = NULL, deadline_us = NULL, claim_no = NULL
FROM unnest($2::bigint[], $3::uuid[], $4::int[], $5::bigint[]) WITH ORDINALITY AS x(account, job_id, attempt, not_before_us, place)
WHERE o.account = x.account AND o.job_id = x.job_id AND o.run_state = 1 AND o.lease_owner = $1 AND o.attempt = x.attempt
RETURNING x.place`
	retriedBefore = `
SELECT x.place FROM unnest($1::bigint[], $2::uuid[], $3::int[], $4::bigint[]) WITH ORDINALITY AS x(account, job_id, attempt, not_before_us, place)
JOIN job_open o ON o.account = x.account AND o.job_id = x.job_id AND o.attempt = x.attempt AND o.run_state = 2 AND o.not_before_us = x.not_before_us`
	releaseHeld = `
UPDATE job_open o SET run_state = 0, attempt = o.attempt - 1, lease_owner = NULL, deadline_us = NULL, claim_no = NULL
FROM unnest($2::bigint[], $3::uuid[], $4::int[]) AS x(account, job_id, attempt)
WHERE o.account = x.account AND o.job_id = x.job_id AND o.run_state = 1 AND o.lease_owner = $1 AND o.attempt = x.attempt`
)

// Retry implements store.Jobs.
func (s *Store) Retry(ctx context.Context, node int64, jobs []store.Retry) ([]bool, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	k := keysOf(len(jobs), func(i int) store.Key { return jobs[i].Key })
	notBefore := make([]int64, len(jobs))
	for place, i := range k.order {
		notBefore[place] = jobs[i].NotBefore.UnixMicro()
	}
	accepted := make([]bool, len(jobs))
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		clear(accepted)
		take := func(rows pgx.Rows) error {
			var place int
			err := rows.Scan(&place)
			if err == nil {
				accepted[k.order[place-1]] = true
			}
			return err
		}
		err := s.query(ctx, c, take, retryHeld, node, k.account, k.id, k.attempt, notBefore)
		if err == nil && doubt {
			err = s.query(ctx, c, take, retriedBefore, k.account, k.id, k.attempt, notBefore)
		}
		return err
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
	k := keysOf(len(jobs), func(i int) store.Key { return jobs[i] })
	_, err := s.exec(ctx, releaseHeld, node, k.account, k.id, k.attempt)
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	s.marks.forget()
	s.news.tell(store.NewsJobs)
	return nil
}

// exec runs one statement that may be repeated when nobody knows whether it was done, and returns how
// many rows it changed.
func (s *Store) exec(ctx context.Context, q string, args ...any) (int, error) {
	n := 0
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, _ bool) error {
		tag, err := c.Exec(ctx, q, args...)
		n = int(tag.RowsAffected())
		return err
	})
	return n, err
}

// turnRows is how many rows a bulk change may take in one transaction, so that it never keeps
// others waiting for long.
const turnRows = 500

// inTurns runs a statement, whose last argument is a row limit, in transactions of bounded
// size until limit rows are changed or none is left. It returns how many were changed.
func (s *Store) inTurns(ctx context.Context, limit int, q string, args ...any) (int, error) {
	total := 0
	for total < limit {
		size := min(turnRows, limit-total)
		n, err := s.exec(ctx, q, append(args[:len(args):len(args)], size)...)
		if err != nil {
			return total, err
		}
		total += n
		if n < size {
			break
		}
	}
	return total, nil
}

// wakeDue makes a bounded number of waiting jobs ready.
const wakeDue = `
UPDATE job_open o SET run_state = 0, not_before_us = NULL FROM (
  SELECT account, job_id FROM job_open
  WHERE run_state = 2 AND not_before_us <= $1 ORDER BY not_before_us LIMIT $2 FOR UPDATE SKIP LOCKED) AS d
WHERE o.account = d.account AND o.job_id = d.job_id`

// Wake implements store.Jobs.
func (s *Store) Wake(ctx context.Context, now time.Time) (int, error) {
	n, err := s.inTurns(ctx, 1<<30, wakeDue, now.UnixMicro())
	if n > 0 {
		s.marks.forget()
		s.news.tell(store.NewsJobs)
	}
	if err != nil {
		return n, fmt.Errorf("wake: %w", err)
	}
	return n, nil
}
