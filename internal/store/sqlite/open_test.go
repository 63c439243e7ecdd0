package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	set, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "page_size": "8192",
		"cache_size": "-65536", "busy_timeout": "5000", "file_mode": "0600"}
	if set.Engine != "sqlite" || !recent(set.Version) || fmt.Sprint(set.Values) != fmt.Sprint(want) {
		t.Errorf("settings are %+v, want %v", set, want)
	}
}

func TestWeakSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for _, tune := range []string{`PRAGMA synchronous = NORMAL`, `PRAGMA synchronous = OFF`, `PRAGMA journal_mode = DELETE`} {
		s, err := Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), Options{tune: tune})
		if !errors.Is(err, store.ErrUnsafe) {
			t.Errorf("%s: error %v, want %v", tune, err, store.ErrUnsafe)
		}
		if err == nil {
			s.Close()
		}
	}
}

func TestOldVersions(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"3.51.2": false, "3.50.9": false, "2.99.99": false, "3.7.0": false, "": false, "3.x.1": false,
		"3.51.3": true, "3.51.10": true, "3.52.0": true, "4.0.0": true, "3.54.1": true,
	} {
		if recent(version) != want {
			t.Errorf("version %q is recent: %t, want %t", version, recent(version), want)
		}
		if err := judge(store.Settings{Version: version, Values: map[string]string{"journal_mode": "wal", "synchronous": "2"}}, 0o600); (err == nil) != want {
			t.Errorf("version %q: %v", version, err)
		}
	}
}

func TestFileModes(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	newPipeline(t, s, "p")
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		st, err := os.Stat(s.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if st.Mode().Perm() != 0o600 {
			t.Errorf("file %q has mode %04o", suffix, st.Mode().Perm())
		}
	}
	if err := os.Chmod(s.path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context()); !errors.Is(err, store.ErrUnsafe) {
		t.Errorf("a file that others can read gives %v, want %v", err, store.ErrUnsafe)
	}
	if err := os.Chmod(s.path, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSecondOpenFails(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	start := time.Now()
	_, err := Open(t.Context(), s.path, Options{})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in use by another process (pid %d", os.Getpid())) {
		t.Fatalf("error %v", err)
	}
	if waited := time.Since(start); waited > 2*time.Second { // well under the busy timeout
		t.Errorf("it took %v to say so", waited)
	}
	newPipeline(t, s, "still works")
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b.db", "a?mode=memory.db", "a%20b.db", "a#b.db", "日本.db"} {
		path := filepath.Join(t.TempDir(), name)
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		newPipeline(t, s, "p")
		if err := s.Close(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if st, err := os.Stat(path); err != nil || st.Size() == 0 {
			t.Errorf("%q was not written: %v", name, err)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "absent", "x.db"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent folder gives %v", err)
	}
}

func TestNotADatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds the lock free again
		if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "not a database") {
			t.Fatalf("error %v", err)
		}
	}
}

// A store that is opened again has everything and goes on.
func TestReopen(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "test.db")
	var ids job.IDs
	var p job.Pipeline
	now := time.Now()
	for round := range 4 {
		s, err := Open(ctx, path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			p = newPipeline(t, s, "p")
		}
		node, err := s.RegisterNode(ctx, store.Node{Name: "n", Until: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			errs, err := s.Submit(ctx, []store.NewJob{{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5}})
			if err != nil || errs[0] != nil {
				t.Fatal(err, errs)
			}
		}
		claimed, err := s.Claim(ctx, store.ClaimRequest{Node: node, Want: []store.Quota{{PipelineNo: p.No, Max: 2}}, Max: 2, Now: now, Deadline: now.Add(time.Hour)})
		if err != nil || len(claimed) != 2 {
			t.Fatal(err, claimed)
		}
		ok, err := s.Complete(ctx, node, []store.Completion{{Key: claimed[0].Key, State: job.Succeeded, Finished: now}})
		if err != nil || !ok[0] {
			t.Fatal(err, ok)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.List(ctx, 1, job.Filter{}, job.ID{}, 100)
	if err != nil || len(rows) != 12 {
		t.Fatalf("%d jobs, %v, want 12", len(rows), err)
	}
	if done, err := s.List(ctx, 1, job.Filter{States: job.States(job.Succeeded)}, job.ID{}, 100); err != nil || len(done) != 4 {
		t.Fatalf("%d jobs done, %v, want 4", len(done), err)
	}
}

// migrated runs migrations on a bare connection.
func migrated(t *testing.T, path string, files fs.FS) error {
	t.Helper()
	c, err := connect(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	return migrate(c, files, time.Now)
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	released, err := fs.ReadFile(migrations, "migrations/0001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	one := &fstest.MapFile{Data: released}
	file := func(sql string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(sql)} }
	path := filepath.Join(t.TempDir(), "test.db")
	if err := create(path); err != nil {
		t.Fatal(err)
	}

	broken := fstest.MapFS{"migrations/0001_init.sql": one,
		"migrations/0002_more.sql": file(`CREATE TABLE more (x INTEGER); INSERT INTO absent VALUES (1);`)}
	if err := migrated(t, path, broken); err == nil || !strings.Contains(err.Error(), "0002_more.sql") {
		t.Fatalf("a broken migration gives %v", err)
	}
	mended := fstest.MapFS{"migrations/0001_init.sql": one,
		"migrations/0002_more.sql": file(`CREATE TABLE more (x INTEGER); INSERT INTO more VALUES (1);`)}
	for range 2 { // the first statement of the broken one was undone; the second run does nothing
		if err := migrated(t, path, mended); err != nil {
			t.Fatal(err)
		}
	}
	gap := fstest.MapFS{"migrations/0001_init.sql": one, "migrations/0003_gap.sql": file(``)}
	if err := migrated(t, path, gap); err == nil || !strings.Contains(err.Error(), "want number 2") {
		t.Fatalf("a gap gives %v", err)
	}
	ours, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for n := 3; n <= len(ours)+1; n++ { // one more than this program knows
		mended[fmt.Sprintf("migrations/%04d_more.sql", n)] = file(``)
	}
	if err := migrated(t, path, mended); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "newer release") {
		t.Fatalf("a newer schema gives %v", err)
	}
}
