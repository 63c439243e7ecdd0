package codectest

import (
	"encoding/hex"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

func TestFacts(t *testing.T) {
	t.Parallel()
	streams := Streams(t)
	if len(streams) != 2 || len(streams[0].Config) != 2 || streams[1].Config != nil || len(streams[1].Head) != 1 {
		t.Fatalf("got %+v", streams)
	}
	level := 31
	full := &media.Track{Codec: media.Codec{Profile: "Main", Level: &level}, Video: &media.Video{
		Width: 1, Height: 2, CodedWidth: 3, CodedHeight: 4, PixelFormat: "gray", ReorderDepth: 5,
		SAR: media.Rational{Num: 4, Den: 3}, FrameRate: media.Rational{Num: 25, Den: 1}, FieldOrder: "tt", FilmGrain: true,
		Color: media.Color{Range: "tv", Primaries: "a", Transfer: "b", Matrix: "c", ChromaLocation: "left"}}}
	for i, track := range []*media.Track{full, {Video: &media.Video{}}} {
		if got := streams[i].Facts(track); got != streams[i].Want {
			t.Errorf("got  %s\nwant %s", got, streams[i].Want)
		}
	}
}

func TestBits(t *testing.T) {
	t.Parallel()
	got := new(Bits).U(8, 0).UE(0, 3).SE(1, -1).U(16, 0).U(4, 1).NAL(0x67)
	// 00000000 1 00100 010 011, sixteen zeros, 0001 and the trailing bit; 03 parts the zeros.
	if want := "67009130000180"; hex.EncodeToString(got) != want {
		t.Errorf("got %x, want %s", got, want)
	}
}
