package aac

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// configCases hold configurations and what ffprobe 5.1.9 says of them in MP4, before frames of LC
// without band replication; doubt is the rule by which other frames could change that.
var configCases = []struct{ name, config, want, doubt string }{
	{"LC", "1190", "aac LC fltp 48000 2 stereo -", ""},
	{"LC mono", "1188", "aac LC fltp 48000 1 mono -", ""},
	{"LC not replicated", "119056e500", "aac LC fltp 48000 2 stereo -", ""},
	{"Main", "0990", "aac Main fltp 48000 2 stereo -", ""},
	{"SSR", "1990", "aac SSR fltp 48000 2 stereo -", ""},
	{"LTP", "2190", "aac LTP fltp 48000 2 stereo -", ""},
	{"ER LC", "899000", "aac 16 fltp 48000 2 stereo -", ""},
	{"LD", "b99000", "aac LD fltp 48000 2 stereo -", ""},
	{"ELD", "f8e6400000", "aac ELD fltp 48000 2 stereo -", ""},
	{"3", "1198", "aac LC fltp 48000 3 3.0 -", ""},
	{"4", "11a0", "aac LC fltp 48000 4 4.0 -", ""},
	{"5", "11a8", "aac LC fltp 48000 5 5.0 -", ""},
	{"6", "11b0", "aac LC fltp 48000 6 5.1 -", ""},
	{"7", "11b8", "aac LC fltp 48000 8 7.1 -", ""},
	{"11", "11d8", "aac LC fltp 48000 7 6.1(back) -", ""},
	{"12", "11e0", "aac LC fltp 48000 8 7.1 -", ""},
	{"13", "11e8", "aac LC fltp 48000 24 22.2 -", ""},
	{"960", "1194", "aac LC fltp 48000 2 stereo -", ""},
	{"core coder", "11920000", "aac LC fltp 48000 2 stereo -", ""},
	{"7350 Hz", "1610", "aac LC fltp 7350 2 stereo -", RuleImplicitSBR},
	{"24 kHz", "1310", "aac LC fltp 24000 2 stereo -", RuleImplicitSBR},
	{"24 kHz, not replicated", "131056e500", "aac LC fltp 24000 2 stereo -", ""},
	{"same rate replicated", "131056e5b0", "aac LC fltp 24000 2 stereo -", RuleImplicitSBR},
	{"replicated", "2b118800", "aac LC fltp 48000 2 stereo -", RuleExplicitSBR},
	{"replicated mono", "2b098800", "aac LC fltp 48000 2 stereo -", RuleExplicitSBR},
	{"parametric stereo", "eb098800", "aac LC fltp 48000 2 stereo -", RuleExplicitSBR},
	{"compatible", "131056e598", "aac LC fltp 48000 2 stereo -", RuleExplicitSBR},
	{"compatible mono", "130856e598", "aac LC fltp 48000 2 stereo -", RuleExplicitSBR},
	{"compatible parametric stereo", "130856e59d4880", "aac LC fltp 48000 2 stereo -", RuleExplicitSBR},
	{"replicated at the same rate", "2b130800", "aac LC fltp 24000 2 stereo -", RuleExplicitSBR},
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	for _, c := range configCases {
		t.Run(c.name, func(t *testing.T) {
			config, err := ParseConfig(soundtest.Bytes(t, c.config))
			if err != nil {
				t.Fatal(err)
			}
			var track media.Track
			config.Describe(&track)
			if got := soundtest.Words(&track); config.Doubt() != c.doubt || got != c.want {
				t.Errorf("got %q, doubt %q; want %q, %q", got, config.Doubt(), c.want, c.doubt)
			}
		})
	}
}

// TestDescribeEmpty holds what ffprobe 5.1.9 says of tracks without frames.
func TestDescribeEmpty(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		"1190":     "aac - fltp 48000 2 stereo -",
		"eb098800": "aac - fltp 48000 2 stereo -",
	} {
		c, err := ParseConfig(soundtest.Bytes(t, config))
		if err != nil {
			t.Fatal(err)
		}
		var track media.Track
		c.DescribeEmpty(&track)
		if got := soundtest.Words(&track); got != want {
			t.Errorf("%s: got %q, want %q", config, got, want)
		}
	}
}

// refusedCases are configurations for which ffprobe 5.1.9 refuses the file; the parser itself refuses
// those without a rule.
var refusedCases = []struct{ name, config, rule string }{
	{"scalable", "3190", RuleUnsupported},
	{"TwinVQ", "3990", RuleUnsupported},
	{"ER LTP", "9990", RuleUnsupported},
	{"ER scalable", "a190", RuleUnsupported},
	{"USAC", "f94640", RuleUnsupported},
	{"reserved rate 13", "1690", RuleUnsupported},
	{"spelled rate", "1780562210", RuleUnsupported},
	{"replicated, cut off", "2b11", ""},
	{"no program config", "1180", RuleUnsupported},
	{"configuration 8", "11c0", RuleLayout},
	{"configuration 10", "11d0", RuleLayout},
	{"configuration 14", "11f0", ""},
	{"configuration 15", "11f8", ""},
	{"empty", "", ""},
	{"one byte", "11", ""},
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range refusedCases {
		t.Run(c.name, func(t *testing.T) {
			config, err := ParseConfig(soundtest.Bytes(t, c.config))
			if (err != nil) != (c.rule == "") {
				t.Fatalf("got %+v, %v", config, err)
			}
			if err == nil && (config.Refused() != c.rule || config.Doubt() != c.rule) {
				t.Errorf("refused by %q, doubt %q; want %q", config.Refused(), config.Doubt(), c.rule)
			}
		})
	}
}

func TestPS(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]Presence{
		"1308":           Implicit, // LC mono: the frames may bring it
		"1310":           Absent,   // stereo
		"0b88":           Absent,   // Main
		"eb098800":       Present,
		"130856e59d4880": Present,
		"130856e500":     Absent, // no band replication
	} {
		c, err := ParseConfig(soundtest.Bytes(t, config))
		if err != nil || c.PS != want {
			t.Errorf("%s: got %+v, %v; want %d", config, c, err, want)
		}
	}
}

func TestCodecName(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{"1190": "aac", "f84640": "mp3on4", "f88640": "mp4als", "f94640": "aac"} {
		c, err := ParseConfig(soundtest.Bytes(t, config))
		if err != nil || c.CodecName() != want {
			t.Errorf("%s: got %+v, %v; want %q", config, c, err, want)
		}
	}
}

// TestProgramLayout holds the layouts ffprobe makes of the elements a program config lists.
func TestProgramLayout(t *testing.T) {
	t.Parallel()
	single := func(p Position) Element { return Element{Position: p} }
	pair := func(p Position) Element { return Element{Position: p, Pair: true} }
	for _, c := range []struct {
		name     string
		elements []Element
		want     string
		ok       bool
	}{
		{"mono", []Element{single(Front)}, "mono", true},
		{"stereo", []Element{pair(Front)}, "stereo", true},
		{"two singles", []Element{single(Front), single(Front)}, "stereo", true},
		{"5.1 with back", []Element{single(Front), pair(Front), pair(Back), single(LFE)}, "5.1", true},
		{"5.1 with side", []Element{single(Front), pair(Front), pair(Side), single(LFE)}, "5.1(side)", true},
		{"7.1", []Element{single(Front), pair(Front), pair(Side), pair(Back), single(LFE)}, "7.1", true},
		{"two back pairs", []Element{single(Front), pair(Front), pair(Back), pair(Back), single(LFE)}, "7.1", true},
		{"two front pairs", []Element{single(Front), pair(Front), pair(Front), pair(Back), single(LFE)}, "7.1(wide)", true},
		{"back centre", []Element{single(Front), pair(Front), single(Back)}, "4.0", true},
		{"no elements", nil, "", false},
		{"single after a pair", []Element{pair(Front), single(Front)}, "", false},
		{"three LFE", []Element{pair(Front), single(LFE), single(LFE), single(LFE)}, "", false},
		{"four front pairs", []Element{pair(Front), pair(Front), pair(Front), pair(Front)}, "", false},
	} {
		mask, channels, ok := (&ProgramConfig{Elements: c.elements}).Layout()
		if ok != c.ok || ok && (mask.String() != c.want || channels != mask.Count()) {
			t.Errorf("%s: got %q of %d, %v; want %q", c.name, mask, channels, ok, c.want)
		}
	}
}

func TestParseADTS(t *testing.T) {
	t.Parallel()
	h, err := ParseADTS(soundtest.Bytes(t, "fff14c8024fffc")) // ffmpeg's
	want := ADTS{ProtectionAbsent: true, AudioObjectType: 2, SamplingFrequencyIndex: 3, SamplingFrequency: 48000,
		ChannelConfiguration: 2, FrameLength: 295, BufferFullness: 0x7ff, RawDataBlocks: 1}
	if err != nil || *h != want || h.HeaderSize() != 7 || h.Samples() != 1024 {
		t.Errorf("got %+v, %v", h, err)
	}
	var track media.Track
	h.Config().Describe(&track)
	if got := soundtest.Words(&track); got != "aac LC fltp 48000 2 stereo -" || h.Config().Doubt() != "" {
		t.Errorf("got %q, doubt %q", got, h.Config().Doubt())
	}
	for name, header := range map[string]string{
		"nothing": "", "cut off": "fff14c8024ff", "no sync": "ffe14c8024fffc", "layer": "fff34c8024fffc",
		"reserved rate": "fff1748024fffc", "shorter than its header": "fff14c8000dffc", "no room for the checksum": "fff04c80011ffc",
	} {
		if h, err := ParseADTS(soundtest.Bytes(t, header)); err == nil {
			t.Errorf("%s: got %+v", name, h)
		}
	}
}

func TestParseLOAS(t *testing.T) {
	t.Parallel()
	// One program of one layer: LC at 48 kHz, stereo.
	l, err := ParseLOAS(soundtest.Bytes(t, "56e010 20 00119000 00*8"))
	if err != nil || l.FrameLength != 19 || l.SubFrames != 1 || l.Config == nil {
		t.Fatalf("got %+v, %v", l, err)
	}
	l, err = ParseLOAS(soundtest.Bytes(t, "56e010 80 00*8"))
	if err != nil || l.Config != nil {
		t.Errorf("same configuration: got %+v, %v", l, err)
	}
	for name, data := range map[string]string{
		"nothing": "", "no sync": "57e010 20 00119000", "cut off": "56e010 20 00", "reserved version": "56e010 60 00119000",
		"two programs": "56e010 20 08119000 00*8",
	} {
		if l, err := ParseLOAS(soundtest.Bytes(t, data)); err == nil {
			t.Errorf("%s: got %+v, config %+v", name, l, l.Config)
		}
	}
}

func FuzzConfig(f *testing.F) {
	for _, c := range configCases {
		f.Add(soundtest.Bytes(f, c.config))
	}
	for _, c := range refusedCases {
		f.Add(soundtest.Bytes(f, c.config))
	}
	soundtest.Fuzz(f, func(data []byte) (*Config, error) {
		c, err := ParseConfig(data)
		if err == nil && (c.Doubt() == "") && c.Refused() != "" {
			f.Errorf("%+v is refused without doubt", c)
		}
		return c, err
	})
}

func FuzzStream(f *testing.F) {
	f.Add(soundtest.Bytes(f, "fff14c8024fffc"))
	f.Add(soundtest.Bytes(f, "56e010 20 00119000 00*8"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, err := ParseADTS(data); err == nil && (h.SamplingFrequency == 0 || h.FrameLength < h.HeaderSize()) {
			t.Fatalf("got %+v", h)
		}
		if l, err := ParseLOAS(data); err == nil && l.Config != nil {
			l.Config.Describe(&media.Track{})
		}
		if l, err := ParseStreamMuxConfig(data); err == nil && l.Config == nil {
			t.Fatal("no configuration and no error")
		}
	})
}

// TestLongSearch holds a configuration of a mebibyte without a sync extension to a linear search.
func TestLongSearch(t *testing.T) {
	data := append([]byte{0x11, 0x90}, make([]byte, 1<<20)...)
	if spent := soundtest.Spent(func() { _, _ = ParseConfig(data) }); spent > 1<<16 {
		t.Errorf("%d bytes allocated", spent)
	}
	if _, err := ParseConfig(nil); err != bits.ErrTruncated {
		t.Errorf("nothing: %v", err)
	}
}

func BenchmarkParseConfig(b *testing.B) {
	config := soundtest.Bytes(b, "130856e59d4880")
	for b.Loop() {
		if _, err := ParseConfig(config); err != nil {
			b.Fatal(err)
		}
	}
}
