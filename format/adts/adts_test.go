package adts_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/adts"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, adts.Format, "testdata") }

// FuzzADTS: an answer that does not contradict itself, or a typed error.
func FuzzADTS(f *testing.F) { probetest.Fuzz(f, adts.Format, generated+"adts-*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestRules: damage, a source of unknown length, and frames that are not whole.
func TestRules(t *testing.T) {
	file := load(t, "adts-44.aac")
	damaged := bytes.Clone(file)
	copy(damaged[876:], "\x00\x00\x00\x00\x00\x00\x00\x00")
	probetest.HoldRule(t, adts.Format, "damage", damaged, elementary.RuleDamage)
	o := probetest.Probe(probe.New(adts.Format), unsized{probe.NewBytes(file)}, probe.Limits{})
	if probe.RuleOf(o.Err) != elementary.RuleUnknownSize {
		t.Errorf("unknown size: %v", o.Err)
	}
}

func BenchmarkADTS(b *testing.B) {
	data := load(b, "adts-44.aac")
	p := probe.New(adts.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
