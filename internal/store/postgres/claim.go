package postgres

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// readyPipelines hops from one pipeline number to the next in the index of ready jobs, so its
// cost is that of the pipelines with work, not of all jobs or all pipelines.
const readyPipelines = `
WITH RECURSIVE hop(no) AS (
  (SELECT pipeline_no FROM job_open WHERE run_state = 0 ORDER BY pipeline_no LIMIT 1)
  UNION ALL
  SELECT (SELECT pipeline_no FROM job_open WHERE run_state = 0 AND pipeline_no > hop.no ORDER BY pipeline_no LIMIT 1)
  FROM hop WHERE hop.no IS NOT NULL)
SELECT p.pipeline_no, p.account, p.priority FROM hop JOIN pipeline p ON p.pipeline_no = hop.no WHERE p.state = 1
ORDER BY p.pipeline_no`

// readyFromMarks asks only for given pipelines, behind what this process has seen go: see watermarks.
const readyFromMarks = `
SELECT p.pipeline_no, p.account, p.priority FROM unnest($1::bigint[]) WITH ORDINALITY AS w(no, place)
CROSS JOIN LATERAL (SELECT pipeline_no, account, priority FROM pipeline WHERE pipeline_no = w.no AND state = 1 OFFSET 0) AS p
CROSS JOIN LATERAL (
  SELECT FROM generate_series(10, 1, -1) AS g(priority)
  CROSS JOIN LATERAL (
    SELECT FROM job_open o WHERE o.pipeline_no = p.pipeline_no AND o.run_state = 0 AND o.priority = g.priority
      AND o.job_id >= ($2::uuid[])[(w.place - 1) * 10 + 11 - g.priority] LIMIT 1) AS q
  LIMIT 1) AS some
ORDER BY p.pipeline_no`

// Ready implements store.Jobs. It runs on the writers for the sake of their planner settings.
func (s *Store) Ready(ctx context.Context) ([]store.ReadyPipeline, error) {
	var ready []store.ReadyPipeline
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, _ bool) error {
		ready = nil
		began := time.Now()
		q, args := readyPipelines, []any{}
		pipelines, lows, marked := s.marks.known(began)
		if marked {
			q, args = readyFromMarks, []any{pipelines, lows}
		} else {
			defer func() { s.marks.looked(time.Since(began)) }()
		}
		return s.query(ctx, c, func(rows pgx.Rows) error {
			var p store.ReadyPipeline
			var weight int16
			err := rows.Scan(&p.No, (*int64)(&p.Account), &weight)
			p.Weight = job.Priority(weight)
			ready = append(ready, p)
			return err
		}, q, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("list ready pipelines: %w", err)
	}
	return ready, nil
}

// The statement of a claim takes from each wanted pipeline, in order, what nobody else is about to
// take. The second form starts behind what this process has seen go: see watermarks.
const (
	claimHead = `
WITH c AS MATERIALIZED (
  SELECT r.place
  FROM (SELECT 1 FROM node WHERE node_no = $4 AND alive_until_us > $5) AS alive
  CROSS JOIN unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS w(no, quota, place)
  CROSS JOIN LATERAL (SELECT pipeline_no FROM pipeline WHERE pipeline_no = w.no AND state = 1) AS p
  CROSS JOIN LATERAL (`
	claimTail = `) AS r
  LIMIT $3)
UPDATE job_open t SET run_state = 1, attempt = attempt + 1, lease_owner = $4, deadline_us = $6, claim_no = $7
WHERE t.ctid = ANY(ARRAY(SELECT place FROM c)) AND t.run_state + 0 = 0
RETURNING ` + claimedColumns
	claimedColumns = `t.account, t.job_id, t.attempt, t.pipeline_no, t.priority, t.spec`

	claimFromFront = claimHead + `
    SELECT o.ctid AS place FROM job_open o
    WHERE o.pipeline_no = p.pipeline_no AND o.run_state = 0
    ORDER BY o.priority DESC, o.job_id LIMIT w.quota FOR UPDATE SKIP LOCKED` + claimTail

	// $8 holds ten ids for each wanted pipeline, for the priorities from 10 down to 1.
	claimFromMark = claimHead + `
    SELECT q.place FROM generate_series(10, 1, -1) AS g(priority)
    CROSS JOIN LATERAL (
      SELECT o.ctid AS place FROM job_open o
      WHERE o.pipeline_no = p.pipeline_no AND o.run_state = 0 AND o.priority = g.priority
        AND o.job_id >= ($8::uuid[])[(w.place - 1) * 10 + 11 - g.priority]
      ORDER BY o.job_id LIMIT w.quota FOR UPDATE SKIP LOCKED) AS q
    LIMIT w.quota` + claimTail

	// What a claim took whose answer was lost.
	claimedBefore = `SELECT ` + claimedColumns + ` FROM job_open t WHERE t.lease_owner = $1 AND t.run_state = 1 AND t.claim_no = $2`
)

// Claim implements store.Jobs.
func (s *Store) Claim(ctx context.Context, r store.ClaimRequest) ([]store.Claimed, error) {
	if r.Max <= 0 || len(r.Want) == 0 {
		return nil, nil
	}
	no := rand.Int64()
	var claimed []store.Claimed
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) (err error) {
		claimed = nil
		if doubt {
			if err := s.claimed(ctx, c, &claimed, claimedBefore, r.Node, no); err != nil || len(claimed) > 0 {
				return err
			}
		}
		return s.claim(ctx, c, &r, no, &claimed)
	})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	sortClaimed(claimed, r.Want)
	return claimed, nil
}

func (s *Store) claim(ctx context.Context, c *pgx.Conn, r *store.ClaimRequest, no int64, claimed *[]store.Claimed) error {
	pipelines, quotas := make([]int64, len(r.Want)), make([]int32, len(r.Want))
	for i, w := range r.Want {
		pipelines[i], quotas[i] = w.PipelineNo, int32(min(w.Max, 1<<30))
	}
	args := []any{pipelines, quotas, r.Max, r.Node, r.Now.UnixMicro(), r.Deadline.UnixMicro(), no}
	q := claimFromFront
	began := time.Now()
	lows, marked := s.marks.lows(pipelines, began)
	if marked {
		q = claimFromMark
		args = append(args, lows)
	}
	if err := s.claimed(ctx, c, claimed, q, args...); err != nil {
		return err
	}
	s.marks.note(*claimed, time.Since(began), marked)
	if len(*claimed) > 0 {
		return nil
	}
	var alive bool
	err := c.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM node WHERE node_no = $1 AND alive_until_us > $2)`, r.Node, r.Now.UnixMicro()).Scan(&alive)
	if err == nil && !alive {
		err = fmt.Errorf("node %d: %w", r.Node, store.ErrNodeGone)
	}
	return err
}

func (s *Store) claimed(ctx context.Context, c *pgx.Conn, claimed *[]store.Claimed, q string, args ...any) error {
	return s.query(ctx, c, func(rows pgx.Rows) error {
		one, err := scanClaimed(rows)
		*claimed = append(*claimed, one)
		return err
	}, q, args...)
}

// scanClaimed reads claimedColumns.
func scanClaimed(rows pgx.Rows) (store.Claimed, error) {
	var c store.Claimed
	var attempt int32
	var priority int16
	err := rows.Scan((*int64)(&c.Account), (*[16]byte)(&c.ID), &attempt, &c.PipelineNo, &priority, &c.Spec)
	c.Attempt, c.Priority = int(attempt), job.Priority(priority)
	return c, err
}

// sortClaimed puts claims into the order of the quotas, then of service: an UPDATE returns rows in
// no order.
func sortClaimed(claimed []store.Claimed, want []store.Quota) {
	place := make(map[int64]int, len(want))
	for i, w := range want {
		place[w.PipelineNo] = i
	}
	slices.SortFunc(claimed, func(a, b store.Claimed) int {
		return cmp.Or(place[a.PipelineNo]-place[b.PipelineNo], int(b.Priority)-int(a.Priority), bytes.Compare(a.ID[:], b.ID[:]))
	})
}
