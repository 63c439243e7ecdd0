package wave

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

const (
	base = "0000 0000 1000 8000 00aa00389b71"
	b    = "44ac0000 10b10200 0400 " // 44100 Hz, 176,400 byte/s, blocks of 4
)

// formatCases hold formats and what ffprobe 5.1.9 says of them as A_MS/ACM, but for what the codecs'
// own rooms add.
var formatCases = []struct{ name, format, want string }{
	{"PCM", "0100 0200 " + b + "1000", "pcm_s16le - - 44100 2 - -"},
	{"PCM with extra", "0100 0200 " + b + "1000 0000", "pcm_s16le - - 44100 2 - -"},
	{"14 bytes", "0100 0200 " + b, "pcm_u8 - - 44100 2 - -"},
	{"24 bits", "0100 0200 " + b + "1800 0000", "pcm_s24le - - 44100 2 - -"},
	{"12 bits", "0100 0200 " + b + "0c00 0000", "pcm_s16le - - 44100 2 - -"},
	{"64 bits", "0100 0200 " + b + "4000 0000", "pcm_s64le - - 44100 2 - -"},
	{"40 bits", "0100 0200 " + b + "2800 0000", "- - - 44100 2 - -"},
	{"float", "0300 0200 " + b + "2000 0000", "pcm_f32le - - 44100 2 - -"},
	{"float of 16", "0300 0200 " + b + "1000 0000", "- - - 44100 2 - -"},
	{"unknown tag", "0400 0200 " + b + "1000 0000", "- - - 44100 2 - -"},
	{"MS ADPCM", "0200 0200 " + b + "0400 2000 f401*16", "adpcm_ms - - 44100 2 - -"},
	{"IMA ADPCM of 8 bits", "1100 0200 " + b + "0800 0200 f901", "adpcm_zork - - 44100 2 - -"},
	{"WMA 2", "6101 0200 " + b + "1000 0a00 00220000 0f00 00*4", "wmav2 - - 44100 2 - -"},
	{"letters", "6f56 0200 " + b + "0000 0000", "vorbis - - 44100 2 - -"},
	{"letters in the other case", "4f76 0200 " + b + "0000 0000", "vorbis - - 44100 2 - -"},
	{"a number that looks like letters", "4101 0200 " + b + "1000 0000", "wmav2 - - 44100 2 - -"},
	{"extensible", "feff 0200 " + b + "1000 1600 1000 03000000 0100 " + base, "pcm_s16le - - 44100 2 stereo -"},
	{"extensible 5.1(side)", "feff 0600 " + b + "2000 1600 2000 0f060000 0300 " + base, "pcm_f32le - - 44100 6 5.1(side) -"},
	{"24 of 32 bits", "feff 0200 " + b + "2000 1600 1800 03000000 0100 " + base, "pcm_s24le - - 44100 2 stereo -"},
	{"0 valid bits", "feff 0200 " + b + "2000 1600 0000 03000000 0100 " + base, "pcm_s32le - - 44100 2 stereo -"},
	{"no mask", "feff 0200 " + b + "1000 1600 1000 00000000 0100 " + base, "pcm_s16le - - 44100 2 - -"},
	{"mask of three", "feff 0200 " + b + "1000 1600 1000 07000000 0100 " + base, "pcm_s16le - - 44100 2 - -"},
	{"AC-3 by identifier", "feff 0200 " + b + "2000 1600 0000 03000000 2c806de046dbcf11b4d100805f6cbbea", "ac3 - - 44100 2 stereo -"},
	{"E-AC-3 by identifier", "feff 0200 " + b + "2000 1600 0000 03000000 af87fba7022dfb42a4d405cd93843bdd", "eac3 - - 44100 2 stereo -"},
	{"unknown identifier", "feff 0200 " + b + "2000 1600 0000 03000000 0f*16", "- - - 44100 2 stereo -"},
	{"B-format", "feff 0200 " + b + "2000 1600 0000 03000000 03000000 2107d3118644c8c1ca000000", "pcm_f32le - - 44100 2 stereo -"},
	{"extensible without its part", "feff 0200 " + b + "1000 0000", "- - - 44100 2 - -"},
	{"extra longer than there is", "0100 0200 " + b + "1000 ffff 0102", "pcm_s16le - - 44100 2 - -"},
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range formatCases {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse(soundtest.Bytes(t, c.format))
			if err != nil {
				t.Fatal(err)
			}
			var track media.Track
			f.Describe(&track)
			if got := soundtest.Words(&track); got != c.want || f.BitRate() != 1411200 || f.BlockAlign != 4 || track.Kind != media.KindAudio {
				t.Errorf("got %q, %+v; want %q", got, f, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]string{
		"nothing":      "",
		"13 bytes":     "0100 0200 44ac0000 10b10200 04",
		"15 bytes":     "0100 0200 " + b + "10",
		"rate 0":       "0100 0200 00000000 10b10200 0400 1000",
		"rate 2^31":    "0100 0200 00000080 10b10200 0400 1000",
		"old Xbox XMA": "6501 0200 " + b + "1000 0000",
	} {
		if f, err := Parse(soundtest.Bytes(t, format)); (err == nil) != (name == "15 bytes") {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
	}
}

func TestExtra(t *testing.T) {
	t.Parallel()
	f, err := Parse(soundtest.Bytes(t, "6101 0200 "+b+"1000 0a00 00220000 0f00 00*4 ff*9"))
	if err != nil || len(f.Extra) != 10 || f.Extra[1] != 0x22 {
		t.Errorf("got %+v, %v", f, err)
	}
	f, err = Parse(soundtest.Bytes(t, "feff 0200 "+b+"1000 1800 1000 03000000 0100 "+base+" aabb cc"))
	if err != nil || len(f.Extra) != 2 || f.Extra[0] != 0xaa {
		t.Errorf("got %+v, %v", f, err)
	}
}

// TestTags walks all tags: every answer is a codec of sound, and 98 tags have one, which is
// what ffprobe answers when asked for a track of each tag with 16 bits.
func TestTags(t *testing.T) {
	t.Parallel()
	n := 0
	for tag := range 1 << 16 {
		name := Codec(uint16(tag), 16)
		if name == "" {
			continue
		}
		n++
		if media.CodecKind(name) != media.KindAudio {
			t.Errorf("%#04x: %q", tag, name)
		}
	}
	if n != 98 {
		t.Errorf("%d tags have a codec", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range formatCases {
		f.Add(soundtest.Bytes(f, c.format))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := Parse(data)
		if err != nil {
			return
		}
		var track media.Track
		w.Describe(&track)
		a := track.Audio
		if a == nil || a.SampleRate <= 0 || a.Channels < 0 || len(w.Extra) > len(data) || w.BitRate() < 0 {
			t.Fatalf("%+v describes %+v", w, track)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	data := soundtest.Bytes(b, formatCases[17].format)
	for b.Loop() {
		f, err := Parse(data)
		if err != nil || f.Codec() == "" {
			b.Fatal(err)
		}
	}
}
