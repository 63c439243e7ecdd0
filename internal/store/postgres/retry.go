package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

const (
	// findHeld looks up the jobs of $2, $3 and $4 that node $1 holds; see moveHeld.
	findHeld = `
  CROSS JOIN LATERAL (SELECT ctid, claim_no FROM job_open o WHERE o.account = x.account AND o.job_id = x.job_id
    AND o.run_state + 0 = 1 AND o.lease_owner + 0 = $1 AND o.attempt = x.attempt OFFSET 0) AS o)`
	stillHeld = `
WHERE o.ctid = ANY(ARRAY(SELECT row FROM x)) AND o.run_state + 0 = 1 AND o.lease_owner + 0 = $1 AND o.claim_no = ANY(ARRAY(SELECT claim_no FROM x))`

	retryHeld = `
WITH x AS MATERIALIZED (
  SELECT x.*, o.ctid AS row, o.claim_no
  FROM unnest($2::bigint[], $3::uuid[], $4::int[], $5::bigint[]) WITH ORDINALITY AS x(account, job_id, attempt, not_before_us, place)` + findHeld + `,
back AS (
  UPDATE job_open o SET run_state = 2, not_before_us = (SELECT not_before_us FROM x WHERE x.row = o.ctid LIMIT 1), lease_owner = NULL, deadline_us = NULL, claim_no = NULL` + stillHeld + `
  RETURNING o.account, o.job_id)
SELECT min(x.place) FROM back b JOIN x ON x.account = b.account AND x.job_id = b.job_id GROUP BY b.account, b.job_id`
	retriedBefore = `
SELECT x.place FROM unnest($1::bigint[], $2::uuid[], $3::int[], $4::bigint[]) WITH ORDINALITY AS x(account, job_id, attempt, not_before_us, place)
CROSS JOIN LATERAL (SELECT FROM job_open o WHERE o.account = x.account AND o.job_id = x.job_id AND o.attempt = x.attempt
  AND o.run_state + 0 = 2 AND o.not_before_us + 0 = x.not_before_us OFFSET 0) AS o`
	releaseHeld = `
WITH x AS MATERIALIZED (
  SELECT o.ctid AS row, o.claim_no FROM unnest($2::bigint[], $3::uuid[], $4::int[]) AS x(account, job_id, attempt)` + findHeld + `
UPDATE job_open o SET run_state = 0, attempt = o.attempt - 1, lease_owner = NULL, deadline_us = NULL, claim_no = NULL` + stillHeld
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
UPDATE job_open o SET run_state = 0, not_before_us = NULL WHERE o.ctid = ANY(ARRAY(
  SELECT ctid FROM job_open
  WHERE run_state = 2 AND not_before_us <= $1 ORDER BY not_before_us LIMIT $2 FOR UPDATE SKIP LOCKED)) AND o.run_state + 0 = 2`

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
