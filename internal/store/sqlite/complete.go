package sqlite

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/store"
)

// The statements of a completion. The first is the fence: it changes nothing unless the node
// still holds that attempt. The history numbers its rows itself, so that it only grows at its
// end; keeping the open row's number cost a fifth of the whole cycle in split pages. OR FAIL
// spares the copy of every touched page that SQLite else keeps for a failure half-way; one row
// has no half-way.
const (
	insertDone = `
INSERT OR FAIL INTO job_done (account, job_id, pipeline_no, priority, state, attempt, finished_us, name, spec, outcome)
SELECT account, job_id, pipeline_no, priority, ?5, attempt, ?6, name, spec, ?7 FROM job_open
WHERE account = +?1 AND job_id = ?2 AND run_state = 1 AND lease_owner = +?3 AND attempt = +?4`
	deleteOpen   = `DELETE FROM job_open WHERE account = +?1 AND job_id = ?2`
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
		for i := range done {
			ok, err := complete(c, node, &done[i])
			if err != nil {
				return fmt.Errorf("job %s: %w", done[i].ID, err)
			}
			accepted[i] = ok
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("complete: %w", err)
	}
	return accepted, nil
}

// complete moves one job to the history and says whether the node still held it.
func complete(c *conn, node int64, d *store.Completion) (bool, error) {
	n, err := c.exec(insertDone, d.Account, d.ID, node, d.Attempt, d.State, d.Finished.UnixMicro(), blob(d.Outcome))
	if err != nil || n == 0 {
		return false, err
	}
	return true, moved(c, d)
}

// moved does what the end of a job brings beside its row in the history.
func moved(c *conn, d *store.Completion) error {
	if _, err := c.exec(deleteOpen, d.Account, d.ID); err != nil {
		return err
	}
	for _, m := range d.Outbox {
		if _, err := c.exec(insertOutbox, d.Account, d.ID, d.Finished.UnixMicro(), m.Target, blob(m.Body)); err != nil {
			return err
		}
	}
	return nil
}
