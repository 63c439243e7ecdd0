// Package sqlite keeps jobs in one SQLite file. One process owns the file; inside it one
// goroutine writes and groups the calls that wait into one transaction, while any number of
// goroutines read.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	driver "modernc.org/sqlite"

	"github.com/mediagauge/mediagauge/internal/store"
)

// Options are the parts of a Store that its surroundings give.
type Options struct {
	Now func() time.Time // nil means time.Now; used for the schema's own records only
	Log *slog.Logger     // nil discards

	checkpointPages int    // WAL length that starts a checkpoint; 0 means the default
	tune            string // SQL run on the writer's connection after its settings; for tests
	unchecked       bool   // open even when Check fails; for tests
}

// Settings of the connections.
const (
	pageSize        = 8192
	checkpointPages = 4000 // 32 MB of WAL
	readers         = 4
)

// writerSettings are run in order on a new writer connection. page_size only counts before
// the file is first written, and journal_mode is kept in the file. The automatic checkpoint
// is off because it swallows I/O errors; the writer checkpoints itself and sees them.
var writerSettings = []string{
	`PRAGMA busy_timeout = 5000`,
	fmt.Sprintf(`PRAGMA page_size = %d`, pageSize),
	`PRAGMA journal_mode = WAL`,
	`PRAGMA synchronous = FULL`,
	`PRAGMA wal_autocheckpoint = 0`,
	`PRAGMA cache_size = -65536`,
	`PRAGMA temp_store = MEMORY`,
	`PRAGMA trusted_schema = OFF`,
}

// Store is a store.Store in one SQLite file.
type Store struct {
	path   string
	now    func() time.Time
	lock   *os.File
	reader *sql.DB
	writer *writer

	mu    sync.Mutex
	stmts map[string]*sql.Stmt // of reader

	closeOnce sync.Once
	closeErr  error
}

var _ store.Store = (*Store)(nil)

// Open opens the database at path, makes it when absent, and brings its schema up to date.
// It fails when another process has it open and when its settings are not durable (see Check).
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open database %q: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, o Options) (_ *Store, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.checkpointPages == 0 {
		o.checkpointPages = checkpointPages
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	s := &Store{path: path, now: o.Now, stmts: map[string]*sql.Stmt{}}
	if s.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unlockFile(s.lock))
		}
	}()
	if err := create(path); err != nil {
		return nil, err
	}
	c, err := openWriter(ctx, path, o)
	if err != nil {
		return nil, err
	}
	if s.reader, err = openReaders(path); err != nil {
		return nil, errors.Join(err, c.close())
	}
	s.writer = newWriter(c, o)
	if _, err := s.Check(ctx); err != nil && !o.unchecked {
		s.writer.stop()
		return nil, errors.Join(err, s.reader.Close(), c.close())
	}
	return s, nil
}

// create makes an empty file that only its owner can read. SQLite gives its companion files
// the mode of the database. The file is closed before SQLite opens it: closing it later would
// drop SQLite's own locks on it.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// openWriter makes the writer's connection with a schema that is up to date.
func openWriter(ctx context.Context, path string, o Options) (*conn, error) {
	c, err := connect(ctx, path)
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		func() error { return migrate(c, migrations, o.Now) },
		c.checkpoint, // what a crash left in the log
		func() error { return c.script(o.tune) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

// connect opens a connection with the writer's settings.
func connect(ctx context.Context, path string) (*conn, error) {
	connector, err := driver.NewConnector(dsn(path, "mode=rw"))
	if err != nil {
		return nil, err
	}
	c, err := newConn(ctx, connector)
	if err != nil {
		return nil, err
	}
	for _, q := range writerSettings {
		if err := c.script(q); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", q, err), c.close())
		}
	}
	return c, nil
}

func openReaders(path string) (*sql.DB, error) {
	connector, err := driver.NewConnector(dsn(path,
		"mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=cache_size(-16384)&_pragma=temp_store(2)"))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

func dsn(path, query string) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query}).String()
}

// Fatal delivers the error that made the store refuse all further writes, once. What was
// acknowledged before is safe; the program should exit and start again, which re-reads what
// the disk really holds.
func (s *Store) Fatal() <-chan error { return s.writer.fatal }

// Close finishes the writes that wait and closes the file. Later calls fail with
// store.ErrClosed.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.writer.stop()
		errs := []error{s.closeReaders()}
		// After a failed sync the closing checkpoint could throw away the log in favour of
		// pages that never reached the disk: the connection is left to the end of the process.
		if s.writer.failure() == nil {
			errs = append(errs, s.writer.c.close())
		}
		s.closeErr = errors.Join(append(errs, unlockFile(s.lock))...)
	})
	return s.closeErr
}

func (s *Store) closeReaders() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, st := range s.stmts {
		errs = append(errs, st.Close())
	}
	s.stmts = nil
	return errors.Join(append(errs, s.reader.Close())...)
}

// stmt returns the prepared statement for q on the readers.
func (s *Store) stmt(q string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stmts == nil {
		return nil, store.ErrClosed
	}
	if st := s.stmts[q]; st != nil {
		return st, nil
	}
	// Preparing must outlive the first caller: its context would end the statement for all.
	st, err := s.reader.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, err
	}
	s.stmts[q] = st
	return st, nil
}

// read runs a prepared query on the readers and hands every row to f.
func (s *Store) read(ctx context.Context, f func(rows *sql.Rows) error, q string, args ...any) error {
	st, err := s.stmt(q)
	if err != nil {
		return err
	}
	for i := range args {
		if args[i], err = value(args[i]); err != nil {
			return err
		}
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
