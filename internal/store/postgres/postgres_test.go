package postgres

import (
	"flag"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/storetest"
	"github.com/mediagauge/mediagauge/internal/testpg"
)

func TestMain(m *testing.M) {
	// Every random sequence begins with an empty schema, which takes a while; -rapid.checks asks for more.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
	os.Exit(testpg.Tests{M: m}.Run())
}

// newURL returns the address of a new database.
func newURL(t testing.TB) string {
	t.Helper()
	if err := testpg.Installed(); err != nil {
		t.Skip(err)
	}
	url, err := testpg.URL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// openAt opens a store and closes it when the test ends.
func openAt(t testing.TB, url string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return openAt(t, newURL(t), Options{}) })
}
