package mpeg2video

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

// header makes an MPEG-1 sequence header of 320×240 with aspect and rate codes.
func header(aspect, rate byte) []byte {
	return []byte{0, 0, 1, 0xb3, 0x14, 0x00, 0xf0, aspect<<4 | rate, 0xff, 0xff, 0xe0, 0x18}
}

// TestMPEG1Aspect has what ffprobe 5.1.9 printed for one stream with each code put in.
func TestMPEG1Aspect(t *testing.T) {
	t.Parallel()
	for code, want := range []string{"0/0", "1/1", "49/33", "64/45", "239/182", "36/29", "32/27", "169/151", "178/163",
		"54/53", "196/201", "187/200", "200/219", "127/147", "134/161", "0/0"} {
		s, err := Parse(header(byte(code), 3))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.SAR().String(); got != want {
			t.Errorf("code %d: got %s, want %s", code, got, want)
		}
	}
}

func TestMPEG2Aspect(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		s    Sequence
		want string
	}{
		{"none", Sequence{Width: 720, Height: 576}, "0/0"},
		{"square", Sequence{Width: 720, Height: 576, AspectRatio: 1}, "1/1"},
		{"4:3", Sequence{Width: 720, Height: 576, AspectRatio: 2}, "16/15"},
		{"16:9", Sequence{Width: 720, Height: 576, AspectRatio: 3}, "64/45"},
		{"reserved", Sequence{Width: 720, Height: 576, AspectRatio: 9}, "0/0"},
		{"display size that fits", Sequence{Width: 960, Height: 576, AspectRatio: 2, DisplayWidth: 720, DisplayHeight: 576}, "16/15"},
		{"display size that does not", Sequence{Width: 720, Height: 576, AspectRatio: 2, DisplayWidth: 700, DisplayHeight: 500}, "16/15"},
	}
	for _, c := range cases {
		c.s.MPEG2 = true
		if got := c.s.SAR().String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestFrameRate(t *testing.T) {
	t.Parallel()
	for code, want := range []string{"0/0", "24000/1001", "24/1", "25/1", "30000/1001", "30/1", "50/1", "60000/1001",
		"60/1", "15/1", "5/1", "10/1", "12/1", "15/1", "0/0", "0/0"} {
		s, err := Parse(header(1, byte(code)))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.FrameRate().String(); got != want {
			t.Errorf("code %d: got %s, want %s", code, got, want)
		}
	}
	s := Sequence{MPEG2: true, FrameRateCode: 4, FrameRateExtN: 1, FrameRateExtD: 2}
	if got := s.FrameRate().String(); got != "20000/1001" {
		t.Errorf("with extension: got %s", got)
	}
}

// TestMPEG1BitRate replaces the container's bit rate: 104857200 is what ffprobe prints of MPEG-1
// with a variable rate, in MP4 too.
func TestMPEG1BitRate(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		if s.Name != "mpeg1-made-30.mp4" {
			continue
		}
		seq, err := Parse(s.Config, s.Head)
		if err != nil {
			t.Fatal(err)
		}
		track := &media.Track{BitRate: 1}
		if seq.Describe(track); track.BitRate != 104857200 {
			t.Errorf("got %d", track.BitRate)
		}
		return
	}
	t.Error("no such stream")
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"empty":        nil,
		"no sequence":  {0, 0, 1, 0xb5, 0x14, 0x8a, 0, 1, 0, 0},
		"without size": {0, 0, 1, 0xb3, 0, 0, 0, 0x13, 0xff},
		"after slices": append([]byte{0, 0, 1, 1, 9}, header(1, 3)...),
	} {
		if s, err := Parse(data); err == nil {
			t.Errorf("%s: got %+v", name, s)
		}
	}
}
