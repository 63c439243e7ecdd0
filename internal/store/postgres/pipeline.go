package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/job"
)

const pipelineColumns = `pipeline_id, pipeline_no, account, name, speed, state, priority, is_default, created_us, modified_us`

// CreatePipeline implements store.Pipelines.
func (s *Store) CreatePipeline(ctx context.Context, p job.Pipeline) (job.Pipeline, error) {
	made := p
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		conflict := ``
		if p.Default {
			conflict = `ON CONFLICT (account) WHERE is_default DO NOTHING`
		} else if doubt {
			conflict = `ON CONFLICT (account, pipeline_id) DO NOTHING`
		}
		err := c.QueryRow(ctx, `INSERT INTO pipeline
			(pipeline_id, account, name, speed, state, priority, is_default, created_us, modified_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) `+conflict+` RETURNING pipeline_no`,
			text(p.ID), int64(p.Account), text(p.Name), text(string(p.Speed)), int16(p.State), int16(p.Priority), p.Default,
			p.Created.UnixMicro(), p.Modified.UnixMicro()).Scan(&made.No)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		where, arg := `is_default AND $2 = $2`, p.ID
		if !p.Default {
			where = `pipeline_id = $2`
		}
		made, err = s.pipeline(ctx, c, `account = $1 AND `+where, int64(p.Account), text(arg))
		return err
	})
	if err != nil {
		return job.Pipeline{}, fmt.Errorf("create pipeline %q: %w", p.ID, err)
	}
	return made, nil
}

// pipeline reads one; job.ErrPipelineNotFound.
func (s *Store) pipeline(ctx context.Context, db querier, where string, args ...any) (job.Pipeline, error) {
	var all []job.Pipeline
	err := s.query(ctx, db, func(rows pgx.Rows) error { return scanPipeline(rows, &all) }, `SELECT `+pipelineColumns+` FROM pipeline WHERE `+where, args...)
	if err == nil && len(all) == 0 {
		err = job.ErrPipelineNotFound
	}
	if err != nil {
		return job.Pipeline{}, err
	}
	return all[0], nil
}

func scanPipeline(rows pgx.Rows, all *[]job.Pipeline) error {
	var p job.Pipeline
	var speed string
	var state, priority int16
	var created, modified int64
	err := rows.Scan(&p.ID, &p.No, (*int64)(&p.Account), &p.Name, &speed, &state, &priority, &p.Default, &created, &modified)
	p.ID, p.Name, p.Speed = original(p.ID), original(p.Name), job.Speed(original(speed))
	p.State, p.Priority = job.PipelineState(state), job.Priority(priority)
	p.Created, p.Modified = fromMicro(created), fromMicro(modified)
	*all = append(*all, p)
	return err
}

// GetPipeline implements store.Pipelines.
func (s *Store) GetPipeline(ctx context.Context, account job.AccountID, id string) (job.Pipeline, error) {
	where, args := `account = $1 AND pipeline_id = $2`, []any{int64(account), text(id)}
	if id == "" {
		where, args = `account = $1 AND is_default`, args[:1]
	}
	found, err := s.pipelines(ctx, where, args...)
	if err == nil && len(found) == 0 {
		err = job.ErrPipelineNotFound
	}
	if err != nil {
		return job.Pipeline{}, fmt.Errorf("get pipeline %q: %w", id, err)
	}
	return found[0], nil
}

// ListPipelines implements store.Pipelines.
func (s *Store) ListPipelines(ctx context.Context, account job.AccountID) ([]job.Pipeline, error) {
	all, err := s.pipelines(ctx, `account = $1 ORDER BY pipeline_no`, int64(account))
	if err != nil {
		return nil, fmt.Errorf("list pipelines: %w", err)
	}
	return all, nil
}

func (s *Store) pipelines(ctx context.Context, where string, args ...any) ([]job.Pipeline, error) {
	var all []job.Pipeline
	err := s.read(ctx, func(rows pgx.Rows) error { return scanPipeline(rows, &all) }, func() { all = nil },
		`SELECT `+pipelineColumns+` FROM pipeline WHERE `+where, args...)
	return all, err
}

// small is a value as the database takes it; nil is none.
func small[T ~uint8 | ~int | ~int8](v *T) *int16 {
	if v == nil {
		return nil
	}
	n := int16(*v)
	return &n
}

// alone waits until no other transaction changes open jobs, and keeps those that come waiting, until
// the transaction ends. Their statements look at the pipelines only after that, since they need their
// lock on job_open first: what alone's transaction changes holds for every job from then on.
func alone(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '5s'`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `LOCK TABLE job_open IN SHARE ROW EXCLUSIVE MODE`)
	return err
}

// UpdatePipeline implements store.Pipelines.
func (s *Store) UpdatePipeline(ctx context.Context, account job.AccountID, id string, u job.PipelineUpdate, now time.Time) error {
	var name *string
	if u.Name != nil {
		n := text(*u.Name)
		name = &n
	}
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, _ bool) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if u.State != nil && *u.State == job.Paused {
				if err := alone(ctx, tx); err != nil {
					return err
				}
			}
			tag, err := tx.Exec(ctx, `UPDATE pipeline SET name = coalesce($3, name), priority = coalesce($4, priority), state = coalesce($5, state), modified_us = $6
				WHERE account = $1 AND pipeline_id = $2`, int64(account), text(id), name, small(u.Priority), small(u.State), now.UnixMicro())
			if err == nil && tag.RowsAffected() == 0 {
				err = job.ErrPipelineNotFound
			}
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("update pipeline %q: %w", id, err)
	}
	return nil
}

// DeletePipeline implements store.Pipelines. Nobody can submit to the pipeline between the check and
// the deletion; see alone.
func (s *Store) DeletePipeline(ctx context.Context, account job.AccountID, id string) error {
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if err := alone(ctx, tx); err != nil {
				return err
			}
			p, err := s.pipeline(ctx, tx, `account = $1 AND pipeline_id = $2`, int64(account), text(id))
			switch {
			case errors.Is(err, job.ErrPipelineNotFound) && doubt:
				return nil
			case err != nil:
				return err
			case p.Default:
				return job.ErrPipelineDefault
			}
			var busy bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM job_open WHERE pipeline_no = $1)`, p.No).Scan(&busy); err != nil {
				return err
			}
			if busy {
				return job.ErrPipelineBusy
			}
			_, err = tx.Exec(ctx, `DELETE FROM pipeline WHERE pipeline_no = $1`, p.No)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("delete pipeline %q: %w", id, err)
	}
	return nil
}
