// Package alac reads the magic cookie of Apple Lossless (ALACMagicCookieDescription.txt in
// Apple's sources), from MP4's alac box, QuickTime's wave box and Matroska's CodecPrivate.
package alac

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Config is ALACSpecificConfig.
type Config struct {
	FrameLength       int // samples per frame
	CompatibleVersion int
	BitDepth          int
	PB, MB, KB        int // tuning parameters
	NumChannels       int
	MaxRun            int
	MaxFrameBytes     int
	AvgBitRate        int
	SampleRate        int
}

var (
	errFrameLength = errors.New("frame length out of bounds")
	errBitDepth    = errors.New("bit depth that ffprobe does not know")
	errChannels    = errors.New("channel count out of bounds")
	errSampleRate  = errors.New("sample rate out of bounds")
)

// maxFrameLength is the longest frame ffprobe's decoder takes.
const maxFrameLength = 4096 * 4096

// ParseConfig reads the 24 bytes of a magic cookie. The header of a full box, with or without its
// length and type "alac", may stand before it.
func ParseConfig(data []byte) (*Config, error) {
	if len(data) >= 36 && bytes.Equal(data[4:8], []byte("alac")) {
		data = data[12:]
	} else if len(data) == 28 {
		data = data[4:] // version and flags
	}
	c := bits.NewCursor(data)
	a := &Config{
		FrameLength: int(c.U32()), CompatibleVersion: int(c.U8()), BitDepth: int(c.U8()),
		PB: int(c.U8()), MB: int(c.U8()), KB: int(c.U8()), NumChannels: int(c.U8()), MaxRun: int(c.U16()),
		MaxFrameBytes: int(c.U32()), AvgBitRate: int(c.U32()), SampleRate: int(c.U32()),
	}
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case a.FrameLength == 0 || a.FrameLength > maxFrameLength:
		return nil, fmt.Errorf("%w: %d", errFrameLength, a.FrameLength)
	case a.BitDepth != 16 && a.BitDepth != 20 && a.BitDepth != 24 && a.BitDepth != 32:
		return nil, fmt.Errorf("%w: %d", errBitDepth, a.BitDepth)
	case a.NumChannels == 0 || a.NumChannels >= len(layouts):
		return nil, fmt.Errorf("%w: %d", errChannels, a.NumChannels)
	case a.SampleRate > math.MaxInt32:
		return nil, fmt.Errorf("%w: %d", errSampleRate, a.SampleRate)
	}
	return a, nil
}

// layouts are the channels by their number (Apple's ALACChannelLayoutInfo).
var layouts = [...]media.ChannelMask{
	1: media.LayoutMono,
	2: media.LayoutStereo,
	3: media.LayoutSurround,
	4: media.Layout4Point0,
	5: media.Layout5Point0Back,
	6: media.Layout5Point1Back,
	7: media.Layout6Point1Back,
	8: media.Layout5Point1Back | media.FrontLeftOfCenter | media.FrontRightOfCenter,
}

// Describe fills in what ffprobe says of a track with this configuration.
func (a *Config) Describe(t *media.Track) {
	t.SetCodec("alac")
	t.Audio.SampleFormat = "s32p"
	if a.BitDepth == 16 {
		t.Audio.SampleFormat = "s16p"
	}
	t.Audio.SampleRate = a.SampleRate
	t.Audio.Channels = a.NumChannels
	t.Audio.ChannelLayout = layouts[a.NumChannels].String()
	t.Audio.BitDepth = a.BitDepth
}
