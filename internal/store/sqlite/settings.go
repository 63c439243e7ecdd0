package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/store"
)

// oldest is the first release without the WAL-reset bug, in which a checkpoint on one
// connection beside a write on another could lose committed rows (sqlite.org/wal.html, "The
// WAL-Reset Bug").
var oldest = [3]int{3, 51, 3}

// required are the settings without which an acknowledged write could be lost.
var required = []struct{ name, want string }{
	{"journal_mode", "wal"},
	{"synchronous", "2"}, // FULL: every commit syncs the log
}

// Check reads the settings back from the writer's connection and from the file system.
func (s *Store) Check(ctx context.Context) (store.Settings, error) {
	set := store.Settings{Engine: "sqlite", Values: map[string]string{}}
	err := s.writer.do(ctx, 1, func(c *conn) error {
		var err error
		if set.Version, err = c.text(`SELECT sqlite_version()`); err != nil {
			return err
		}
		for _, name := range []string{"journal_mode", "synchronous", "page_size", "cache_size", "busy_timeout"} {
			if set.Values[name], err = c.text(`PRAGMA ` + name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return store.Settings{}, err
	}
	mode, err := s.fileModes()
	if err != nil {
		return store.Settings{}, err
	}
	set.Values["file_mode"] = fmt.Sprintf("%04o", mode)
	return set, judge(set, mode)
}

// judge says whether the settings keep acknowledged writes and keep them private.
func judge(set store.Settings, mode fs.FileMode) error {
	if !recent(set.Version) {
		return fmt.Errorf("%w: SQLite %s may lose committed rows at a checkpoint, want %d.%d.%d or newer",
			store.ErrUnsafe, set.Version, oldest[0], oldest[1], oldest[2])
	}
	for _, r := range required {
		if got := set.Values[r.name]; got != r.want {
			return fmt.Errorf("%w: %s is %q, want %q", store.ErrUnsafe, r.name, got, r.want)
		}
	}
	if mode&0o077 != 0 {
		return fmt.Errorf("%w: the database file can be read by other users (mode %04o), want 0600",
			store.ErrUnsafe, mode)
	}
	return nil
}

// recent says whether version, such as "3.54.1", is oldest or newer.
func recent(version string) bool {
	var v [3]int
	for i, part := range strings.SplitN(version, ".", 3) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return false
		}
		v[i] = n
	}
	for i := range v {
		if v[i] != oldest[i] {
			return v[i] > oldest[i]
		}
	}
	return true
}

// fileModes returns the permission bits that any of the database's files has.
func (s *Store) fileModes() (fs.FileMode, error) {
	var mode fs.FileMode
	for _, suffix := range []string{"", "-wal", "-shm"} {
		st, err := os.Stat(s.path + suffix)
		if errors.Is(err, fs.ErrNotExist) && suffix != "" {
			continue
		}
		if err != nil {
			return 0, err
		}
		mode |= st.Mode().Perm()
	}
	return mode, nil
}
