package codectest_test

import (
	"encoding/hex"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/dnxhd"
	"github.com/mediagauge/mediagauge/internal/codec/jpeg2000"
	"github.com/mediagauge/mediagauge/internal/codec/truehd"
	"github.com/mediagauge/mediagauge/media"
)

// seen is one for parsers of pictures that describe a track which is known to be video.
func seen[T describer](f func([]byte) (T, error)) parse {
	return func(frame, _ []byte) (any, *media.Track, error) {
		got, err := f(frame)
		if err != nil {
			return nil, nil, err
		}
		track := &media.Track{Kind: media.KindVideo, Video: &media.Video{}}
		got.Describe(track)
		return got, track, nil
	}
}

// firstFrames are read from the first frame of a track alone.
var firstFrames = map[string]parse{
	"dnxhd":    seen(dnxhd.ParseFrame),
	"jpeg2000": seen(jpeg2000.ParsePicture),
	"truehd":   one(truehd.ParseUnit),
}

// FuzzFirstFrames gives every input to each of firstFrames.
func FuzzFirstFrames(f *testing.F) {
	for _, unit := range []string{"8037ffd8f8726fba00008001b752", "804cffd8f8726fba0097c00fb752"} {
		b, err := hex.DecodeString(unit)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, kind := range []byte{1, 2} {
		head := make([]byte, dnxhd.HeaderSize)
		copy(head, "\x00\x00\x02\x80\x01")
		head[5], head[0x18], head[0x1a], head[0x21] = kind, 1, 1, 0x38
		head[0x2a], head[0x2b], head[0x2c] = 4, 0xfa, 0x80 // 1274
		f.Add(head)
	}
	size := "\xff\x4f\xff\x51\x00\x2f\x00\x00\x00\x00\x00\x40\x00\x00\x00\x30" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00\x30\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x07\x01\x01\x07\x02\x02\x07\x02\x02"
	f.Add([]byte("\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x17jp2h\x00\x00\x00\x0fcolr\x01\x00\x00\x00\x00\x00\x12\x00\x00\x00\x00jp2c" + size))
	f.Fuzz(func(t *testing.T, b []byte) { hold(t, firstFrames, b, nil) })
}
