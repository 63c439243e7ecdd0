package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// readyPipelines hops from one pipeline number to the next in the index of ready jobs, so its
// cost is that of the pipelines with work, not of all jobs or all pipelines.
const readyPipelines = `
WITH RECURSIVE hop(no) AS (
  SELECT (SELECT min(pipeline_no) FROM job_open INDEXED BY job_open_ready WHERE run_state = 0)
  UNION ALL
  SELECT (SELECT min(pipeline_no) FROM job_open INDEXED BY job_open_ready WHERE run_state = 0 AND pipeline_no > hop.no)
  FROM hop WHERE hop.no IS NOT NULL)
SELECT p.pipeline_no, p.account, p.priority FROM hop JOIN pipeline p ON p.pipeline_no = hop.no WHERE p.state = 1
ORDER BY p.pipeline_no`

// Ready implements store.Jobs.
func (s *Store) Ready(ctx context.Context) ([]store.ReadyPipeline, error) {
	var ready []store.ReadyPipeline
	err := s.read(ctx, func(rows *sql.Rows) error {
		var p store.ReadyPipeline
		if err := rows.Scan(&p.No, &p.Account, &p.Weight); err != nil {
			return err
		}
		ready = append(ready, p)
		return nil
	}, readyPipelines)
	if err != nil {
		return nil, fmt.Errorf("list ready pipelines: %w", err)
	}
	return ready, nil
}

// The statements of a claim: read in order, then mark all at once, which measured about half
// the cost of one UPDATE each. OR FAIL spares the copy of every touched page that SQLite else
// keeps for a failure half-way; after a failure the transaction is undone as a whole. The plus
// keeps the planner from making the plan depend on the number itself, which would have it plan
// again at almost every call.
const (
	readyOf = `
SELECT account, job_id, attempt + 1, pipeline_no, priority, spec, row_no
FROM job_open INDEXED BY job_open_ready
WHERE run_state = 0 AND pipeline_no = (SELECT pipeline_no FROM pipeline WHERE pipeline_no = +?1 AND state = 1)
ORDER BY priority DESC, job_id LIMIT +?2`
	markRunning = `
UPDATE OR FAIL job_open SET run_state = 1, attempt = attempt + 1, lease_owner = +?2, deadline_us = ?3
WHERE row_no IN (SELECT value FROM json_each(?1))`
)

// Claim implements store.Jobs.
func (s *Store) Claim(ctx context.Context, r store.ClaimRequest) ([]store.Claimed, error) {
	if r.Max <= 0 || len(r.Want) == 0 {
		return nil, nil
	}
	var claimed []store.Claimed
	err := s.writer.do(ctx, r.Max, func(c *conn) error {
		claimed = nil
		if err := alive(c, r.Node, r.Now); err != nil {
			return err
		}
		for _, w := range r.Want {
			n := min(w.Max, r.Max-len(claimed))
			if n <= 0 {
				continue
			}
			got, err := claimPipeline(c, &r, w.PipelineNo, n)
			if err != nil {
				return err
			}
			claimed = append(claimed, got...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return claimed, nil
}

func claimPipeline(c *conn, r *store.ClaimRequest, pipeline int64, n int) ([]store.Claimed, error) {
	got := make([]store.Claimed, 0, n)
	rows := make([]int64, 0, n)
	err := c.query(func(row []driver.Value) error {
		got = append(got, scanClaimed(row))
		rows = append(rows, row[6].(int64))
		return nil
	}, readyOf, pipeline, n)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 {
		return nil, nil
	}
	_, err = c.exec(markRunning, jsonList(rows), r.Node, r.Deadline.UnixMicro())
	return got, err
}

// scanClaimed reads account, job_id, attempt, pipeline_no, priority, spec.
func scanClaimed(row []driver.Value) store.Claimed {
	return store.Claimed{
		Key:        store.Key{Account: job.AccountID(row[0].(int64)), ID: scanID(row[1]), Attempt: int(row[2].(int64))},
		PipelineNo: row[3].(int64),
		Priority:   job.Priority(row[4].(int64)),
		Spec:       scanBlob(row[5]),
	}
}

func scanID(v driver.Value) (id job.ID) {
	copy(id[:], scanBlob(v))
	return id
}

// scanBlob reads a blob; the driver gives nil for an empty one.
func scanBlob(v driver.Value) []byte {
	b, _ := v.([]byte)
	return blob(b)
}

// jsonList prints row numbers for json_each.
func jsonList(rows []int64) string {
	b := []byte{'['}
	for i, no := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, no, 10)
	}
	return string(append(b, ']'))
}

// alive fails with store.ErrNodeGone unless node is registered and its lease has not ended.
func alive(c *conn, node int64, now time.Time) error {
	_, ok, err := c.scalar(`SELECT 1 FROM node WHERE node_no = ? AND alive_until_us > ?`, node, now.UnixMicro())
	if err == nil && !ok {
		err = fmt.Errorf("node %d: %w", node, store.ErrNodeGone)
	}
	return err
}
