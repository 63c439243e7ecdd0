package annexb_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/annexb"
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
func TestGolden(t *testing.T) {
	t.Run("h264", func(t *testing.T) { probetest.Run(t, annexb.H264, "testdata/h264") })
	t.Run("hevc", func(t *testing.T) { probetest.Run(t, annexb.HEVC, "testdata/hevc") })
	t.Run("mpeg", func(t *testing.T) { probetest.Run(t, annexb.MPEGVideo, "testdata/mpeg") })
}

// FuzzH264, FuzzHEVC and FuzzMPEG: an answer that does not contradict itself, or a typed error.
func FuzzH264(f *testing.F) { probetest.Fuzz(f, annexb.H264, generated+"es-*.264") }
func FuzzHEVC(f *testing.F) { probetest.Fuzz(f, annexb.HEVC, generated+"es-*.265") }
func FuzzMPEG(f *testing.F) { probetest.Fuzz(f, annexb.MPEGVideo, generated+"es-*.m?v") }

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	probetest.HoldRule(t, annexb.H264, "one picture", load(t, "es-one.264"), "one-picture")
	two := load(t, "es-mpeg2.m2v")
	probetest.HoldRule(t, annexb.MPEGVideo, "no picture", two[:12], "first-frame")
	long := append(load(t, "es-bframes.264")[:900], bytes.Repeat([]byte{0, 0, 1, 12, 0xff, 0xff}, 100_000)...) // filler
	probetest.HoldRule(t, annexb.H264, "late", long, "late-data")
	o := probetest.Probe(probe.New(annexb.MPEGVideo), unsized{probe.NewBytes(load(t, "es-mpeg1.m1v"))}, probe.Limits{})
	if probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

// TestHostile: floods of units.
func TestHostile(t *testing.T) {
	p := probe.New(annexb.MPEGVideo, annexb.H264, annexb.HEVC)
	for name, file := range map[string][]byte{
		"start codes":      bytes.Repeat([]byte{0, 0, 1}, 100_000),
		"parameter sets":   append(load(t, "es-bframes.264")[:60], bytes.Repeat([]byte{0, 0, 1, 0x68, 0xee, 0x80}, 50_000)...),
		"sequence headers": bytes.Repeat(load(t, "es-mpeg2.m2v")[:12], 20_000),
		"slices":           append(load(t, "es-bframes.264"), bytes.Repeat([]byte{0, 0, 1, 0x41, 0x9a, 0x80}, 50_000)...),
	} {
		o := probetest.Probe(p, probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 64<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkH264(b *testing.B) {
	data := load(b, "es-bframes.264")
	p := probe.New(annexb.H264)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
