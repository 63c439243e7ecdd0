package truehd

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ unit, want string }{ // ffmpeg's encoder, ffprobe's words
		{"8037ffd8f8726fba00008001b752", "s32 48000 2 stereo 24"},
		{"8039ffd8f8726fba80008001b752", "s32 44100 2 stereo 24"},
		{"804cffd8f8726fba0097c00fb752", "s32 48000 6 5.1(side) 24"},
		{"c04effd8f8726fba8097c00fb752", "s32 44100 6 5.1(side) 24"},
		{"804cffd8f8726fba0097c01fb752", ""}, // eight channels, or six
		{"804cffd8f8726fba3097c00fb752", ""},
		{"804cffd8f8726fbb0097c00fb752", ""},
		{"804cffd8f8726fba", ""},
	} {
		unit, err := hex.DecodeString(c.unit)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if s, err := ParseUnit(unit); err == nil {
			track := &media.Track{Audio: &media.Audio{}}
			s.Describe(track)
			a := track.Audio
			got = fmt.Sprintln(a.SampleFormat, a.SampleRate, a.Channels, a.ChannelLayout, a.BitDepth)
			got = got[:len(got)-1]
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.unit, got, c.want)
		}
	}
}
