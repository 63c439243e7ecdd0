package alac

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// configCases hold magic cookies and what ffprobe 5.1.9 says of them in MP4 and Matroska; "" where it
// refuses the file, or where what it says is not the cookie's.
var configCases = []struct{ name, cookie, want string }{
	{"1", "00001000 00 10 28 0a 0e 01 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 1 mono 16"},
	{"2", "00001000 00 10 28 0a 0e 02 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 2 stereo 16"},
	{"3", "00001000 00 10 28 0a 0e 03 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 3 3.0 16"},
	{"4", "00001000 00 10 28 0a 0e 04 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 4 4.0 16"},
	{"5", "00001000 00 10 28 0a 0e 05 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 5 5.0 16"},
	{"6", "00001000 00 10 28 0a 0e 06 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 6 5.1 16"},
	{"7", "00001000 00 10 28 0a 0e 07 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 7 6.1(back) 16"},
	{"8", "00001000 00 10 28 0a 0e 08 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 8 7.1(wide) 16"},
	{"20 bits", "00001000 00 14 28 0a 0e 02 00ff 00000000 00000000 0000ac44", "alac - s32p 44100 2 stereo 20"},
	{"24 bits", "00001000 00 18 28 0a 0e 02 00ff 00000000 00000000 00017700", "alac - s32p 96000 2 stereo 24"},
	{"32 bits", "00001000 00 20 28 0a 0e 02 00ff 00000000 00000000 0000ac44", "alac - s32p 44100 2 stereo 32"},
	{"version 1", "00001000 01 10 28 0a 0e 02 00ff 00000000 00000000 0000ac44", "alac - s16p 44100 2 stereo 16"},
	{"layout behind", "00001000 00 10 28 0a 0e 02 00ff 00000000 00000000 0000ac44 78*24", "alac - s16p 44100 2 stereo 16"},
	{"no channels", "00001000 00 10 28 0a 0e 00 00ff 00000000 00000000 0000ac44", ""},
	{"9 channels", "00001000 00 10 28 0a 0e 09 00ff 00000000 00000000 0000ac44", ""},
	{"8 bits", "00001000 00 08 28 0a 0e 02 00ff 00000000 00000000 0000ac44", ""},
	{"empty frames", "00000000 00 10 28 0a 0e 02 00ff 00000000 00000000 0000ac44", ""},
	{"endless frames", "01000001 00 10 28 0a 0e 02 00ff 00000000 00000000 0000ac44", ""},
	{"cut off", "00001000 00 10 28 0a 0e 02 00ff 00000000 00000000", ""},
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	for _, c := range configCases {
		t.Run(c.name, func(t *testing.T) {
			cookie := soundtest.Bytes(t, c.cookie)
			fullBox := append([]byte{0, 0, 0, 0}, cookie...)
			box := append([]byte{0, 0, 0, byte(8 + len(fullBox)), 'a', 'l', 'a', 'c'}, fullBox...)
			for form, data := range map[string][]byte{"cookie": cookie, "full box": fullBox, "whole box": box} {
				if form == "full box" && len(fullBox) != 28 {
					continue // only the plain cookie is known in this form
				}
				a, err := ParseConfig(data)
				if c.want == "" {
					if err == nil {
						t.Errorf("%s: got %+v", form, a)
					}
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				var track media.Track
				a.Describe(&track)
				if got := soundtest.Words(&track); got != c.want {
					t.Errorf("%s: got %q, want %q", form, got, c.want)
				}
			}
		})
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	a, err := ParseConfig(soundtest.Bytes(t, strings.Replace(configCases[1].cookie, "00000000 00000000", "00001234 000ae6a0", 1)))
	want := Config{FrameLength: 4096, BitDepth: 16, PB: 40, MB: 10, KB: 14, NumChannels: 2, MaxRun: 255, MaxFrameBytes: 0x1234, AvgBitRate: 714400, SampleRate: 44100}
	if err != nil || *a != want {
		t.Errorf("got %+v, %v", a, err)
	}
}

func FuzzConfig(f *testing.F) {
	for _, c := range configCases {
		f.Add(soundtest.Bytes(f, c.cookie))
		f.Add(append([]byte("\x00\x00\x00\x24alac\x00\x00\x00\x00"), soundtest.Bytes(f, c.cookie)...))
	}
	soundtest.Fuzz(f, ParseConfig)
}

func BenchmarkParseConfig(b *testing.B) {
	cookie := bytes.Clone(soundtest.Bytes(b, configCases[1].cookie))
	for b.Loop() {
		if _, err := ParseConfig(cookie); err != nil {
			b.Fatal(err)
		}
	}
}
