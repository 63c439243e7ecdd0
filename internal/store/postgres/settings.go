package postgres

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

// oldestServer is the first release that is supported, as server_version_num has it.
const oldestServer = 150000

// required are the settings without which an acknowledged write could be lost, and what they may be.
var required = []struct {
	name, remedy string
	safe         []string
}{
	{"fsync", "set fsync = on in postgresql.conf", []string{"on"}},
	{"full_page_writes", "set full_page_writes = on in postgresql.conf", []string{"on"}},
	{"synchronous_commit", "ALTER ROLE … SET synchronous_commit = on", []string{"on", "local", "remote_write", "remote_apply"}},
}

// Check reads the durability settings back as the connections that write see them.
func (s *Store) Check(ctx context.Context) (store.Settings, error) {
	set := store.Settings{Engine: "postgres", Values: map[string]string{}}
	err := s.query(ctx, s.writer, func(rows pgx.Rows) error {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		set.Values[name] = value
		return nil
	}, `SELECT name, setting FROM pg_settings WHERE name = ANY($1) UNION ALL SELECT 'in_recovery', pg_is_in_recovery()::text`,
		[]string{"server_version", "server_version_num", "fsync", "full_page_writes", "synchronous_commit", "max_connections", "data_checksums"})
	if err != nil {
		return store.Settings{}, fmt.Errorf("read settings: %w", explain(s.orClosed(err)))
	}
	set.Version = set.Values["server_version"]
	return set, judge(set)
}

// judge says whether the settings keep acknowledged writes.
func judge(set store.Settings) error {
	n, err := strconv.Atoi(set.Values["server_version_num"])
	if err != nil || n < oldestServer {
		return fmt.Errorf("%w: PostgreSQL %s is too old, want %d or newer", store.ErrUnsafe, set.Version, oldestServer/10000)
	}
	if set.Values["in_recovery"] == "true" {
		return fmt.Errorf("%w: this server is a standby and can only be read; give the address of the primary", store.ErrUnsafe)
	}
	for _, r := range required {
		got, safe := set.Values[r.name], false
		for _, v := range r.safe {
			safe = safe || got == v
		}
		if !safe {
			return fmt.Errorf("%w: %s is %q, with which a crash of the database loses acknowledged jobs: %s", store.ErrUnsafe, r.name, got, r.remedy)
		}
	}
	return nil
}
