package sqlite

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/store"
)

// insertCancelled moves a job that nobody runs to the history.
const insertCancelled = `
INSERT OR FAIL INTO job_done (account, job_id, pipeline_no, priority, state, attempt, finished_us, name, spec, outcome)
SELECT account, job_id, pipeline_no, priority, ?3, attempt, ?4, name, spec, ?5 FROM job_open
WHERE account = +?1 AND job_id = ?2 AND run_state <> 1`

// Cancel implements store.Jobs.
func (s *Store) Cancel(ctx context.Context, done []store.Completion) ([]bool, error) {
	if len(done) == 0 {
		return nil, nil
	}
	for i := range done {
		if !done[i].State.Terminal() {
			return nil, fmt.Errorf("cancel job %s: state %s is not terminal", done[i].ID, done[i].State)
		}
	}
	ended := make([]bool, len(done))
	err := s.writer.do(ctx, len(done), func(c *conn) error {
		for i := range done {
			d := &done[i]
			n, err := c.exec(insertCancelled, d.Account, d.ID, d.State, d.Finished.UnixMicro(), blob(d.Outcome))
			if err == nil && n > 0 {
				err = moved(c, d)
			}
			if err != nil {
				return fmt.Errorf("job %s: %w", d.ID, err)
			}
			ended[i] = n > 0
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cancel: %w", err)
	}
	return ended, nil
}
