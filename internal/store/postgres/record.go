package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

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
	q := `UPDATE record SET alias = $4, created_us = $5, expires_us = $6, version = version + 1, body = $8
		WHERE account = $1 AND kind = $2 AND record_id = $3 AND version = $7`
	if r.Version == 0 {
		q = `INSERT INTO record (account, kind, record_id, alias, created_us, expires_us, version, body)
			VALUES ($1, $2, $3, $4, $5, $6, $7::bigint + 1, $8) ON CONFLICT DO NOTHING`
	}
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		tag, err := c.Exec(ctx, q, int64(r.Account), text(r.Kind), text(r.ID), text(r.Alias), r.Created.UnixMicro(), expires, r.Version, blob(r.Body))
		if code(err) == "23505" { // the alias is another's
			return store.ErrRecordExists
		}
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		return s.notPut(ctx, c, r, doubt)
	})
	if err != nil {
		return 0, fmt.Errorf("put %s %q: %w", r.Kind, r.ID, err)
	}
	return r.Version + 1, nil
}

// notPut says why nothing was stored. In doubt, a record that is as we wanted it is ours.
func (s *Store) notPut(ctx context.Context, c *pgx.Conn, r store.Record, doubt bool) error {
	var same, taken bool
	err := c.QueryRow(ctx, `SELECT
		EXISTS (SELECT 1 FROM record WHERE account = $1 AND kind = $2 AND record_id = $3 AND version = $5 AND body = $6),
		EXISTS (SELECT 1 FROM record WHERE account = $1 AND kind = $2 AND alias = $4 AND alias <> '' AND record_id <> $3)`,
		int64(r.Account), text(r.Kind), text(r.ID), text(r.Alias), r.Version+1, blob(r.Body)).Scan(&same, &taken)
	switch {
	case err != nil:
		return err
	case doubt && same:
		return nil
	case r.Version == 0 || taken:
		return store.ErrRecordExists
	}
	return store.ErrRecordNotFound
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
	return s.record(ctx, account, kind, `alias <> '' AND alias`, alias)
}

func (s *Store) record(ctx context.Context, account job.AccountID, kind, column, value string) (store.Record, error) {
	all, err := s.records(ctx, `account = $1 AND kind = $2 AND `+column+` = $3`, int64(account), text(kind), text(value))
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
	err := s.read(ctx, func(rows pgx.Rows) error {
		var r store.Record
		var created, expires int64
		err := rows.Scan((*int64)(&r.Account), &r.Kind, &r.ID, &r.Alias, &created, &expires, &r.Version, &r.Body)
		r.Kind, r.ID, r.Alias, r.Created = original(r.Kind), original(r.ID), original(r.Alias), fromMicro(created)
		if expires != 0 {
			r.Expires = fromMicro(expires)
		}
		all = append(all, r)
		return err
	}, func() { all = nil }, `SELECT `+recordColumns+` FROM record WHERE `+where, args...)
	return all, err
}

// ListRecords implements store.Records.
func (s *Store) ListRecords(ctx context.Context, account job.AccountID, kind string, f store.RecordFilter) ([]store.Record, error) {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !f.From.IsZero() {
		from = f.From.UnixMicro()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMicro()
	}
	where, order, past := `account = $1 AND kind = $2 AND created_us BETWEEN $3 AND $4`, ` ORDER BY created_us, record_id`, `>`
	args := []any{int64(account), text(kind), from, to, max(f.Limit, 0)}
	if f.Newest {
		order, past = ` ORDER BY created_us DESC, record_id DESC`, `<`
	}
	if f.After != nil {
		where += ` AND (created_us, record_id) ` + past + ` ($6, $7)`
		args = append(args, f.After.Created.UnixMicro(), text(f.After.ID))
	}
	all, err := s.records(ctx, where+order+` LIMIT $5`, args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", kind, err)
	}
	return all, nil
}

// CountRecords implements store.Records.
func (s *Store) CountRecords(ctx context.Context, account job.AccountID, kind string) (int, error) {
	n := 0
	err := s.read(ctx, func(rows pgx.Rows) error { return rows.Scan(&n) }, func() {},
		`SELECT count(*) FROM record WHERE account = $1 AND kind = $2`, int64(account), text(kind))
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", kind, err)
	}
	return n, nil
}

// DeleteRecord implements store.Records.
func (s *Store) DeleteRecord(ctx context.Context, account job.AccountID, kind, id string) error {
	err := s.deletion(ctx, store.ErrRecordNotFound, `DELETE FROM record WHERE account = $1 AND kind = $2 AND record_id = $3`, int64(account), text(kind), text(id))
	if err != nil {
		return fmt.Errorf("delete %s %q: %w", kind, id, err)
	}
	return nil
}

// deletion runs a statement that must change something, or else fails with missing. In doubt what
// is missing was deleted by ourselves.
func (s *Store) deletion(ctx context.Context, missing error, q string, args ...any) error {
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		tag, err := c.Exec(ctx, q, args...)
		if err == nil && tag.RowsAffected() == 0 && !doubt {
			err = missing
		}
		return err
	})
	if errors.Is(err, missing) {
		return missing
	}
	return err
}

const pruneRecords = `
DELETE FROM record t USING (
  SELECT account, kind, record_id FROM record WHERE expires_us <> 0 AND expires_us < $1 ORDER BY expires_us LIMIT $2 FOR UPDATE SKIP LOCKED) AS d
WHERE t.account = d.account AND t.kind = d.kind AND t.record_id = d.record_id`

// PruneRecords implements store.Records.
func (s *Store) PruneRecords(ctx context.Context, t time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneRecords, t.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune records: %w", err)
	}
	return n, nil
}
