// Package transfer moves a service from SQLite to PostgreSQL: every row in one transaction, read back and
// compared before it is kept.
package transfer

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver that reads

	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
)

// ErrNotEmpty says that the target holds something already.
var ErrNotEmpty = errors.New("the target database is not empty")

// Count is how many rows of a table were moved.
type Count struct {
	Table string
	Rows  int64
}

// Copy moves all that the SQLite database at path holds into the PostgreSQL database at address, which
// must be empty. It fails when a server has the source open, and leaves the source as it is. Either all of it
// is there afterwards, compared row by row, or nothing is.
func Copy(ctx context.Context, path, address string) ([]Count, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	// Opening it keeps servers away and brings its schema up to date.
	lock, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	defer lock.Close()
	from, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&_pragma=query_only(1)"}).String())
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	defer from.Close()
	if _, err := postgres.Migrate(ctx, address); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	to, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	defer to.Close(context.WithoutCancel(ctx))
	var counts []Count
	err = pgx.BeginTxFunc(ctx, to, pgx.TxOptions{}, func(tx pgx.Tx) error {
		for _, t := range tables {
			n, err := move(ctx, from, tx, t)
			if err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
			counts = append(counts, Count{t.name, n})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// move copies one table and compares what arrived.
func move(ctx context.Context, from *sql.DB, tx pgx.Tx, t table) (int64, error) {
	// Nobody may write meanwhile, nor find half of it.
	if _, err := tx.Exec(ctx, `LOCK TABLE `+t.name+` IN ACCESS EXCLUSIVE MODE`); err != nil {
		return 0, err
	}
	var some bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM `+t.name+`)`).Scan(&some); err != nil {
		return 0, err
	}
	if some {
		return 0, ErrNotEmpty
	}
	sent, err := newReader(ctx, from, t)
	if err != nil {
		return 0, err
	}
	defer sent.rows.Close()
	n, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, sent.names, sent)
	if err != nil {
		return 0, err
	}
	if t.serial != "" {
		// The next number is one that SQLite would not have given either.
		var last int64
		if err := from.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?`, t.name).Scan(&last); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `SELECT setval(pg_get_serial_sequence($1, $2), greatest($3::bigint, 1), $3::bigint > 0)`, t.name, t.serial, last); err != nil {
			return 0, err
		}
	}
	arrived, err := digest(ctx, tx, t)
	if err != nil {
		return 0, err
	}
	if arrived.rows != n || arrived.sum != sent.digest.total() {
		return 0, fmt.Errorf("%d rows were sent and %d arrived, or their contents differ", n, arrived.rows)
	}
	return n, nil
}

// reader reads a table of SQLite for COPY, and digests what it reads. It implements pgx.CopyFromSource.
type reader struct {
	rows   *sql.Rows
	table  table
	names  []string
	extra  []any
	digest digester
	values []any
	err    error
}

func newReader(ctx context.Context, db *sql.DB, t table) (*reader, error) {
	r := &reader{table: t, digest: newDigester(len(t.columns))}
	var list []string
	for _, c := range t.columns {
		list = append(list, c.source(t))
		r.names = append(r.names, c.name)
	}
	for name, value := range fixed[t.name] {
		r.names = append(r.names, name)
		r.extra = append(r.extra, value)
	}
	var err error
	r.rows, err = db.QueryContext(ctx, `SELECT `+strings.Join(list, ", ")+` FROM `+t.name+` ORDER BY `+t.key)
	return r, err
}

// Next implements pgx.CopyFromSource.
func (r *reader) Next() bool {
	if r.err != nil || !r.rows.Next() {
		return false
	}
	got := make([]any, len(r.table.columns))
	at := make([]any, len(got))
	for i := range got {
		at[i] = &got[i]
	}
	if r.err = r.rows.Scan(at...); r.err != nil {
		return false
	}
	r.values = make([]any, 0, len(r.names))
	for i, c := range r.table.columns {
		v, err := c.target(got[i])
		if err != nil {
			r.err = fmt.Errorf("column %s: %w", c.name, err)
			return false
		}
		r.values = append(r.values, v)
		r.digest.add(v)
	}
	r.values = append(r.values, r.extra...)
	return true
}

// Values implements pgx.CopyFromSource.
func (r *reader) Values() ([]any, error) { return r.values, nil }

// Err implements pgx.CopyFromSource.
func (r *reader) Err() error { return errors.Join(r.err, r.rows.Err()) }

// target turns a value of SQLite into one of PostgreSQL.
func (c column) target(v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case int64:
		if c.kind == flag {
			return x != 0, nil
		}
		if c.kind == number {
			return x, nil
		}
	case string:
		if c.kind == words {
			return postgres.Text(x), nil
		}
	case []byte:
		if c.kind == bytes {
			return append([]byte{}, x...), nil // the driver gives nil for an empty one
		}
		if c.kind == ident && len(x) == 16 {
			return [16]byte(x), nil
		}
	}
	return nil, fmt.Errorf("a value of type %T where it should not be", v)
}

// summed is what a table holds.
type summed struct {
	rows int64
	sum  [32]byte
}

// digest reads a table of PostgreSQL back.
func digest(ctx context.Context, tx pgx.Tx, t table) (summed, error) {
	var list []string
	for _, c := range t.columns {
		list = append(list, c.name)
	}
	rows, err := tx.Query(ctx, `SELECT `+strings.Join(list, ", ")+` FROM `+t.name)
	if err != nil {
		return summed{}, err
	}
	defer rows.Close()
	d := newDigester(len(t.columns))
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return summed{}, err
		}
		for _, v := range values {
			d.add(v)
		}
	}
	return summed{d.count, d.total()}, rows.Err()
}

// digester sums rows so that their order does not matter: the digests of rows are added up.
type digester struct {
	width int // columns of a row
	row   hash.Hash
	at    int
	count int64
	sum   [4]uint64
}

func newDigester(width int) digester { return digester{width: width, row: sha256.New()} }

// add takes the next value.
func (d *digester) add(v any) {
	var head [9]byte
	var body []byte
	switch x := v.(type) {
	case nil:
		head[0] = 1
	case bool:
		head[0] = 2
		if x {
			head[1] = 1
		}
	case int16:
		head[0] = 3
		binary.BigEndian.PutUint64(head[1:], uint64(x))
	case int32:
		head[0] = 3
		binary.BigEndian.PutUint64(head[1:], uint64(x))
	case int64:
		head[0] = 3
		binary.BigEndian.PutUint64(head[1:], uint64(x))
	case string:
		head[0], body = 4, []byte(x)
	case []byte:
		head[0], body = 5, x
	case [16]byte:
		head[0], body = 6, x[:]
	default:
		head[0], body = 7, fmt.Append(nil, x) // equal to nothing of the other side
	}
	if body != nil {
		binary.BigEndian.PutUint64(head[1:], uint64(len(body)))
	}
	d.row.Write(head[:])
	d.row.Write(body)
	if d.at++; d.at == d.width {
		d.end()
	}
}

func (d *digester) end() {
	var sum [32]byte
	d.row.Sum(sum[:0])
	for i := range d.sum {
		d.sum[i] += binary.BigEndian.Uint64(sum[8*i:])
	}
	d.row.Reset()
	d.at = 0
	d.count++
}

func (d *digester) total() (t [32]byte) {
	for i, v := range d.sum {
		binary.BigEndian.PutUint64(t[8*i:], v)
	}
	return t
}
