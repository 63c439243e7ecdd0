package sqlite

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/store"
)

// The statements of a completion. The first is the fence: it changes nothing unless the node
// still holds that attempt. A job keeps its row number, so that the open rows can be deleted
// together by the numbers that the insertions report. OR FAIL spares the copy of every touched
// page that SQLite else keeps for a failure half-way; one row has no half-way.
const (
	insertDone = `
INSERT OR FAIL INTO job_done (row_no, account, job_id, pipeline_no, priority, state, attempt, finished_us, name, spec, outcome)
SELECT row_no, account, job_id, pipeline_no, priority, ?5, attempt, ?6, name, spec, ?7 FROM job_open
WHERE account = +?1 AND job_id = ?2 AND run_state = 1 AND lease_owner = +?3 AND attempt = +?4`
	deleteOpen   = `DELETE FROM job_open WHERE row_no IN (SELECT value FROM json_each(?1))`
	insertOutbox = `INSERT INTO outbox (account, job_id, created_us, target, body) VALUES (?, ?, ?, ?, ?)`
)

// Complete implements store.Jobs.
func (s *Store) Complete(ctx context.Context, node int64, done []store.Completion) ([]bool, error) {
	if len(done) == 0 {
		return nil, nil
	}
	for i := range done {
		if !done[i].State.Terminal() {
			return nil, fmt.Errorf("complete job %s: state %s is not terminal", done[i].ID, done[i].State)
		}
	}
	accepted := make([]bool, len(done))
	err := s.writer.do(ctx, len(done), func(c *conn) error {
		clear(accepted)
		rows := make([]int64, 0, len(done))
		for i := range done {
			row, err := complete(c, node, &done[i])
			if err != nil {
				return fmt.Errorf("job %s: %w", done[i].ID, err)
			}
			if row != 0 {
				accepted[i] = true
				rows = append(rows, row)
			}
		}
		if len(rows) == 0 {
			return nil
		}
		_, err := c.exec(deleteOpen, jsonList(rows))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("complete: %w", err)
	}
	return accepted, nil
}

// complete copies one job to the history and returns its row number, 0 when it was fenced out.
// The open row is deleted by the caller: until then a second completion of the same job in the
// same call passes the fence, but not the keys of the history: both belong to one job for ever.
func complete(c *conn, node int64, d *store.Completion) (int64, error) {
	row, err := c.insert(insertDone, d.Account, d.ID, node, d.Attempt, d.State, d.Finished.UnixMicro(), blob(d.Outcome))
	if isRepeated(err) {
		return 0, nil
	}
	if err != nil || row == 0 {
		return 0, err
	}
	for _, m := range d.Outbox {
		if _, err := c.exec(insertOutbox, d.Account, d.ID, d.Finished.UnixMicro(), m.Target, blob(m.Body)); err != nil {
			return 0, err
		}
	}
	return row, nil
}
