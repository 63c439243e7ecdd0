package subtitle_test

import (
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/subtitle"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

var formats = map[string]probe.Format{"srt": subtitle.SRT, "vtt": subtitle.WebVTT, "ass": subtitle.ASS, "ttml": subtitle.TTML}

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) {
	for name, f := range formats {
		t.Run(name, func(t *testing.T) { probetest.Run(t, f, "testdata/"+name) })
	}
}

// FuzzSRT, FuzzVTT, FuzzASS and FuzzTTML: an answer that does not contradict itself, or a typed error.
func FuzzSRT(f *testing.F)  { probetest.Fuzz(f, subtitle.SRT, generated+"subtitle-*.srt") }
func FuzzVTT(f *testing.F)  { probetest.Fuzz(f, subtitle.WebVTT, generated+"subtitle-*.vtt") }
func FuzzASS(f *testing.F)  { probetest.Fuzz(f, subtitle.ASS, generated+"subtitle-*.ass") }
func FuzzTTML(f *testing.F) { probetest.Fuzz(f, subtitle.TTML, generated+"subtitle-*.ttml") }

const tt = `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" ttp:frameRate="25" ttp:tickRate="100"><body><div>`

func probeText(text string) probetest.Outcome {
	return probetest.Probe(probe.New(subtitle.WebVTT, subtitle.ASS, subtitle.TTML, subtitle.SRT), probe.NewBytes([]byte(text)), probe.Limits{})
}

// TestDurations: the end of the last cue, however it is written.
func TestDurations(t *testing.T) {
	for text, want := range map[string]string{
		"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:02,5\r\nHi\r\n": "2.500000",
		"\xff\xfe1\x00\n\x000\x00:\x000\x001\x00:\x000\x000\x00,\x000\x000\x000\x00 \x00-\x00-\x00>\x00 \x000\x00:\x000\x002\x00:\x000\x000\x00,\x000\x000\x000\x00": "120.000000",
		"1\n100:00:01,000 --> 100:00:02,500\nHi\n": "360002.500000",
		"WEBVTT":                             "",
		"WEBVTT\n\n1:00.000 --> 2:00.001\nx": "120.001000",
		"WEBVTT\n\nno cue here 00:01.000 --> 00:02.000": "",
		"[Script Info]\nTitle: x\n\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Hi\nComment: 0,0:00:01.00,0:09:02.50,x": "2.500000",
		tt + `<p begin="00:00:01.000" end="00:00:02.250">x</p>`:                                                                         "2.250000",
		tt + `<p begin="1s" dur="1500ms">x</p><p end='0.5s'/>`:                                                                          "2.500000",
		tt + `<p begin="00:00:01:00" end="00:00:02:05">x</p>`:                                                                           "2.200000",
		tt + `<p begin="10t" end="250t">x</p><p end="62f">y</p>`:                                                                        "2.500000",
		tt + `<p begin="nonsense" end="-1s">x</p>`:                                                                                      "",
	} {
		o := probeText(text)
		if o.Err != nil || o.Info.Duration.String() != want {
			t.Errorf("%.60q: %v, want %q", text, o.Text(), want)
		}
	}
}

// TestNotSubtitles: text that only looks like them is nobody's.
func TestNotSubtitles(t *testing.T) {
	for _, text := range []string{
		"", "Hello", "WEBVTTX", "some prose\n1\n00:00:01,000 --> 00:00:02,500\n", "<html><body>ttml</body></html>", "00:00:01 --> 00:00:02",
		"<tt>no namespace</tt>",
	} {
		if o := probeText(text); o.Err == nil || probe.RuleOf(o.Err) != "" {
			t.Errorf("%.40q: %v", text, o.Text())
		}
	}
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	probetest.HoldRule(t, subtitle.WebVTT, "long", []byte("WEBVTT\n"+strings.Repeat("x", 5<<20)), "long-text")
	o := probetest.Probe(probe.New(subtitle.WebVTT), unsized{probe.NewBytes([]byte("WEBVTT"))}, probe.Limits{})
	if probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: texts of nothing but cues, and lines without end.
func TestHostile(t *testing.T) {
	for name, text := range map[string]string{
		"cues":       "WEBVTT\n" + strings.Repeat("00:01.000 --> 99:59.999\n", 100_000),
		"a line":     "1\n00:00:01,000 --> 00:00:02,500\n" + strings.Repeat("x", 3<<20),
		"spaces":     "1\n" + strings.Repeat(" ", 3000) + "00:00:01,000 --> 00:00:02,500\n" + strings.Repeat("\n ", 1<<20),
		"elements":   tt + strings.Repeat(`<p begin="1s" end="2s">`, 100_000),
		"attributes": tt + "<p " + strings.Repeat(`end="2s" `, 100_000) + ">",
		"numbers":    "1\n99999999999999999999:00:01,000 --> 99999999999999999999:00:02,500\n",
	} {
		o := probetest.ProbeWithin(1e9, probe.New(subtitle.WebVTT, subtitle.TTML, subtitle.SRT), probe.NewBytes([]byte(text)), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Elapsed > 1e9 || o.Allocated > 64<<20 {
			t.Errorf("%s: %s, %d MiB", name, o.Elapsed, o.Allocated>>20)
		}
	}
}
