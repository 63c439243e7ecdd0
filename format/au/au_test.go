package au_test

import (
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/au"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, au.Format, "testdata") }

// FuzzAU: an answer that does not contradict itself, or a typed error.
func FuzzAU(f *testing.F) { probetest.Fuzz(f, au.Format, "../../testdata/generated/files/*.au") }

func BenchmarkAU(b *testing.B) {
	data, err := os.ReadFile("../../testdata/generated/files/au-s16be.au")
	if err != nil {
		b.Fatal(err)
	}
	p := probe.New(au.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
