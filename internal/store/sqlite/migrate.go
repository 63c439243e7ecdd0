package sqlite

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// migrations are applied in the order of their numbers, each in one transaction. They only go
// forward: a released file never changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema to the newest version.
func migrate(c *conn, files fs.FS, now func() time.Time) error {
	if err := c.script(`CREATE TABLE IF NOT EXISTS schema_version (
		version INTEGER PRIMARY KEY, applied_us INTEGER NOT NULL) STRICT`); err != nil {
		return err
	}
	have, _, err := c.scalar(`SELECT coalesce(max(version), 0) FROM schema_version`)
	if err != nil {
		return err
	}
	names, err := fs.Glob(files, "migrations/*.sql") // sorted by name
	if err != nil {
		return err
	}
	if have > int64(len(names)) {
		return fmt.Errorf("database has schema version %d, this program knows up to %d: "+
			"it was written by a newer release", have, len(names))
	}
	for i, name := range names {
		version, err := migrationVersion(name)
		if err != nil {
			return err
		}
		if version != int64(i+1) {
			return fmt.Errorf("migration %q: want number %d", name, i+1)
		}
		if version <= have {
			continue
		}
		if err := apply(c, files, name, version, now()); err != nil {
			return fmt.Errorf("migration %q: %w", name, err)
		}
	}
	return nil
}

// Version tells the schema version of the database at path, without changing it, and the newest that this
// program makes.
func Version(ctx context.Context, path string) (have, known int, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, 0, err
	}
	db, err := openReaders(path)
	if err != nil {
		return 0, len(names), err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&have)
	return have, len(names), err
}

func migrationVersion(name string) (int64, error) {
	number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
	v, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("migration %q: no number: %w", name, err)
	}
	return v, nil
}

func apply(c *conn, files fs.FS, name string, version int64, now time.Time) error {
	sql, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if _, err := c.exec(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	err = c.script(string(sql))
	if err == nil {
		_, err = c.exec(`INSERT INTO schema_version (version, applied_us) VALUES (?, ?)`, version, now.UnixMicro())
	}
	if err == nil {
		_, err = c.exec(`COMMIT`)
	}
	if err != nil {
		c.rollback()
	}
	return err
}
