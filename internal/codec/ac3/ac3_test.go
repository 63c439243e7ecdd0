package ac3

import (
	"bytes"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// packetCases hold the headers of frames that ffmpeg 5.1.9 wrote, bodies of zeros, and what
// ffprobe 5.1.9 says of the whole frames in Matroska. Dependent frames are made of independent
// ones.
var packetCases = []struct {
	name, packet, want string
	bitRate, size      int
}{
	{"5.1", "0b7746b31e40ebf8403eff99 00*1780", "ac3 - fltp 48000 6 5.1(side) -", 448000, 1792},
	{"44.1 kHz", "0b77bf48554043e106f575f0 00*824", "ac3 - fltp 44100 2 stereo -", 192000, 836},
	{"mono", "0b7702eb18402f84 00*8", "ac3 - fltp 48000 1 mono -", 256000, 1024},
	{"3.0", "0b779de618406be1 00*8", "ac3 - fltp 48000 3 3.0 -", 256000, 1024},
	{"2.1", "0b77f18b184047e1 00*8", "ac3 - fltp 48000 3 2.1 -", 256000, 1024},
	{"3.0(back)", "0b77d3aa18408be1 00*8", "ac3 - fltp 48000 3 3.0(back) -", 256000, 1024},
	{"quad(side)", "0b772f551840cbe1 00*8", "ac3 - fltp 48000 4 quad(side) -", 256000, 1024},
	{"4.0", "0b7722321840aaf8 00*8", "ac3 - fltp 48000 4 4.0 -", 256000, 1024},
	{"4.1", "0b775b231840abf8 00*8", "ac3 - fltp 48000 5 4.1 -", 256000, 1024},
	{"3.1", "0b776d9618406fe1 00*8", "ac3 - fltp 48000 4 3.1 -", 256000, 1024},
	{"5.0(side)", "0b77028d1840eaf8 00*8", "ac3 - fltp 48000 5 5.0(side) -", 256000, 1024},
	{"dual mono", "0b77bf48554003e106f575f0 00*8", "ac3 - fltp 44100 2 stereo -", 192000, 836},
	{"E-AC-3", "0b7702ff3f87c00020400000 00*1524", "eac3 - fltp 48000 6 5.1(side) -", 384000, 1536},
	{"E-AC-3 stereo", "0b77017f3487c00020000000 00*756", "eac3 - fltp 48000 2 stereo -", 192000, 768},
	{"7.1", "0b7702ff3f87c00020400000 00*1524 0b7741813487d02000001042 00*800", "eac3 - fltp 48000 8 7.1 -", 577000, 1536},
	{"7.1(wide-side)", "0b7702ff3f87c00020400000 00*1524 0b7741813487d04000001042 00*800", "eac3 - fltp 48000 8 7.1(wide-side) -", 577000, 1536},
	{"6.1", "0b7702ff3f87c00020400000 00*1524 0b7741813487d01000001042 00*800", "eac3 - fltp 48000 7 6.1 -", 577000, 1536},
	{"heights", "0b7702ff3f87c00020400000 00*1524 0b7741813487d00100001042 00*800", "eac3 - fltp 48000 8 8 channels (FL+FR+FC+LFE+SL+SR+TFL+TFR) -", 577000, 1536},
	{"second LFE", "0b7702ff3f87c00020400000 00*1524 0b7741813487d00020001042 00*800", "eac3 - fltp 48000 7 7 channels (FL+FR+FC+LFE+SL+SR+LFE2) -", 577000, 1536},
	{"dependent without a map", "0b7702ff3f87c00020400000 00*1524 0b7741813487c00010421084 00*800", "eac3 - fltp 48000 6 5.1(side) -", 577000, 1536},
	{"AC-3 with a dependent", "0b7746b31e40ebf8403eff99 00*1780 0b7741813487d02000001042 00*800", "eac3 - fltp 48000 8 7.1 -", 641000, 1792},
	{"second independent", "0b7702ff3f87c00020400000 00*1524 0b77097f3487c00020000000 00*756", "eac3 - fltp 48000 6 5.1(side) -", 384000, 1536},
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
			if got := soundtest.Words(&track); got != c.want || p.BitRate != c.bitRate || p.FrameSize != c.size || p.Samples() != 1536 {
				t.Errorf("got %q at %d bit/s, %d bytes, %d samples; want %q", got, p.BitRate, p.FrameSize, p.Samples(), c.want)
			}
		})
	}
}

func TestParsePacketRefuses(t *testing.T) {
	t.Parallel()
	for name, packet := range map[string]string{
		"nothing":             "",
		"no sync":             "0b7646b31e40ebf8403eff99",
		"cut off":             "0b7746b31e40",
		"sample rate code 3":  "0b7746b3de40ebf8403eff99",
		"frame size code 38":  "0b7746b32640ebf8403eff99",
		"bsid 17":             "0b7746b31e88ebf8403eff99",
		"reserved type":       "0b77c2ff3f87c00020400000",
		"reserved half rate":  "0b7702fffc87c00020400000",
		"frame of two bytes":  "0b7700003f87c00020400000",
		"map of four for two": "0b7702ff3f87c00020400000 00*1524 0b7741813487d1a000001042 00*800",
		"other rate":          "0b7702ff3f87c00020400000 00*1524 0b7741817487d02000001042 00*800",
		"other block count":   "0b7702ff3f87c00020400000 00*1524 0b7741812487d02000001042 00*800",
	} {
		if p, err := ParsePacket(soundtest.Bytes(t, packet)); err == nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

func TestHalvedRates(t *testing.T) {
	t.Parallel()
	f, err := ParseFrame([]byte{0x0b, 0x77, 0, 0, 0x1e, 0x48, 0xeb, 0xf8}) // bsid 9
	if err != nil || f.SampleRate != 24000 || f.BitRate != 224000 {
		t.Errorf("AC-3: %+v, %v", f, err)
	}
	f, err = ParseFrame(soundtest.Bytes(t, "0b7702ffdf87c00020400000")) // fscod 3, fscod2 1
	if err != nil || f.SampleRate != 22050 || f.Samples() != 1536 {
		t.Errorf("E-AC-3: %+v, %v", f, err)
	}
}

var boxCases = []struct {
	name, box, want string
	enhanced        bool
}{
	{"dac3 5.1", "103de0", "ac3 - fltp 48000 6 5.1(side) -", false},
	{"dac3 stereo 44.1 kHz", "501140", "ac3 - fltp 44100 2 stereo -", false},
	{"dec3 5.1", "0c00 200f00", "eac3 - fltp 48000 6 5.1(side) -", true},
	{"dec3 7.1", "1400 200f02 02", "eac3 - fltp 48000 8 7.1 -", true},
	{"dec3 with objects", "1800 200f00 0110", "eac3 - fltp 48000 6 5.1(side) -", true},
	{"dec3 half rate", "0c00 e00f00", "eac3 - fltp - 6 5.1(side) -", true},
}

func TestBoxes(t *testing.T) {
	t.Parallel()
	for _, c := range boxCases {
		t.Run(c.name, func(t *testing.T) {
			var track media.Track
			data := soundtest.Bytes(t, c.box)
			if c.enhanced {
				e, err := ParseDec3(data)
				if err != nil {
					t.Fatal(err)
				}
				e.Describe(&track)
				if e.Atmos != (c.name == "dec3 with objects") {
					t.Errorf("objects: %v, complexity %d", e.Atmos, e.ComplexityIndex)
				}
			} else {
				a, err := ParseDac3(data)
				if err != nil {
					t.Fatal(err)
				}
				a.Describe(&track)
			}
			if got := soundtest.Words(&track); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for n := range data[:len(data)-2] {
				_, err1 := ParseDac3(data[:min(n, 2)])
				_, err2 := ParseDec3(data[:min(n, 4)])
				if err1 == nil || err2 == nil {
					t.Errorf("%d bytes are enough", n)
				}
			}
		})
	}
	for _, bad := range []string{"d03de0", "103fe0"} {
		if c, err := ParseDac3(soundtest.Bytes(t, bad)); err == nil {
			t.Errorf("%s: got %+v", bad, c)
		}
	}
}

func FuzzPacket(f *testing.F) {
	for _, c := range packetCases {
		f.Add(soundtest.Bytes(f, c.packet))
	}
	soundtest.Fuzz(f, ParsePacket)
}

func FuzzDec3(f *testing.F) {
	for _, c := range boxCases {
		f.Add(soundtest.Bytes(f, c.box))
	}
	soundtest.Fuzz(f, func(data []byte) (*EnhancedConfig, error) {
		if c, err := ParseDac3(data); err == nil {
			var track media.Track
			c.Describe(&track)
			if track.Audio.SampleRate == 0 || c.BitRate() == 0 {
				f.Errorf("dac3 %+v", c)
			}
		}
		return ParseDec3(data)
	})
}

// TestManyDependents holds a packet of nothing but dependent frames to the memory its bytes justify.
func TestManyDependents(t *testing.T) {
	frame := soundtest.Bytes(t, "0b7740063487d02000001042 00*2")
	packet := append(soundtest.Bytes(t, "0b7702ff3f87c00020400000 00*1524"), bytes.Repeat(frame, 100_000)...)
	if spent := soundtest.Spent(func() { _, _ = ParsePacket(packet) }); spent > 1<<20 {
		t.Errorf("%d bytes allocated", spent)
	}
}

func BenchmarkParsePacket(b *testing.B) {
	packet := soundtest.Bytes(b, packetCases[14].packet)
	for b.Loop() {
		if _, err := ParsePacket(packet); err != nil {
			b.Fatal(err)
		}
	}
}
