package amr_test

import (
	"bytes"
	"testing"

	"github.com/mediagauge/mediagauge/format/amr"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const sample = "../../testdata/media/files/audiofile__tests_assets_gs-16b-1c-8000hz.amr"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, amr.Format, "testdata") }

// FuzzAMR: an answer that does not contradict itself, or a typed error.
func FuzzAMR(f *testing.F) { probetest.Fuzz(f, amr.Format, sample) }

func frames(head string, frame ...[]byte) []byte {
	return append([]byte(head), bytes.Join(frame, nil)...)
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	full := append([]byte{0x3c}, make([]byte, 31)...)
	silence := append([]byte{0x44}, make([]byte, 5)...)
	good := frames("#!AMR\n", full, full)
	for rule, file := range map[string][]byte{
		"":                        good,
		"channels":                frames("#!AMR_MC1.0\n", full),
		"modes":                   frames("#!AMR\n", full, silence),
		elementary.RuleFirstFrame: frames("#!AMR\n", full[:9]),
	} {
		probetest.HoldRule(t, amr.Format, rule, file, rule)
	}
	if o := probetest.Probe(probe.New(amr.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != elementary.RuleUnknownSize {
		t.Errorf("unknown size: %v", o.Err)
	}
}

// TestWide: the frames of the wide form are longer.
func TestWide(t *testing.T) {
	o := probetest.HoldRule(t, amr.Format, "wide", frames("#!AMR-WB\n", append([]byte{0x44}, make([]byte, 60)...)), "")
	if tr := o.Info.Tracks[0]; tr.Codec.Name != "amr_wb" || tr.Audio.SampleRate != 16000 || tr.BitRate != 24000 {
		t.Errorf("%+v", tr)
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }
