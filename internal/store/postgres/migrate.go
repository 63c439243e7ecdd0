package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

// migrations are applied in the order of their numbers, each in one transaction. They only go
// forward: a released file never changes. The first line of each says "-- needs: N": programs
// that know the schema up to version N or higher can work beside it, so that nodes of two
// releases share a database while one replaces the other.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is held by whoever migrates (an advisory lock of the database).
const migrationLock = 0x6d656469616761 // "mediaga"

// migration is one step of the schema.
type migration struct {
	name    string
	version int
	needs   int
	sql     string
}

func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted by name
	if err != nil {
		return nil, err
	}
	var all []migration
	for i, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		m := migration{name: name, version: i + 1, sql: string(data)}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		if n, err := strconv.Atoi(number); err != nil || n != m.version {
			return nil, fmt.Errorf("migration %q: want number %d", name, m.version)
		}
		line, _, _ := strings.Cut(m.sql, "\n")
		if m.needs, err = strconv.Atoi(strings.TrimPrefix(line, "-- needs: ")); err != nil || m.needs > m.version {
			return nil, fmt.Errorf("migration %q: the first line is no \"-- needs: N\"", name)
		}
		all = append(all, m)
	}
	return all, nil
}

// Schema is how a database stands.
type Schema struct {
	Version int // of the database; 0 is an empty one
	Known   int // the newest that this program makes
	Needs   int // what a program has to know at least to use the database
}

func (s *Store) migrate(ctx context.Context) error {
	all, err := readMigrations(migrations)
	if err != nil {
		return err
	}
	return migrateTo(ctx, s.reader.Config().ConnConfig, all)
}

// migrateTo brings the schema to the newest version in all. Processes that do so at one time take turns.
func migrateTo(ctx context.Context, config *pgx.ConnConfig, all []migration) error {
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if sc, err := schemaOf(ctx, c, len(all)); err == nil && sc.Version == len(all) {
		return nil // what every start but the first finds
	}
	if _, err := c.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return err
	}
	// Closing the connection gives the lock back.
	if _, err := c.Exec(ctx, `CREATE TABLE IF NOT EXISTS schema_version (
		version integer PRIMARY KEY, needs integer NOT NULL, applied timestamptz NOT NULL DEFAULT now())`); err != nil {
		return err
	}
	sc, err := schemaOf(ctx, c, len(all))
	if err != nil {
		return err
	}
	if sc.Needs > sc.Known {
		return fmt.Errorf("the database has schema version %d, which programs that know version %d can use; this one knows up to %d: "+
			"it was written by a newer release", sc.Version, sc.Needs, sc.Known)
	}
	for _, m := range all[min(sc.Version, len(all)):] {
		if err := apply(ctx, c, m); err != nil {
			return fmt.Errorf("migration %q: %w", m.name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, c *pgx.Conn, m migration) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		// Who waits for a lock keeps everybody waiting who comes after: rather fail and be started again.
		if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '10s'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, m.sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO schema_version (version, needs) VALUES ($1, $2)`, m.version, m.needs)
		return err
	})
}

// schemaOf reads how the database stands.
func schemaOf(ctx context.Context, c interface {
	QueryRow(ctx context.Context, q string, args ...any) pgx.Row
}, known int) (Schema, error) {
	sc := Schema{Known: known}
	err := c.QueryRow(ctx, `SELECT coalesce(max(version), 0), coalesce(max(needs), 0) FROM schema_version`).Scan(&sc.Version, &sc.Needs)
	return sc, err
}

// State is what Look finds.
type State struct {
	Schema   Schema
	Settings store.Settings
	Nodes    []store.Node // that are alive by the database's clock
}

// Look tells how the database at url stands, without changing anything. It fails with store.ErrUnsafe
// as Check does; what was found is then filled in all the same.
func Look(ctx context.Context, url string) (State, error) {
	var st State
	config, err := parse(url)
	if err != nil {
		return st, err
	}
	if st.Schema, err = status(ctx, config.ConnConfig); err != nil {
		return st, explain(err)
	}
	s := &Store{log: slog.New(slog.DiscardHandler)}
	defer s.shut()
	s.life, s.end = context.WithCancel(ctx)
	if s.reader, err = connect(ctx, config, 1, nil); err != nil {
		return st, err
	}
	s.writer = s.reader
	if st.Schema.Version > 0 && st.Schema.Needs <= st.Schema.Known {
		if err := s.clock.set(ctx, s.reader); err != nil {
			return st, err
		}
		if st.Nodes, err = s.ListNodes(ctx, s.Clock()); err != nil {
			return st, err
		}
	}
	st.Settings, err = s.Check(ctx)
	return st, err
}

// Migrate brings the schema of the database at url up to date, as Open does, and tells how it stands.
func Migrate(ctx context.Context, url string) (Schema, error) {
	s, err := Open(ctx, url, Options{Quiet: true})
	if err != nil {
		return Schema{}, err
	}
	defer s.Close()
	return status(ctx, s.config)
}

func status(ctx context.Context, config *pgx.ConnConfig) (Schema, error) {
	all, err := readMigrations(migrations)
	if err != nil {
		return Schema{}, err
	}
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return Schema{}, err
	}
	defer c.Close(context.WithoutCancel(ctx))
	sc, err := schemaOf(ctx, c, len(all))
	if code(err) == "42P01" { // no such table
		return Schema{Known: len(all)}, nil
	}
	return sc, err
}
