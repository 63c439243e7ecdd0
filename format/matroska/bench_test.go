package matroska_test

import (
	"testing"

	"github.com/mediagauge/mediagauge/format/matroska"
	"github.com/mediagauge/mediagauge/probe"
)

// BenchmarkProbe is one whole answer out of memory.
func BenchmarkProbe(b *testing.B) {
	for _, s := range samples(b) {
		if _, _, err := run(b.Context(), s.data); err != nil {
			continue
		}
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			src := probe.NewBytes(s.data)
			for b.Loop() {
				r := probe.NewReader(b.Context(), src, probe.Limits{})
				if _, err := matroska.Format.Probe(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
