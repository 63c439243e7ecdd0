package queue

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
)

// List returns one page of an account's jobs and the token of the next page, which is empty
// on the last. The token belongs to the account and the filter: job.ErrBadPageToken for any
// other. Jobs that arrive meanwhile do not shift the pages.
func (q *Queue) List(ctx context.Context, account job.AccountID, f job.Filter, pageSize int, pageToken string) (jobs []*job.Job, next string, err error) {
	var cursor job.ID
	if pageToken != "" {
		if cursor, err = q.openToken(pageToken, account, f); err != nil {
			return nil, "", fmt.Errorf("list jobs: %w", err)
		}
	}
	rows, err := q.store.List(ctx, account, f, cursor, pageSize+1)
	if err != nil {
		return nil, "", fmt.Errorf("list jobs: %w", err)
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		next = q.sealToken(rows[pageSize-1].ID, account, f)
	}
	jobs = make([]*job.Job, len(rows))
	for i := range rows {
		if jobs[i], err = q.jobFromRow(rows[i]); err != nil {
			return nil, "", fmt.Errorf("list jobs: %w", err)
		}
	}
	return jobs, next, nil
}
