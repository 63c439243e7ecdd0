package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

const pipelineColumns = `pipeline_id, pipeline_no, account, name, speed, state, priority, is_default, created_us, modified_us`

// CreatePipeline implements store.Pipelines.
func (s *Store) CreatePipeline(ctx context.Context, p job.Pipeline) (job.Pipeline, error) {
	var made job.Pipeline
	err := s.writer.do(ctx, 1, func(c *conn) (err error) {
		if p.Default {
			found, err := writerPipeline(c, &made, `account = ? AND is_default = 1`, p.Account)
			if err != nil || found {
				return err
			}
		}
		made = p
		made.No, err = c.insert(`INSERT INTO pipeline
			(pipeline_id, account, name, speed, state, priority, is_default, created_us, modified_us)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.ID, p.Account, p.Name, p.Speed, p.State, p.Priority, p.Default, p.Created.UnixMicro(), p.Modified.UnixMicro())
		return err
	})
	if err != nil {
		return job.Pipeline{}, fmt.Errorf("create pipeline %q: %w", p.ID, err)
	}
	return made, nil
}

// writerPipeline reads one pipeline inside a write transaction.
func writerPipeline(c *conn, p *job.Pipeline, where string, args ...any) (found bool, err error) {
	err = c.query(func(row []driver.Value) error {
		found = true
		*p = job.Pipeline{
			ID: row[0].(string), No: row[1].(int64), Account: job.AccountID(row[2].(int64)),
			Name: row[3].(string), Speed: job.Speed(row[4].(string)), State: job.PipelineState(row[5].(int64)),
			Priority: job.Priority(row[6].(int64)), Default: row[7].(int64) == 1,
			Created: fromMicro(row[8].(int64)), Modified: fromMicro(row[9].(int64)),
		}
		return nil
	}, `SELECT `+pipelineColumns+` FROM pipeline WHERE `+where, args...)
	return found, err
}

// GetPipeline implements store.Pipelines.
func (s *Store) GetPipeline(ctx context.Context, account job.AccountID, id string) (job.Pipeline, error) {
	where, args := `account = ? AND pipeline_id = ?`, []any{account, id}
	if id == "" {
		where, args = `account = ? AND is_default = 1`, []any{account}
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
	all, err := s.pipelines(ctx, `account = ? ORDER BY pipeline_no`, account)
	if err != nil {
		return nil, fmt.Errorf("list pipelines: %w", err)
	}
	return all, nil
}

func (s *Store) pipelines(ctx context.Context, where string, args ...any) ([]job.Pipeline, error) {
	var all []job.Pipeline
	err := s.read(ctx, func(rows *sql.Rows) error {
		var p job.Pipeline
		var created, modified int64
		err := rows.Scan(&p.ID, &p.No, &p.Account, &p.Name, &p.Speed, &p.State, &p.Priority, &p.Default, &created, &modified)
		if err != nil {
			return err
		}
		p.Created, p.Modified = fromMicro(created), fromMicro(modified)
		all = append(all, p)
		return nil
	}, `SELECT `+pipelineColumns+` FROM pipeline WHERE `+where, args...)
	return all, err
}

func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }

// UpdatePipeline implements store.Pipelines.
func (s *Store) UpdatePipeline(ctx context.Context, account job.AccountID, id string, u job.PipelineUpdate, now time.Time) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		var p job.Pipeline
		found, err := writerPipeline(c, &p, `account = ? AND pipeline_id = ?`, account, id)
		if err != nil {
			return err
		}
		if !found {
			return job.ErrPipelineNotFound
		}
		if u.Name != nil {
			p.Name = *u.Name
		}
		if u.Priority != nil {
			p.Priority = *u.Priority
		}
		if u.State != nil {
			p.State = *u.State
		}
		_, err = c.exec(`UPDATE pipeline SET name = ?, priority = ?, state = ?, modified_us = ? WHERE pipeline_no = ?`,
			p.Name, p.Priority, p.State, now.UnixMicro(), p.No)
		return err
	})
	if err != nil {
		return fmt.Errorf("update pipeline %q: %w", id, err)
	}
	return nil
}

// DeletePipeline implements store.Pipelines. Submit looks for the pipeline in its own
// transaction, so no job can slip in between the check and the deletion.
func (s *Store) DeletePipeline(ctx context.Context, account job.AccountID, id string) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		var p job.Pipeline
		found, err := writerPipeline(c, &p, `account = ? AND pipeline_id = ?`, account, id)
		switch {
		case err != nil:
			return err
		case !found:
			return job.ErrPipelineNotFound
		case p.Default:
			return job.ErrPipelineDefault
		}
		_, busy, err := c.scalar(`SELECT 1 FROM job_open WHERE pipeline_no = ? LIMIT 1`, p.No)
		if err != nil {
			return err
		}
		if busy {
			return job.ErrPipelineBusy
		}
		_, err = c.exec(`DELETE FROM pipeline WHERE pipeline_no = ?`, p.No)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete pipeline %q: %w", id, err)
	}
	return nil
}
