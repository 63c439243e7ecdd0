// Package postgres keeps jobs in a PostgreSQL database that any number of processes share. What
// orders them is the database itself: row locks that skip what others hold, fencing numbers,
// and unique keys. Nothing here needs more of a server than PostgreSQL 15 offers.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mediagauge/mediagauge/internal/batch"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Options are the parts of a Store that its surroundings give.
type Options struct {
	Log *slog.Logger // nil discards

	// Quiet leaves the upkeep of the tables (vacuum) to the database's own; for measurements.
	Quiet bool
}

// Connections of one process: besides these, one that listens and, in one process, one that cleans.
const (
	writers     = 6 // submits, claims, completions, retries, nonces and the rest
	readers     = 6
	connections = writers + readers + 2
)

// pinned are settings of the connections that write. The planner is kept from judging tables
// that are empty at one moment and full at the next by what they were when it last looked. For the
// same reason no statement joins such a table: keys are looked up one by one (LATERAL … OFFSET 0,
// which the planner does not take apart), and what is changed is named by its place (ctid).
var pinned = map[string]string{
	"enable_seqscan":   "off",
	"enable_mergejoin": "off",
	// With bitmaps and sorts a claim would read and sort every ready job of its pipelines.
	"enable_bitmapscan": "off",
	"enable_sort":       "off",
	"plan_cache_mode":   "force_generic_plan",
}

// Store is a store.Store in a PostgreSQL database.
type Store struct {
	log    *slog.Logger
	writer *pgxpool.Pool
	reader *pgxpool.Pool
	config *pgx.ConnConfig

	nonces *batch.Batcher[store.Nonce, bool]
	marks  watermarks
	clock  clock
	news   news
	life   context.Context // ends with Close
	end    context.CancelFunc
	tasks  sync.WaitGroup
	closed atomic.Bool
}

var _ store.Shared = (*Store)(nil)

// Open connects to the database at url, which is a PostgreSQL URL or key=value list, and brings
// its schema up to date. It fails when the server is too old, when its settings are not durable
// (see Check), when rights are missing and when the schema is newer than this program knows.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	s, err := open(ctx, url, o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", explain(err))
	}
	return s, nil
}

func open(ctx context.Context, url string, o Options) (_ *Store, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	s := &Store{log: o.Log, config: config.ConnConfig}
	s.life, s.end = context.WithCancel(context.Background())
	s.nonces = &batch.Batcher[store.Nonce, bool]{Max: 500, Flush: s.flushNonces}
	defer func() {
		if err != nil {
			s.shut()
		}
	}()
	if s.reader, err = connect(ctx, config, readers, nil); err != nil {
		return nil, err
	}
	if s.writer, err = connect(ctx, config, writers, pinned); err != nil {
		return nil, err
	}
	if err := s.firstContact(ctx); err != nil {
		return nil, err
	}
	if _, err := s.Check(ctx); err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	if err := s.clock.set(ctx, s.reader); err != nil {
		return nil, err
	}
	s.news.init()
	s.tasks.Go(s.listen)
	s.tasks.Go(s.announce)
	s.tasks.Go(func() { s.keep(!o.Quiet) })
	return s, nil
}

// firstContact waits a little for a server that is starting, as in a group of containers that start together.
func (s *Store) firstContact(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		err := s.reader.Ping(ctx)
		if err == nil || !passing(err) {
			return err
		}
		if !pause(ctx, 200*time.Millisecond) {
			return err
		}
	}
}

// parse reads a database address. Its errors never hold a password.
func parse(url string) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the address is not one of PostgreSQL, such as postgres://user:password@host:5432/name: %w", err)
	}
	return c, nil
}

func connect(ctx context.Context, config *pgxpool.Config, most int32, settings map[string]string) (*pgxpool.Pool, error) {
	c := config.Copy()
	c.MaxConns, c.MinIdleConns = most, 0
	c.MaxConnLifetime, c.MaxConnIdleTime, c.HealthCheckPeriod = time.Hour, 5*time.Minute, time.Minute
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectWithin
	}
	p := c.ConnConfig.RuntimeParams
	if p["application_name"] == "" {
		p["application_name"] = "mediagauge"
	}
	for name, value := range settings {
		p[name] = value
	}
	// What the settings above forbid is given an absurd cost, for which a compiler would be started.
	p["jit"] = "off"
	// A process that hangs must not keep the tables from being cleaned.
	p["idle_in_transaction_session_timeout"] = "30000"
	return pgxpool.NewWithConfig(ctx, c)
}

// Close waits for the calls under way and ends the connections. Later calls fail with
// store.ErrClosed.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.shut()
	return nil
}

func (s *Store) shut() {
	s.end()
	s.tasks.Wait()
	for _, p := range []*pgxpool.Pool{s.writer, s.reader} {
		if p != nil {
			p.Close()
		}
	}
}

// Times of connections.
const (
	connectWithin = 5 * time.Second
	startWithin   = 15 * time.Second // for a server that is starting
	callWithin    = 30 * time.Second // for one statement
	retryWithin   = 10 * time.Second // after the first failure of a connection
)

// write runs f on a connection of the writers until it succeeds, fails for good, or connections
// have failed for some seconds. f must be one transaction. doubt tells it that an earlier run may
// have been committed without an answer: f then has to look before it says that it changed nothing.
// Once f runs the caller's ctx does not end it, so that the answer is what happened.
func (s *Store) write(ctx context.Context, f func(ctx context.Context, c *pgx.Conn, doubt bool) error) error {
	doubt := false
	var failing time.Time
	for try := 0; ; try++ {
		sent, err := s.once(ctx, doubt, f)
		switch {
		case err == nil, s.closed.Load():
			return err
		case again(err):
			if try > 100 {
				return err
			}
			continue
		case !passing(err):
			return explain(err)
		}
		doubt = doubt || sent && !pgconn.SafeToRetry(err)
		now := time.Now()
		if failing.IsZero() {
			failing = now
		}
		if now.Sub(failing) > retryWithin || !pause(ctx, backoff(try)) {
			return explain(err)
		}
	}
}

// once runs f on one connection. sent is false when f was not begun.
func (s *Store) once(ctx context.Context, doubt bool, f func(ctx context.Context, c *pgx.Conn, doubt bool) error) (sent bool, err error) {
	if s.closed.Load() {
		return false, store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	c, err := s.writer.Acquire(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return false, s.orClosed(err)
	}
	defer c.Release()
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	return true, f(call, c.Conn(), doubt)
}

// read runs a query on the readers and hands every row to f. Reads may be repeated at will.
func (s *Store) read(ctx context.Context, f func(rows pgx.Rows) error, begin func(), q string, args ...any) error {
	for try := 0; ; try++ {
		begin()
		err := s.query(ctx, s.reader, f, q, args...)
		if err == nil || !passing(err) && !again(err) || try >= 5 || s.closed.Load() || !pause(ctx, backoff(try)) {
			return explain(s.orClosed(err))
		}
	}
}

// querier is a connection or a pool.
type querier interface {
	Query(ctx context.Context, q string, args ...any) (pgx.Rows, error)
}

func (s *Store) query(ctx context.Context, db querier, f func(rows pgx.Rows) error, q string, args ...any) error {
	rows, err := db.Query(ctx, q, args...)
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

func (s *Store) orClosed(err error) error {
	if err != nil && s.closed.Load() {
		return errors.Join(store.ErrClosed, err)
	}
	return err
}

// backoff is the pause after a number of failed tries.
func backoff(try int) time.Duration {
	return min(20*time.Millisecond<<min(try, 5), 500*time.Millisecond)
}

// pause waits and says whether ctx still lasts.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
