package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"

	"github.com/mediagauge/mediagauge/internal/job"
)

// conn is the writer's connection, used below database/sql: one goroutine owns it, so the
// pool's locks and per-call checks would only cost time. Statements are prepared once.
type conn struct {
	dc    driver.Conn
	stmts map[string]*stmt
}

// stmt is a prepared statement with a reusable argument list.
type stmt struct {
	ds   driver.Stmt
	args []driver.NamedValue
}

func newConn(ctx context.Context, c driver.Connector) (*conn, error) {
	dc, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{dc: dc, stmts: map[string]*stmt{}}, nil
}

// prepared returns the statement for sql, prepared at its first use.
func (c *conn) prepared(sql string) (*stmt, error) {
	if s := c.stmts[sql]; s != nil {
		return s, nil
	}
	ds, err := c.dc.Prepare(sql)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", sql, err)
	}
	s := &stmt{ds: ds}
	c.stmts[sql] = s
	return s, nil
}

// script runs several statements without arguments, prepared and forgotten one by one.
func (c *conn) script(sql string) error {
	_, err := c.dc.(driver.ExecerContext).ExecContext(context.Background(), sql, nil)
	return err
}

// exec runs sql and returns how many rows it changed.
func (c *conn) exec(sql string, args ...any) (int64, error) {
	r, err := c.result(sql, args)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// insert runs sql and returns the row number it made, 0 when it made none.
func (c *conn) insert(sql string, args ...any) (int64, error) {
	r, err := c.result(sql, args)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return r.LastInsertId()
}

func (c *conn) result(sql string, args []any) (driver.Result, error) {
	s, err := c.prepared(sql)
	if err != nil {
		return nil, err
	}
	if err := s.bind(args); err != nil {
		return nil, err
	}
	return s.ds.(driver.StmtExecContext).ExecContext(context.Background(), s.args)
}

// query runs sql and hands each row to f. The values are valid only during the call, except
// blobs and strings, which are copies.
func (c *conn) query(f func(row []driver.Value) error, sql string, args ...any) error {
	s, err := c.prepared(sql)
	if err != nil {
		return err
	}
	if err := s.bind(args); err != nil {
		return err
	}
	rows, err := s.ds.(driver.StmtQueryContext).QueryContext(context.Background(), s.args)
	if err != nil {
		return err
	}
	row := make([]driver.Value, len(rows.Columns()))
	for err == nil {
		if err = rows.Next(row); err == nil {
			err = f(row)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// scalar returns the single integer that sql yields, or 0 and false when there is no row.
func (c *conn) scalar(sql string, args ...any) (v int64, ok bool, err error) {
	err = c.query(func(row []driver.Value) error {
		v, ok = row[0].(int64)
		return nil
	}, sql, args...)
	return v, ok, err
}

// text returns the single value that sql yields, printed.
func (c *conn) text(sql string) (string, error) {
	var s string
	err := c.query(func(row []driver.Value) error {
		s = fmt.Sprint(row[0])
		return nil
	}, sql)
	return s, err
}

// checkpoint copies the log into the database file as far as readers allow.
func (c *conn) checkpoint() error {
	return c.query(func([]driver.Value) error { return nil }, `PRAGMA wal_checkpoint(PASSIVE)`)
}

// written is how many pages went into the log since forgetWritten.
func (c *conn) written() int {
	n, _, _ := c.dc.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, false) // only fails for an unknown counter
	return n
}

func (c *conn) forgetWritten() {
	_, _, _ = c.dc.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, true)
}

func (s *stmt) bind(args []any) error {
	s.args = s.args[:0]
	for i, a := range args {
		v, err := value(a)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return nil
}

// value converts an argument to what the driver takes.
func value(a any) (driver.Value, error) {
	switch v := a.(type) {
	case nil, int64, string, []byte:
		return v, nil
	case job.AccountID:
		return int64(v), nil
	case job.ID:
		return v[:], nil
	case int:
		return int64(v), nil
	case job.Priority:
		return int64(v), nil
	case job.State:
		return int64(v), nil
	case job.PipelineState:
		return int64(v), nil
	case job.Speed:
		return string(v), nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	}
	return nil, fmt.Errorf("type %T cannot be stored", a)
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.ds.Close())
	}
	return errors.Join(append(errs, c.dc.Close())...)
}
