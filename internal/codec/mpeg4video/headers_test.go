package mpeg4video

import (
	"encoding/hex"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

func TestFrameRate(t *testing.T) {
	t.Parallel()
	want := map[string]string{"made-ntsc.mp4": "30000/1001", "made-sp.mp4": "25/1", "made-15.avi": "15/1"}
	for _, s := range codectest.Streams(t) {
		h, err := Parse(s.Config, s.Head)
		if err != nil {
			t.Fatal(err)
		}
		if w := want[s.Name]; w != "" && h.FrameRate().String() != w && h.FixedVOPRate {
			t.Errorf("%s: got %v, want %s", s.Name, h.FrameRate(), w)
		}
		delete(want, s.Name)
	}
	if len(want) > 0 {
		t.Errorf("not met: %v", want)
	}
	for h, want := range map[Headers]string{
		{TimeResolution: 30000, FixedVOPRate: true, FixedTimeIncrement: 1001}: "30000/1001",
		{TimeResolution: 25}: "25/1",
	} {
		if got := h.FrameRate().String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestReorderDepth(t *testing.T) {
	t.Parallel()
	cases := []struct {
		h     Headers
		depth int
		told  bool
	}{
		{Headers{ControlParameters: true, LowDelay: true}, 0, true},
		{Headers{ControlParameters: true}, 1, true},
		{Headers{Type: typeSimple}, 0, true},
		{Headers{Type: 17}, 0, false},
	}
	for _, c := range cases {
		if depth, told := c.h.ReorderDepth(); depth != c.depth || told != c.told {
			t.Errorf("%+v: got %d, %v", c.h, depth, told)
		}
	}
}

// TestColor reads a visual object that tells range and colour. These are replaced where told; the
// container's stay where not.
func TestColor(t *testing.T) {
	t.Parallel()
	vol := "0000010000000120008440fa282c2090a21f"
	cases := []struct {
		name, config string
		want         media.Color
	}{
		{"told", "000001b008000001b50ee040c0cf" + vol,
			media.Color{Range: "pc", Transfer: "smpte170m", Matrix: "smpte170m", ChromaLocation: "left"}},
		{"not told", "000001b008000001b509" + vol, media.Color{Range: "tv", Primaries: "bt2020", ChromaLocation: "left"}},
	}
	for _, c := range cases {
		data, err := hex.DecodeString(c.config)
		if err != nil {
			t.Fatal(err)
		}
		h, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		track := &media.Track{Video: &media.Video{Color: media.Color{Range: "tv", Primaries: "bt2020"}}}
		if h.Describe(track); track.Video.Color != c.want {
			t.Errorf("%s: got %+v", c.name, track.Video.Color)
		}
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":         "",
		"no layer":      "000001b001000001b58913",
		"layer cut off": "0000012000c488",
		"no tick":       "00000120008440000000",
		"studio":        "000001200744400fa000000000",
		"picture first": "000001b6000001200084400fa28582120a31f0",
		"gray shape":    "000001200085c0fa282c2090a21f",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if h, err := Parse(data); err == nil {
			t.Errorf("%s: got %+v", name, h)
		}
	}
}
