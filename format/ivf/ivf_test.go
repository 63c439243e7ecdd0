package ivf_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/ivf"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

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

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, ivf.Format, "testdata") }

// FuzzIVF: an answer that does not contradict itself, or a typed error.
func FuzzIVF(f *testing.F) { probetest.Fuzz(f, ivf.Format, generated+"ivf-*") }

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good := load(t, "ivf-vp8.ivf")
	other, late, open := bytes.Clone(good), bytes.Clone(good), bytes.Clone(good)
	copy(other[8:], "HEVC")
	late[32+4] = 7
	copy(open[24:], "\x00\x00\x00\x00")
	files := map[string][]byte{"codec": other, "frame-rate": late, "no-duration": open}
	for rule := range ivf.Rules() {
		probetest.HoldRule(t, ivf.Format, rule, files[rule], rule)
	}
	if o := probetest.Probe(probe.New(ivf.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); o.Err != nil || o.Info.Size != 0 {
		t.Errorf("unknown size: %v", o.Text())
	}
}

func BenchmarkIVF(b *testing.B) {
	data := load(b, "ivf-vp8.ivf")
	p := probe.New(ivf.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
