package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// insertOpen leaves out jobs whose pipeline is not the account's or whose id is open. The
// execution looks at pipelines after the lock on job_open is had, which is what DeletePipeline
// relies on.
const insertOpen = `
INSERT INTO job_open (account, job_id, pipeline_no, priority, name, spec)
SELECT x.account, x.job_id, x.pipeline_no, x.priority, x.name, x.spec
FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::smallint[], $5::text[], $6::bytea[]) AS x(account, job_id, pipeline_no, priority, name, spec)
CROSS JOIN LATERAL (SELECT FROM pipeline p WHERE p.pipeline_no = x.pipeline_no AND p.account = x.account OFFSET 0) AS known
ON CONFLICT DO NOTHING
RETURNING account, job_id`

// withdraw takes back what has ended already. It must follow the insert in a statement of its
// own: a job may end between the look at the history and the insert, and the history says so
// only to a later look.
const withdraw = `
WITH ended AS MATERIALIZED (
  SELECT x.account, x.job_id FROM unnest($1::bigint[], $2::uuid[]) AS x(account, job_id)
  CROSS JOIN LATERAL (SELECT FROM job_done d WHERE d.account = x.account AND d.job_id = x.job_id OFFSET 0) AS d),
gone AS (
  DELETE FROM job_open WHERE ctid = ANY(ARRAY(SELECT o.ctid FROM ended e
    CROSS JOIN LATERAL (SELECT ctid FROM job_open o WHERE o.account = e.account AND o.job_id = e.job_id OFFSET 0) AS o)))
SELECT account, job_id FROM ended`

// ident names a job in the database.
type ident struct {
	account job.AccountID
	id      job.ID
}

// newRows is a batch of jobs by columns.
type newRows struct {
	account, pipeline []int64
	id                [][16]byte
	priority          []int16
	name              []string
	spec              [][]byte
}

func columnsOf(jobs []store.NewJob) newRows {
	n := len(jobs)
	r := newRows{make([]int64, n), make([]int64, n), make([][16]byte, n), make([]int16, n), make([]string, n), make([][]byte, n)}
	for i := range jobs {
		j := &jobs[i]
		r.account[i], r.pipeline[i], r.id[i] = int64(j.Account), j.PipelineNo, j.ID
		r.priority[i], r.name[i], r.spec[i] = int16(j.Priority), text(j.Name), blob(j.Spec)
	}
	return r
}

// Submit implements store.Jobs.
func (s *Store) Submit(ctx context.Context, jobs []store.NewJob) ([]error, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	errs := make([]error, len(jobs))
	err := s.submit(ctx, jobs, errs, false)
	if err != nil {
		return nil, fmt.Errorf("submit: %w", err)
	}
	return errs, nil
}

// SubmitAll implements store.Jobs.
func (s *Store) SubmitAll(ctx context.Context, jobs []store.NewJob) error {
	if len(jobs) == 0 {
		return nil
	}
	errs := make([]error, len(jobs))
	err := s.submit(ctx, jobs, errs, true)
	if err != nil {
		return fmt.Errorf("submit all: %w", err)
	}
	return nil
}

// submit inserts jobs; with whole set all or none, and the error is then that of the first refused.
func (s *Store) submit(ctx context.Context, jobs []store.NewJob, errs []error, whole bool) error {
	stored := 0
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) (err error) {
		clear(errs)
		stored, err = insert(ctx, c, jobs, errs, whole, doubt)
		return err
	})
	switch {
	case err != nil && ofRow(err) && len(jobs) == 1:
		err = fmt.Errorf("job %s: %w", jobs[0].ID, err)
		if !whole {
			errs[0], err = err, nil
		}
	case err != nil && ofRow(err) && !whole: // one bad row fails alone
		for i := range jobs {
			if err := s.submit(ctx, jobs[i:i+1], errs[i:i+1], false); err != nil {
				return err
			}
		}
		return nil
	}
	if err == nil && stored > 0 {
		s.news.tell(store.NewsJobs)
	}
	return err
}

// insert is one transaction of submit.
func insert(ctx context.Context, c *pgx.Conn, jobs []store.NewJob, errs []error, whole, doubt bool) (int, error) {
	r := columnsOf(jobs)
	tx, err := begin(ctx, c, whole)
	if err != nil {
		return 0, err
	}
	stored := make(map[ident]bool, len(jobs))
	err = tx.batch(ctx, func(b *pgx.Batch) {
		b.Queue(insertOpen, r.account, r.id, r.pipeline, r.priority, r.name, r.spec).Query(func(rows pgx.Rows) error {
			return idents(rows, func(k ident) { stored[k] = true })
		})
		b.Queue(withdraw, r.account, r.id).Query(func(rows pgx.Rows) error {
			return idents(rows, func(k ident) { delete(stored, k) })
		})
	})
	if err != nil {
		return 0, errors.Join(err, tx.end(ctx, false))
	}
	count := len(stored)
	for i := range jobs {
		k := ident{jobs[i].Account, jobs[i].ID}
		if stored[k] {
			delete(stored, k) // a second job of the same id is refused
			continue
		}
		if errs[i], err = refusal(ctx, c, &jobs[i], doubt); err != nil {
			return 0, errors.Join(err, tx.end(ctx, false))
		}
		if errs[i] != nil && whole {
			return 0, errors.Join(errs[i], tx.end(ctx, false))
		}
	}
	return count, tx.end(ctx, true)
}

// transaction is one of several round trips, or else, with open unset, of a single one.
type transaction struct {
	c    *pgx.Conn
	open bool
}

func begin(ctx context.Context, c *pgx.Conn, open bool) (transaction, error) {
	t := transaction{c, open}
	if !open {
		return t, nil
	}
	_, err := c.Exec(ctx, `BEGIN`)
	return t, err
}

// batch sends statements in one round trip. Unless the transaction is open they are one by themselves.
func (t transaction) batch(ctx context.Context, fill func(b *pgx.Batch)) error {
	b := &pgx.Batch{}
	fill(b)
	return t.c.SendBatch(ctx, b).Close()
}

func (t transaction) end(ctx context.Context, commit bool) error {
	if !t.open {
		return nil
	}
	q := `ROLLBACK`
	if commit {
		q = `COMMIT`
	}
	_, err := t.c.Exec(ctx, q)
	if !commit && err != nil {
		return nil // the connection is gone, and the transaction with it
	}
	return err
}

func idents(rows pgx.Rows, f func(k ident)) error {
	defer rows.Close()
	for rows.Next() {
		var account int64
		var id [16]byte
		if err := rows.Scan(&account, &id); err != nil {
			return err
		}
		f(ident{job.AccountID(account), id})
	}
	return rows.Err()
}

// refusal finds out why a job was not inserted. In doubt, a job that is there is ours.
func refusal(ctx context.Context, c *pgx.Conn, j *store.NewJob, doubt bool) (refused, err error) {
	var pipeline, exists bool
	err = c.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pipeline WHERE pipeline_no = $1 AND account = $2),
		EXISTS (SELECT 1 FROM job_open WHERE account = $2 AND job_id = $3) OR EXISTS (SELECT 1 FROM job_done WHERE account = $2 AND job_id = $3)`,
		j.PipelineNo, int64(j.Account), [16]byte(j.ID)).Scan(&pipeline, &exists)
	switch {
	case err != nil:
		return nil, err
	case exists && doubt:
		return nil, nil
	case !pipeline:
		refused = fmt.Errorf("pipeline number %d: %w", j.PipelineNo, job.ErrPipelineNotFound)
	default:
		refused = store.ErrJobExists
	}
	return fmt.Errorf("job %s: %w", j.ID, refused), nil
}
