package opus

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// headCases hold headers and what ffprobe 5.1.9 says of them in Matroska; "" where it refuses the
// file.
var headCases = []struct{ name, head, want string }{
	{"mono", "4f70757348656164 0101 3801 80bb0000 0000 00", "opus - fltp 48000 1 mono -"},
	{"stereo", "4f70757348656164 0102 3801 80bb0000 0000 00", "opus - fltp 48000 2 stereo -"},
	{"recorded at 16 kHz", "4f70757348656164 0102 3801 803e0000 0000 00", "opus - fltp 48000 2 stereo -"},
	{"version 0", "4f70757348656164 0002 3801 80bb0000 0000 00", "opus - fltp 48000 2 stereo -"},
	{"version 15", "4f70757348656164 0f02 3801 80bb0000 0000 00", "opus - fltp 48000 2 stereo -"},
	{"family 1, 3", "4f70757348656164 0103 3801 80bb0000 0000 01 0201 000102", "opus - fltp 48000 3 3.0 -"},
	{"family 1, 4", "4f70757348656164 0104 3801 80bb0000 0000 01 0202 00010203", "opus - fltp 48000 4 quad -"},
	{"family 1, 5", "4f70757348656164 0105 3801 80bb0000 0000 01 0302 0001020304", "opus - fltp 48000 5 5.0 -"},
	{"family 1, 6", "4f70757348656164 0106 3801 80bb0000 0000 01 0402 000102030405", "opus - fltp 48000 6 5.1 -"},
	{"family 1, 7", "4f70757348656164 0107 3801 80bb0000 0000 01 0403 00010203040506", "opus - fltp 48000 7 6.1 -"},
	{"family 1, 8", "4f70757348656164 0108 3801 80bb0000 0000 01 0503 0001020304050607", "opus - fltp 48000 8 7.1 -"},
	{"family 2, order 1", "4f70757348656164 0104 3801 80bb0000 0000 02 0400 00010203", "opus - fltp 48000 4 ambisonic 1 -"},
	{"family 2, order 1 and a pair", "4f70757348656164 0106 3801 80bb0000 0000 02 0501 000102030405", "opus - fltp 48000 6 ambisonic 1+stereo -"},
	{"family 2, order 2", "4f70757348656164 0109 3801 80bb0000 0000 02 0900 000102030405060708", "opus - fltp 48000 9 ambisonic 2 -"},
	{"family 255", "4f70757348656164 0103 3801 80bb0000 0000 ff 0300 000102", "opus - fltp 48000 3 - -"},
	{"a silent channel", "4f70757348656164 0102 3801 80bb0000 0000 01 0100 00ff", "opus - fltp 48000 2 stereo -"},
	{"version 16", "4f70757348656164 1002 3801 80bb0000 0000 00", ""},
	{"no channels", "4f70757348656164 0100 3801 80bb0000 0000 00", ""},
	{"family 0, 3", "4f70757348656164 0103 3801 80bb0000 0000 00", ""},
	{"family 1, 9", "4f70757348656164 0109 3801 80bb0000 0000 01 0900 000102030405060708", ""},
	{"family 2, 5", "4f70757348656164 0105 3801 80bb0000 0000 02 0500 0001020304", ""},
	{"family 3", "4f70757348656164 0104 3801 80bb0000 0000 03 0400 00010203", ""},
	{"channel of no stream", "4f70757348656164 0102 3801 80bb0000 0000 01 0100 0001", ""},
	{"no streams", "4f70757348656164 0102 3801 80bb0000 0000 01 0000 ffff", ""},
	{"more coupled than streams", "4f70757348656164 0102 3801 80bb0000 0000 01 0102 0001", ""},
	{"mapping cut off", "4f70757348656164 0106 3801 80bb0000 0000 01 0402 0001020304", ""},
	{"cut off", "4f70757348656164 0102 3801 80bb00", ""},
	{"no signature", "4f70757354616773 0102 3801 80bb0000 0000 00", ""},
}

func words(t *testing.T, h *Head, err error) string {
	t.Helper()
	if err != nil {
		return ""
	}
	var track media.Track
	h.Describe(&track)
	return soundtest.Words(&track)
}

func TestParseHead(t *testing.T) {
	t.Parallel()
	for _, c := range headCases {
		t.Run(c.name, func(t *testing.T) {
			h, err := ParseHead(soundtest.Bytes(t, c.head))
			if got := words(t, h, err); got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
			if c.want != "" && h.PreSkip != 312 {
				t.Errorf("pre-skip %d", h.PreSkip)
			}
		})
	}
}

// dOps turns a header into the box body with the same fields.
func dOps(head []byte) []byte {
	if len(head) < 19 {
		return nil
	}
	b := append([]byte{0}, head[9:]...)
	b[2], b[3] = b[3], b[2]
	b[4], b[5], b[6], b[7] = b[7], b[6], b[5], b[4]
	b[8], b[9] = b[9], b[8]
	return b
}

func TestParseDOps(t *testing.T) {
	t.Parallel()
	for _, c := range headCases {
		t.Run(c.name, func(t *testing.T) {
			head := soundtest.Bytes(t, c.head)
			if string(head[:8]) != "OpusHead" || head[8] > 15 {
				return // what these say is not in the box
			}
			h, err := ParseDOps(dOps(head))
			if got := words(t, h, err); got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
			if c.want != "" && (h.PreSkip != 312 || h.InputSampleRate != 48000 && h.InputSampleRate != 16000 || h.OutputGain != 0) {
				t.Errorf("got %+v", h)
			}
		})
	}
}

func TestParseDOpsVersion(t *testing.T) {
	t.Parallel()
	body := dOps(soundtest.Bytes(t, headCases[0].head))
	body[0] = 1
	if h, err := ParseDOps(body); err == nil {
		t.Errorf("got %+v", h)
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	for channels, want := range []string{"", "opus - fltp 48000 1 mono -", "opus - fltp 48000 2 stereo -", ""} {
		h, err := Default(channels)
		if got := words(t, h, err); got != want {
			t.Errorf("%d channels: got %q, %v; want %q", channels, got, err, want)
		}
	}
}

func TestPacketSamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		packet string
		want   int
		ok     bool
	}{
		{"fcfffe", 960, true}, // ffmpeg's 20 ms of silence
		{"00", 480, true},
		{"18", 2880, true},
		{"80", 120, true},
		{"81", 240, true},
		{"fd", 1920, true},
		{"fb06", 5760, true},
		{"fb07", 0, false}, // 140 ms
		{"fb00", 0, false},
		{"fb", 0, false},
		{"", 0, false},
	} {
		got, err := PacketSamples(soundtest.Bytes(t, c.packet))
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s: got %d, %v", c.packet, got, err)
		}
	}
	if _, err := PacketSamples(nil); err != bits.ErrTruncated {
		t.Errorf("nothing: %v", err)
	}
}

func FuzzHead(f *testing.F) {
	for _, c := range headCases {
		f.Add(soundtest.Bytes(f, c.head))
	}
	soundtest.Fuzz(f, func(data []byte) (*Head, error) {
		if n, err := PacketSamples(data); err == nil && (n < 120 || n > maxPacketSamples) {
			f.Errorf("packet of %d samples", n)
		}
		if h, err := ParseDOps(data); err == nil {
			h.Describe(&media.Track{})
		}
		return ParseHead(data)
	})
}

func BenchmarkParseHead(b *testing.B) {
	head := soundtest.Bytes(b, headCases[10].head)
	for b.Loop() {
		if _, err := ParseHead(head); err != nil {
			b.Fatal(err)
		}
	}
}
