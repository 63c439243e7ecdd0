package dts

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// packetCases hold the heads of access units and what ffprobe 5.1.9 says of the whole in Matroska
// or MP4. The core frames are ffmpeg's, those of DTS Express from players' test files.
var packetCases = []struct {
	name, packet, want string
	bitRate            int
}{
	{"stereo", "7ffe8001fc3c3ff0b5e001380003ef7fe006db1e", "dts DTS fltp 48000 2 stereo -", 768000},
	{"5.1(side)", "7ffe8001fc3c75b276c005380009ef7bdeffffff", "dts DTS fltp 48000 6 5.1(side) -", 1411200},
	{"mono", "7ffe8001fc3c7ff022c001380001ef836ffffff4", "dts DTS fltp 44100 1 mono -", 1411200},
	{"quad(side)", "7ffe8001fc3c45b221e001380007ef7bdffffe00", "dts DTS fltp 44100 4 quad(side) -", 768000},
	{"5.0(side)", "7ffe8001fc3c5ff24de001380009ef7bdeffffff", "dts DTS fltp 32000 5 5.0(side) -", 768000},
	{"24 kHz", "7ffe8001fc3c3570b12001380003ef7fe006db7f", "dts DTS fltp 24000 2 stereo -", 320000},
	{"encoder's sample", "7ffe8001fc3c3ff275e0053b80098c63189ce7398000ffed", "dts DTS fltp 48000 6 5.1(side) -", 768000},
	{"harmless extension", "7ffe8001fc3c3ff0b5e031380003ef7fe006db1e", "dts DTS fltp 48000 2 stereo -", 768000},
	{"Express 5.1(side)", "64582025000361fffb808083f8c1005f0169e08fe3800000000094d5 0a801921020c0f0001081755e0cbe0cb840fcfa5", "dts DTS Express fltp 48000 6 5.1(side) -", 379872},
	{"Express stereo", "64582025000360fffb808081f8c1003f0070810fc700000000008c9c 0a801921020c020001081422e0dde0dd8407cfb6", "dts DTS Express fltp 48000 2 stereo -", 187872},
}

func TestParsePacket(t *testing.T) {
	t.Parallel()
	for _, c := range packetCases {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePacket(soundtest.Bytes(t, c.packet))
			if err != nil {
				t.Fatal(err)
			}
			var track media.Track
			p.Describe(&track)
			if got := soundtest.Words(&track); got != c.want || p.Doubt() != "" || p.BitRate() != c.bitRate {
				t.Errorf("got %q, doubt %q, %d bit/s; want %q", got, p.Doubt(), p.BitRate(), c.want)
			}
		})
	}
}

func TestSubstreamFields(t *testing.T) {
	t.Parallel()
	s, err := ParseSubstream(soundtest.Bytes(t, packetCases[8].packet))
	want := Substream{
		Size: 4096, HeaderSize: 28, StaticFields: true, Assets: 1, SampleRate: 48000, Channels: 6, BitDepth: 24,
		SpeakerMask: 15, Extensions: ExtensionLBR, ExpressAt: 28,
	}
	if err != nil || *s != want {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestDoubt(t *testing.T) {
	t.Parallel()
	core := func(kind string) string { return "7ffe8001fc3c3ff0b5e0" + kind + "380003ef7fe006db1e" }
	for _, c := range []struct{ name, packet, profile string }{
		{"rear centre", core("11"), "DTS-ES"},
		{"96 kHz", core("51"), "DTS 96/24"},
		{"more channels", core("d1"), "DTS-ES"},
		{"Master Audio", masterAudio, "DTS-HD MA"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePacket(soundtest.Bytes(t, c.packet))
			if err != nil {
				t.Fatal(err)
			}
			if p.Doubt() != RuleExtension || p.Profile() != c.profile || p.BitRate() != 0 {
				t.Errorf("doubt %q, profile %q, %d bit/s", p.Doubt(), p.Profile(), p.BitRate())
			}
		})
	}
}

// masterAudio is a core frame and a substream without static fields whose asset is coded losslessly.
const masterAudio = "7ffe8001fc3c3ff0b5e001380003ef7fe006db1e 00*1004 64582025 00 00f007e0 1ffc 0040 10000000 00*64"

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, packet := range map[string]string{
		"nothing":                    "",
		"no sync":                    "7ffe8002fc3c3ff0b5e001380003ef7fe006db1e",
		"little-endian":              "fe7f01803cfcf03fe0b5380103007fefdb061edb",
		"cut off":                    "7ffe8001fc3c3ff0b5e00138",
		"short of samples":           "7ffe8001f83c3ff0b5e001380003ef7fe006db1e",
		"9 blocks":                   "7ffe8001fc203ff0b5e001380003ef7fe006db1e",
		"frame of 16":                "7ffe8001fc3c00f0b5e001380003ef7fe006db1e",
		"audio mode 10":              "7ffe8001fc3c3ff2b5e001380003ef7fe006db1e",
		"two channels for five":      "7ffe8001fc3c3ff275e001380003ef7fe006db1e",
		"sample rate 0":              "7ffe8001fc3c3ff081e001380003ef7fe006db1e",
		"substream cut off":          "64582025000361fffb8080",
		"Express without parameters": "64582025000361fffb808083f8c1005f0169e08fe3800000000094d5 0a801921010c0f0001081755e0cbe0cb840fcfa5",
		"Express of another version": "64582025000361fffb808083f8c1005f0169e08fe3800000000094d5 0a801921020c0f0001071755e0cbe0cb840fcfa5",
		"Express of no rate":         "64582025000361fffb808083f8c1005f0169e08fe3800000000094d5 0a80192102100f0001081755e0cbe0cb840fcfa5",
		"Express of no speakers":     "64582025000361fffb808083f8c1005f0169e08fe3800000000094d5 0a801921020c080001081755e0cbe0cb840fcfa5",
		"Express without its sync":   "64582025000361fffb808083f8c1005f0169e08fe3800000000094d5 0b801921020c0f0001081755e0cbe0cb840fcfa5",
		"header past the end":        "64582025001fe0000000 00*64",
	} {
		if p, err := ParsePacket(soundtest.Bytes(t, packet)); err == nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

// TestTrailer holds what follows a core frame to no account unless it is a substream.
func TestTrailer(t *testing.T) {
	t.Parallel()
	p, err := ParsePacket(soundtest.Bytes(t, packetCases[0].packet+" 00*1020"))
	if err != nil || p.Substream != nil || p.Doubt() != "" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func FuzzPacket(f *testing.F) {
	for _, c := range packetCases {
		f.Add(soundtest.Bytes(f, c.packet))
	}
	f.Add(soundtest.Bytes(f, masterAudio))
	soundtest.Fuzz(f, ParsePacket)
}

func BenchmarkParsePacket(b *testing.B) {
	packet := soundtest.Bytes(b, packetCases[8].packet)
	for b.Loop() {
		if _, err := ParsePacket(packet); err != nil {
			b.Fatal(err)
		}
	}
}
