package ac3_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/ac3"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) {
	t.Run("ac3", func(t *testing.T) { probetest.Run(t, ac3.AC3, "testdata/ac3") })
	t.Run("eac3", func(t *testing.T) { probetest.Run(t, ac3.EAC3, "testdata/eac3") })
}

// FuzzAC3 and FuzzEAC3: an answer that does not contradict itself, or a typed error.
func FuzzAC3(f *testing.F)  { probetest.Fuzz(f, ac3.AC3, generated+"ac3-*") }
func FuzzEAC3(f *testing.F) { probetest.Fuzz(f, ac3.EAC3, generated+"eac3-*") }

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
	file := load(t, "ac3-51.ac3")
	damaged := bytes.Clone(file)
	copy(damaged[6144:], "\x00\x00\x00\x00\x00\x00\x00\x00")
	probetest.HoldRule(t, ac3.AC3, "damage", damaged, elementary.RuleDamage)
	tagged := append([]byte("ID3\x04\x00\x00\x00\x00\x00\x0dTIT2\x00\x00\x00\x03\x00\x00\x03Hi"), file...)
	probetest.HoldRule(t, ac3.AC3, "tags", tagged, "tags")
	stereo, end := load(t, "ac3-44-stereo.ac3"), 0
	if _, err := elementary.AC3.Walk(stereo, func(at int, _ elementary.Frame, _ bool) bool { end = at; return at < 8000 }); err != nil {
		t.Fatal(err)
	}
	probetest.HoldRule(t, ac3.AC3, "two rates", append(stereo[:end], load(t, "ac3-mono.ac3")...), "vbr")
	o := probetest.Probe(probe.New(ac3.AC3), unsized{probe.NewBytes(file)}, probe.Limits{})
	if probe.RuleOf(o.Err) != elementary.RuleUnknownSize {
		t.Errorf("unknown size: %v", o.Err)
	}
}

func BenchmarkAC3(b *testing.B) {
	data := load(b, "ac3-51.ac3")
	p := probe.New(ac3.AC3)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
