package mpegaudio

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// headerCases hold headers that encoders wrote, or changed in one field; ffprobe 5.1.9 says so of the
// first three in Matroska, and finds the next frame where the length says.
var headerCases = []struct {
	name, header, want       string
	bitRate, length, samples int
}{
	{"layer I", "fffee484", "mp1 - s16p 48000 2 stereo -", 448000, 448, 384},
	{"layer II", "fffda404", "mp2 - s16p 48000 2 stereo -", 192000, 576, 1152},
	{"layer III", "fffb9064", "mp3 - fltp 44100 2 stereo -", 128000, 417, 1152},
	{"layer III padded", "fffb9264", "mp3 - fltp 44100 2 stereo -", 128000, 418, 1152},
	{"layer I padded", "fffee684", "mp1 - s16p 48000 2 stereo -", 448000, 452, 384},
	{"mono", "fffb90c4", "mp3 - fltp 44100 1 mono -", 128000, 417, 1152},
	{"dual channel", "fffb9084", "mp3 - fltp 44100 2 stereo -", 128000, 417, 1152},
	{"MPEG-2 layer III", "fff344c4", "mp3 - fltp 24000 1 mono -", 32000, 96, 576},
	{"MPEG-2 layer II", "fff5a404", "mp2 - s16p 24000 2 stereo -", 96000, 576, 1152},
	{"MPEG-2 layer I", "fff7e404", "mp1 - s16p 24000 2 stereo -", 256000, 512, 384},
	{"MPEG-2.5", "ffe318c4", "mp3 - fltp 8000 1 mono -", 8000, 72, 576},
	{"free format", "fffb0064", "mp3 - fltp 44100 2 stereo -", 0, 0, 1152},
	{"32 kHz, 320 kbit/s", "fffbe864", "mp3 - fltp 32000 2 stereo -", 320000, 1440, 1152},
}

func TestParseHeader(t *testing.T) {
	t.Parallel()
	for _, c := range headerCases {
		t.Run(c.name, func(t *testing.T) {
			h, err := ParseHeader(soundtest.Bytes(t, c.header))
			if err != nil {
				t.Fatal(err)
			}
			var track media.Track
			h.Describe(&track)
			if got := soundtest.Words(&track); got != c.want || h.BitRate != c.bitRate || h.FrameLength != c.length || h.Samples() != c.samples {
				t.Errorf("got %q, %d bit/s, %d bytes, %d samples; want %q", got, h.BitRate, h.FrameLength, h.Samples(), c.want)
			}
		})
	}
}

func TestParseHeaderRefuses(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{
		"nothing":            "",
		"cut off":            "fffb90",
		"no sync":            "fedb9064",
		"reserved version":   "ffeb9064",
		"reserved layer":     "fff99064",
		"reserved bit rate":  "fffbf064",
		"reserved frequency": "fffb9c64",
	} {
		if h, err := ParseHeader(soundtest.Bytes(t, header)); err == nil {
			t.Errorf("%s: got %+v", name, h)
		}
	}
}

func TestDescribeKeepsTheContainersName(t *testing.T) {
	t.Parallel()
	h, err := ParseHeader(soundtest.Bytes(t, "fffda404"))
	if err != nil {
		t.Fatal(err)
	}
	track := media.Track{Codec: media.Codec{Name: "mp3"}}
	h.Describe(&track)
	if got := soundtest.Words(&track); got != "mp3 - fltp 48000 2 stereo -" {
		t.Errorf("got %q", got)
	}
}

func TestFollows(t *testing.T) {
	t.Parallel()
	var headers []*Header
	for _, c := range headerCases {
		h, err := ParseHeader(soundtest.Bytes(t, c.header))
		if err != nil {
			t.Fatal(err)
		}
		headers = append(headers, h)
	}
	for i, want := range map[int]bool{0: false, 1: false, 2: true, 3: true, 5: true, 7: false, 12: false} {
		if got := headers[2].Follows(headers[i]); got != want {
			t.Errorf("%s after %s: got %v", headerCases[i].name, headerCases[2].name, got)
		}
	}
}

func TestSideInfoSize(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{"fffb9064": 32, "fffb90c4": 17, "fff34404": 17, "fff344c4": 9, "ffe318c4": 9} {
		h, err := ParseHeader(soundtest.Bytes(t, header))
		if err != nil || h.SideInfoSize() != want {
			t.Errorf("%s: got %+v, %v; want %d", header, h, err, want)
		}
	}
}

func FuzzHeader(f *testing.F) {
	for _, c := range headerCases {
		f.Add(soundtest.Bytes(f, c.header))
	}
	soundtest.Fuzz(f, ParseHeader)
}

func BenchmarkParseHeader(b *testing.B) {
	header := soundtest.Bytes(b, headerCases[2].header)
	for b.Loop() {
		if _, err := ParseHeader(header); err != nil {
			b.Fatal(err)
		}
	}
}
