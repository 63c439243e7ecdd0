package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

const recordColumns = `account, kind, record_id, alias, created_us, expires_us, version, body`

// PutRecord implements store.Records.
func (s *Store) PutRecord(ctx context.Context, r store.Record) (int64, error) {
	expires := int64(0)
	if !r.Expires.IsZero() {
		expires = r.Expires.UnixMicro()
	}
	q, missing := `UPDATE OR IGNORE record SET alias = ?4, created_us = ?5, expires_us = ?6, version = version + 1, body = ?8
		WHERE account = ?1 AND kind = ?2 AND record_id = ?3 AND version = ?7`, store.ErrRecordNotFound
	if r.Version == 0 {
		q, missing = `INSERT INTO record (account, kind, record_id, alias, created_us, expires_us, version, body)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7 + 1, ?8) ON CONFLICT DO NOTHING`, store.ErrRecordExists
	}
	err := s.writer.do(ctx, 1, func(c *conn) error {
		n, err := c.exec(q, r.Account, r.Kind, r.ID, r.Alias, r.Created.UnixMicro(), expires, r.Version, blob(r.Body))
		if err != nil || n > 0 {
			return err
		}
		if r.Version != 0 && r.Alias != "" {
			// Nothing changed: because the version is gone, or because another record has the alias.
			taken, _, err := c.scalar(`SELECT count(*) FROM record WHERE account = ?1 AND kind = ?2 AND alias = ?3 AND record_id <> ?4`,
				r.Account, r.Kind, r.Alias, r.ID)
			if err != nil {
				return err
			}
			if taken > 0 {
				return store.ErrRecordExists
			}
		}
		return missing
	})
	if err != nil {
		return 0, fmt.Errorf("put %s %q: %w", r.Kind, r.ID, err)
	}
	return r.Version + 1, nil
}

// GetRecord implements store.Records.
func (s *Store) GetRecord(ctx context.Context, account job.AccountID, kind, id string) (store.Record, error) {
	return s.record(ctx, account, kind, `record_id`, id)
}

// FindRecord implements store.Records.
func (s *Store) FindRecord(ctx context.Context, account job.AccountID, kind, alias string) (store.Record, error) {
	if alias == "" {
		return store.Record{}, fmt.Errorf("find %s without an alias: %w", kind, store.ErrRecordNotFound)
	}
	return s.record(ctx, account, kind, `alias`, alias)
}

func (s *Store) record(ctx context.Context, account job.AccountID, kind, column, value string) (store.Record, error) {
	all, err := s.records(ctx, `account = ? AND kind = ? AND `+column+` = ?`, account, kind, value)
	if err == nil && len(all) == 0 {
		err = store.ErrRecordNotFound
	}
	if err != nil {
		return store.Record{}, fmt.Errorf("get %s %q: %w", kind, value, err)
	}
	return all[0], nil
}

func (s *Store) records(ctx context.Context, where string, args ...any) ([]store.Record, error) {
	var all []store.Record
	err := s.read(ctx, func(rows *sql.Rows) error {
		var r store.Record
		var created, expires int64
		if err := rows.Scan(&r.Account, &r.Kind, &r.ID, &r.Alias, &created, &expires, &r.Version, &r.Body); err != nil {
			return err
		}
		r.Created, r.Body = fromMicro(created), blob(r.Body)
		if expires != 0 {
			r.Expires = fromMicro(expires)
		}
		all = append(all, r)
		return nil
	}, `SELECT `+recordColumns+` FROM record WHERE `+where, args...)
	return all, err
}

// The ends of the range when a filter leaves one open.
const (
	earliest = -1 << 62
	latest   = 1<<62 - 1
)

// ListRecords implements store.Records.
func (s *Store) ListRecords(ctx context.Context, account job.AccountID, kind string, f store.RecordFilter) ([]store.Record, error) {
	from, to := int64(earliest), int64(latest)
	if !f.From.IsZero() {
		from = f.From.UnixMicro()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMicro()
	}
	where, order := `account = ?1 AND kind = ?2 AND created_us BETWEEN ?3 AND ?4`, ` ORDER BY created_us, record_id`
	args := []any{account, kind, from, to, max(f.Limit, 0)}
	past := `>`
	if f.Newest {
		order, past = ` ORDER BY created_us DESC, record_id DESC`, `<`
	}
	if f.After != nil {
		where += ` AND (created_us, record_id) ` + past + ` (?6, ?7)`
		args = append(args, f.After.Created.UnixMicro(), f.After.ID)
	}
	all, err := s.records(ctx, where+order+` LIMIT ?5`, args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", kind, err)
	}
	return all, nil
}

// CountRecords implements store.Records.
func (s *Store) CountRecords(ctx context.Context, account job.AccountID, kind string) (int, error) {
	n := 0
	err := s.read(ctx, func(rows *sql.Rows) error { return rows.Scan(&n) },
		`SELECT count(*) FROM record WHERE account = ? AND kind = ?`, account, kind)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", kind, err)
	}
	return n, nil
}

// DeleteRecord implements store.Records.
func (s *Store) DeleteRecord(ctx context.Context, account job.AccountID, kind, id string) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		n, err := c.exec(`DELETE FROM record WHERE account = ? AND kind = ? AND record_id = ?`, account, kind, id)
		if err == nil && n == 0 {
			err = store.ErrRecordNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete %s %q: %w", kind, id, err)
	}
	return nil
}

const pruneRecords = `DELETE FROM record WHERE row_no IN (
  SELECT row_no FROM record INDEXED BY record_expires WHERE expires_us <> 0 AND expires_us < ? ORDER BY expires_us LIMIT ?)`

// PruneRecords implements store.Records.
func (s *Store) PruneRecords(ctx context.Context, t time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneRecords, t.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune records: %w", err)
	}
	return n, nil
}
