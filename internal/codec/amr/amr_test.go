package amr

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

func TestParseConfig(t *testing.T) {
	t.Parallel()
	data := soundtest.Bytes(t, "46464d50 00 81ff 00 01") // as ffmpeg writes it
	c, err := ParseConfig(data)
	if want := (Config{Vendor: "FFMP", ModeSet: 0x81ff, FramesPerSample: 1}); err != nil || *c != want {
		t.Errorf("got %+v, %v", c, err)
	}
	for n := range data {
		if c, err := ParseConfig(data[:n]); err == nil {
			t.Errorf("%d bytes: got %+v", n, c)
		}
	}
}

func TestFrameSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		head byte
		wide bool
		want int
	}{
		{0x04, false, 13}, {0x3c, false, 32}, {0x44, false, 6}, {0x7c, false, 1}, {0x4c, false, 0}, {0x74, false, 0},
		{0x04, true, 18}, {0x44, true, 61}, {0x4c, true, 6}, {0x74, true, 1}, {0x54, true, 0},
	} {
		got, err := FrameSize(c.head, c.wide)
		if got != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%#x, wide %v: got %d, %v; want %d", c.head, c.wide, got, err, c.want)
		}
	}
}

// TestDescribe holds what ffprobe 5.1.9 says in MP4, where the entry states two channels.
func TestDescribe(t *testing.T) {
	t.Parallel()
	for wide, want := range map[bool]string{false: "amr_nb - fltp 8000 1 mono -", true: "amr_wb - fltp 16000 1 mono -"} {
		track := media.Track{Audio: &media.Audio{SampleRate: 44100, Channels: 2}}
		Describe(&track, wide)
		if got := soundtest.Words(&track); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(soundtest.Bytes(f, "46464d50 00 81ff 00 01"))
	f.Add([]byte{0x3c})
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := ParseConfig(data); err == nil && len(c.Vendor) != 4 {
			t.Fatalf("got %+v", c)
		}
		for _, head := range data {
			n, err := FrameSize(head, head&1 == 1)
			if (err == nil) != (n > 0) || n > 61 {
				t.Fatalf("%#x: %d, %v", head, n, err)
			}
		}
	})
}

func BenchmarkParseConfig(b *testing.B) {
	data := soundtest.Bytes(b, "46464d50 00 81ff 00 01")
	for b.Loop() {
		if _, err := ParseConfig(data); err != nil {
			b.Fatal(err)
		}
	}
}
