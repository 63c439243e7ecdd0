package postgres

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// The columns of a row, from either table. Only run_state 1 is running; ready and waiting
// jobs are both queued to the outside.
const (
	doneColumns = `account, job_id, state::int AS state, attempt, finished_us, spec, outcome`
	openColumns = `account, job_id, CASE run_state WHEN 1 THEN 2 ELSE 1 END AS state, attempt, NULL::bigint AS finished_us, spec, NULL::bytea AS outcome`
)

const getJob = `
SELECT ` + openColumns + ` FROM job_open WHERE account = $1 AND job_id = $2
UNION ALL
SELECT ` + doneColumns + ` FROM job_done WHERE account = $1 AND job_id = $2`

// Get implements store.Jobs. Both tables are read in one statement, hence in one snapshot: a
// job that is just being completed is always in one of them.
func (s *Store) Get(ctx context.Context, account job.AccountID, id job.ID) (store.Row, error) {
	rows, err := s.rows(ctx, getJob, int64(account), [16]byte(id))
	if err == nil && len(rows) == 0 {
		err = job.ErrNotFound
	}
	if err != nil {
		return store.Row{}, fmt.Errorf("get job %s: %w", id, err)
	}
	return rows[0], nil
}

func (s *Store) rows(ctx context.Context, q string, args ...any) ([]store.Row, error) {
	var all []store.Row
	err := s.read(ctx, func(rows pgx.Rows) error {
		var r store.Row
		var state int32
		var finished *int64
		err := rows.Scan((*int64)(&r.Account), (*[16]byte)(&r.ID), &state, &r.Attempt, &finished, &r.Spec, &r.Outcome)
		r.State = job.State(state)
		if finished != nil {
			r.Finished = fromMicro(*finished)
		}
		all = append(all, r)
		return err
	}, func() { all = nil }, q, args...)
	return all, err
}

// List implements store.Jobs.
func (s *Store) List(ctx context.Context, account job.AccountID, f job.Filter, cursor job.ID, limit int) ([]store.Row, error) {
	from, to := f.Range(cursor)
	q := listQuery(f)
	if limit <= 0 || q == "" || bytes.Compare(from[:], to[:]) >= 0 {
		return nil, nil
	}
	rows, err := s.rows(ctx, q, int64(account), [16]byte(from), [16]byte(to), limit)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return rows, nil
}

// listQuery merges the tables and states that f wants. Every arm is limited by itself and
// reads an index in the order of the result, so a page costs its own length, not the table's.
func listQuery(f job.Filter) string {
	const where = ` WHERE account = $1 AND job_id >= $2 AND job_id < $3`
	order := ` ORDER BY job_id DESC LIMIT $4`
	if f.Oldest {
		order = ` ORDER BY job_id LIMIT $4`
	}
	var arms []string
	arm := func(columns, from, and string) {
		arms = append(arms, `(SELECT `+columns+` FROM `+from+where+and+order+`)`)
	}
	switch queued, running := f.States.Has(job.Queued), f.States.Has(job.Running); {
	case queued && running:
		arm(openColumns, `job_open`, ``)
	case queued:
		arm(openColumns, `job_open`, ` AND run_state <> 1`)
	case running: // few: sorting them beats stepping over a long backlog
		arms = append(arms, `(WITH running AS MATERIALIZED (SELECT * FROM job_open WHERE run_state = 1) SELECT `+openColumns+` FROM running`+where+order+`)`)
	}
	var done []job.State
	for _, st := range []job.State{job.Succeeded, job.Failed, job.Cancelled} {
		if f.States.Has(st) {
			done = append(done, st)
		}
	}
	if len(done) == 3 {
		arm(doneColumns, `job_done`, ``)
		done = nil
	}
	for _, st := range done {
		arm(doneColumns, `job_done`, fmt.Sprintf(` AND job_done.state = %d`, st))
	}
	switch len(arms) {
	case 0:
		return ""
	case 1:
		return arms[0]
	}
	return strings.Join(arms, ` UNION ALL `) + order
}

// Depth implements store.Jobs.
func (s *Store) Depth(ctx context.Context) (ready, running, waiting int64, err error) {
	err = s.read(ctx, func(rows pgx.Rows) error { return rows.Scan(&ready, &running, &waiting) }, func() {}, `SELECT
		(SELECT count(*) FROM job_open WHERE run_state = 0),
		(SELECT count(*) FROM job_open WHERE run_state = 1),
		(SELECT count(*) FROM job_open WHERE run_state = 2)`)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("depth: %w", err)
	}
	return ready, running, waiting, nil
}
