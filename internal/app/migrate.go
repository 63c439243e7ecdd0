package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
	"github.com/mediagauge/mediagauge/internal/store/transfer"
)

// MigrateUp brings the schema of the settings' database up to date, as the next start would.
func MigrateUp(ctx context.Context, s Settings, w io.Writer) error {
	if s.Database != "" {
		sc, err := postgres.Migrate(ctx, s.Database)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "schema version %d\n", sc.Version)
		return err
	}
	path := filepath.Join(s.DataDir, databaseFile)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("no database yet: %w", err)
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	have, _, err := sqlite.Version(ctx, path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "schema version %d\n", have)
	return err
}

// MigrateStatus tells how the schema stands and changes nothing.
func MigrateStatus(ctx context.Context, s Settings, w io.Writer) error {
	var have, known int
	if s.Database != "" {
		st, err := postgres.Look(ctx, s.Database)
		if err != nil {
			return err
		}
		have, known = st.Schema.Version, st.Schema.Known
		if st.Schema.Needs > known {
			return fmt.Errorf("schema version %d is for programs that know version %d or newer; this one knows up to %d", have, st.Schema.Needs, known)
		}
	} else {
		path := filepath.Join(s.DataDir, databaseFile)
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("no database yet: %w", err)
		}
		var err error
		if have, known, err = sqlite.Version(ctx, path); err != nil {
			return err
		}
	}
	word := "up to date"
	switch {
	case have < known:
		word = fmt.Sprintf("%d behind: \"mediagauge migrate up\" or the next start brings it to %d", known-have, known)
	case have > known:
		word = fmt.Sprintf("newer than this program, which knows up to %d", known)
	}
	_, err := fmt.Fprintf(w, "schema version %d, %s\n", have, word)
	return err
}

// MigrateCopy moves what the data folder holds into an empty PostgreSQL database.
func MigrateCopy(ctx context.Context, s Settings, w io.Writer) error {
	if s.Database == "" {
		return fmt.Errorf("no target: set MEDIAGAUGE_DATABASE to the address of an empty PostgreSQL database")
	}
	counts, err := transfer.Copy(ctx, filepath.Join(s.DataDir, databaseFile), s.Database)
	if err != nil {
		return err
	}
	for _, c := range counts {
		fmt.Fprintf(w, "%-12s %d rows, compared\n", c.Table, c.Rows)
	}
	key := filepath.Join(s.DataDir, "master.key")
	_, err = fmt.Fprintf(w, "Give every node the master key that %s holds (MEDIAGAUGE_MASTER_KEY): without it the secrets do not open.\n", key)
	return err
}
