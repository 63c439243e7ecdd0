package vorbis

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

const (
	comment = "03766f72626973 00000000 00000000 01"
	setup   = "05766f72626973 2542435601"
)

// headCases hold identification headers, as libvorbis writes them or changed in one field, and
// what ffprobe 5.1.9 says of them in Matroska; "" where it refuses the file.
var headCases = []struct{ name, head, want string }{
	{"1", "01766f72626973 00000000 01 44ac0000 00000000 80380100 00000000 b8 01", "vorbis - fltp 44100 1 mono -"},
	{"2", "01766f72626973 00000000 02 44ac0000 00000000 80b50100 00000000 b8 01", "vorbis - fltp 44100 2 stereo -"},
	{"3", "01766f72626973 00000000 03 44ac0000 00000000 80a90300 00000000 b8 01", "vorbis - fltp 44100 3 3.0 -"},
	{"4", "01766f72626973 00000000 04 44ac0000 00000000 00e20400 00000000 b8 01", "vorbis - fltp 44100 4 quad -"},
	{"5", "01766f72626973 00000000 05 44ac0000 00000000 801a0600 00000000 b8 01", "vorbis - fltp 44100 5 5.0 -"},
	{"6", "01766f72626973 00000000 06 44ac0000 00000000 20360400 00000000 b8 01", "vorbis - fltp 44100 6 5.1 -"},
	{"7", "01766f72626973 00000000 07 44ac0000 00000000 808b0800 00000000 b8 01", "vorbis - fltp 44100 7 6.1 -"},
	{"8", "01766f72626973 00000000 08 44ac0000 00000000 00c40900 00000000 b8 01", "vorbis - fltp 44100 8 7.1 -"},
	{"9", "01766f72626973 00000000 09 44ac0000 00000000 00c40900 00000000 b8 01", "vorbis - fltp 44100 9 - -"},
	{"8 kHz", "01766f72626973 00000000 02 401f0000 00000000 80b50100 00000000 b8 01", "vorbis - fltp 8000 2 stereo -"},
	{"other blocks", "01766f72626973 00000000 02 44ac0000 00000000 80b50100 00000000 d6 01", "vorbis - fltp 44100 2 stereo -"},
	{"no channels", "01766f72626973 00000000 00 44ac0000 00000000 80b50100 00000000 b8 01", ""},
	{"no rate", "01766f72626973 00000000 02 00000000 00000000 80b50100 00000000 b8 01", ""},
	{"version 1", "01766f72626973 01000000 02 44ac0000 00000000 80b50100 00000000 b8 01", ""},
	{"short block too short", "01766f72626973 00000000 02 44ac0000 00000000 80b50100 00000000 b5 01", ""},
	{"long block too long", "01766f72626973 00000000 02 44ac0000 00000000 80b50100 00000000 e8 01", ""},
	{"blocks swapped", "01766f72626973 00000000 02 44ac0000 00000000 80b50100 00000000 8b 01", ""},
	{"no framing bit", "01766f72626973 00000000 02 44ac0000 00000000 80b50100 00000000 b8 00", ""},
	{"a comment", comment, ""},
	{"cut off", "01766f72626973 00000000 02 44ac0000 00000000 80b50100", ""},
}

// lace puts headers into one block as Matroska does.
func lace(head, comment, setup []byte) []byte {
	out := []byte{2}
	for _, n := range []int{len(head), len(comment)} {
		out = append(append(out, bytes.Repeat([]byte{255}, n/255)...), byte(n%255))
	}
	return bytes.Join([][]byte{out, head, comment, setup}, nil)
}

func TestParsePrivate(t *testing.T) {
	t.Parallel()
	for _, c := range headCases {
		t.Run(c.name, func(t *testing.T) {
			head := soundtest.Bytes(t, c.head)
			h, err := ParsePrivate(lace(head, soundtest.Bytes(t, comment), soundtest.Bytes(t, setup)))
			if c.want == "" {
				if err == nil {
					t.Errorf("got %+v", h)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var track media.Track
			h.Describe(&track)
			if got := soundtest.Words(&track); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestHeadFields(t *testing.T) {
	t.Parallel()
	h, err := ParseHead(soundtest.Bytes(t, "01766f72626973 00000000 02 44ac0000 ffffffff 80b50100 01000000 b8 01"))
	want := Head{Channels: 2, SampleRate: 44100, BitRateMaximum: -1, BitRateNominal: 112000, BitRateMinimum: 1, BlockSize0: 256, BlockSize1: 2048}
	if err != nil || *h != want {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestSplitHeaders(t *testing.T) {
	t.Parallel()
	head, note, set := soundtest.Bytes(t, headCases[1].head), soundtest.Bytes(t, comment), soundtest.Bytes(t, setup)
	long := append(bytes.Clone(note), make([]byte, 600)...)
	counted := fmt.Appendf(nil, "\x00%c%s\x00%c%s\x00%c%s", len(head), head, len(note), note, len(set), set)
	for name, data := range map[string][]byte{"laced": lace(head, note, set), "laced with a long comment": lace(head, long, set), "counted": counted} {
		h, err := SplitHeaders(data)
		if err != nil || !bytes.Equal(h.Identification, head) || !bytes.HasPrefix(h.Comment, note) || !bytes.Equal(h.Setup, set) {
			t.Errorf("%s: got %+v, %v", name, h, err)
		}
	}
	for name, data := range map[string][]byte{
		"nothing":          nil,
		"one header":       head,
		"two headers":      lace(head, note, nil),
		"lacing cut off":   {2, 30, 255, 255},
		"lengths too long": {2, 200, 200, 1},
		"headers swapped":  lace(head, set, note),
		"counted, cut off": counted[:40],
	} {
		if h, err := SplitHeaders(data); err == nil {
			t.Errorf("%s: got %+v", name, h)
		}
	}
}

// TestLongLacing holds a mebibyte of lacing values to no memory at all.
func TestLongLacing(t *testing.T) {
	data := append([]byte{2}, bytes.Repeat([]byte{255}, 1<<20)...)
	if spent := soundtest.Spent(func() { _, _ = SplitHeaders(data) }); spent > 1<<16 {
		t.Errorf("%d bytes allocated", spent)
	}
}

func FuzzPrivate(f *testing.F) {
	for _, c := range headCases {
		f.Add(lace(soundtest.Bytes(f, c.head), soundtest.Bytes(f, comment), soundtest.Bytes(f, setup)))
	}
	soundtest.Fuzz(f, ParsePrivate)
}

func BenchmarkParsePrivate(b *testing.B) {
	data := lace(soundtest.Bytes(b, headCases[1].head), soundtest.Bytes(b, comment), make([]byte, 4000))
	data = append(data[:len(data)-4000], append(soundtest.Bytes(b, setup), make([]byte, 4000)...)...)
	for b.Loop() {
		if _, err := ParsePrivate(data); err != nil {
			b.Fatal(err)
		}
	}
}
