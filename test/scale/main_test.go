// Package scale measures the queue over both stores, and shows that what is known to ruin such queues
// does not. What takes minutes runs only when the environment asks; see the targets bench, soak and growth.
package scale

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
	"github.com/mediagauge/mediagauge/internal/testpg"
	"github.com/mediagauge/mediagauge/test/scale/load"
)

func TestMain(m *testing.M) { os.Exit(testpg.Tests{M: m}.Run()) }

// opener opens a fresh store.
type opener func(tb testing.TB) store.Store

func openSQLite(tb testing.TB) store.Store {
	s, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func openPostgres(tb testing.TB) store.Store {
	if err := testpg.Installed(); err != nil {
		tb.Skip(err)
	}
	url, err := testpg.URL(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	s, err := postgres.Open(tb.Context(), url, postgres.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// stores are what every benchmark runs on.
var stores = []struct {
	name string
	open opener
}{{"sqlite", openSQLite}, {"postgres", openPostgres}}

// start runs a load over s until the test ends.
func start(tb testing.TB, s store.Store, o load.Options) *load.Rig {
	tb.Helper()
	r, err := load.Start(s, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		r.Stop()
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return r
}

func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
