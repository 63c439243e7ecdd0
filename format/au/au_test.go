package au_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mediagauge/mediagauge/format/au"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

func samples(tb testing.TB) [][]byte {
	tb.Helper()
	names, err := filepath.Glob("../../testdata/generated/files/*.au")
	if err != nil || len(names) == 0 {
		tb.Fatalf("no samples: %v", err)
	}
	var out [][]byte
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, au.Format, "testdata") }

// FuzzAU: an answer that does not contradict itself, or a typed error.
func FuzzAU(f *testing.F) {
	for _, b := range samples(f) {
		f.Add(b)
	}
	p := probe.New(au.Format)
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := probetest.Probe(p, probe.NewBytes(b), probe.Limits{}).Sound(); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkAU(b *testing.B) {
	data := samples(b)[0]
	p := probe.New(au.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
