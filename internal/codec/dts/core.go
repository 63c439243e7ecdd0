package dts

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Sync words (5.3.1, 7.4.1).
const (
	syncCore      = 0x7ffe8001
	syncSubstream = 0x64582025
	syncExpress   = 0x0a801921
)

// The kinds of extension inside a core frame, ext_audio_type (table 5-11).
const (
	extXCH  = 0 // a rear centre channel
	extX96  = 2 // up to 96 kHz
	extXXCH = 6 // more channels
)

// Core is the header of a core frame (5.3.1).
type Core struct {
	Blocks       int // of 32 samples
	FrameSize    int // bytes
	AudioMode    int // AMODE
	SampleRate   int
	BitRate      int // bit/s; 0 for open, variable and lossless
	Extension    int // ext_audio_type
	HasExtension bool
	LFE          bool
}

var (
	errSync     = errors.New("no sync word")
	errReserved = errors.New("reserved value in a frame header")
	errMode     = errors.New("audio mode that ffprobe does not know")
	errChannels = errors.New("number of channels that is not the audio mode's")
)

var (
	coreRates    = [16]int{0, 8000, 16000, 32000, 0, 0, 11025, 22050, 44100, 0, 0, 12000, 24000, 48000, 96000, 192000}
	coreBitRates = [32]int{
		32000, 56000, 64000, 96000, 112000, 128000, 192000, 224000, 256000, 320000, 384000, 448000, 512000, 576000,
		640000, 768000, 896000, 1024000, 1152000, 1280000, 1344000, 1408000, 1411200, 1472000, 1536000, 1920000,
		2048000, 3072000, 3840000,
	}
)

// minFrameSize is the shortest core frame (FSIZE).
const minFrameSize = 96

// Samples returns the frame's length in samples of each channel.
func (c *Core) Samples() int { return 32 * c.Blocks }

// ParseCore reads the header at the start of data and the number of channels behind it (5.3.2), in 16-bit big-endian words as MP4 and Matroska
// keep them.
func ParseCore(data []byte) (*Core, error) {
	r := bits.NewBitReader(data)
	if r.U(32) != syncCore {
		if r.Err() != nil {
			return nil, r.Err()
		}
		return nil, errSync
	}
	r.Skip(1) // FTYPE
	deficit := r.Int(5) + 1
	crc := r.Flag()
	c := &Core{Blocks: r.Int(7) + 1, FrameSize: r.Int(14) + 1, AudioMode: r.Int(6)}
	c.SampleRate, c.BitRate = coreRates[r.Int(4)], coreBitRates[r.Int(5)]
	reserved := r.Flag()
	r.Skip(4) // DYNF, TIMEF, AUXF, HDCD
	c.Extension, c.HasExtension = r.Int(3), r.Flag()
	r.Skip(1) // ASPF
	lfe := r.Int(2)
	c.LFE = lfe != 0
	r.Skip(1) // HFLAG
	if crc {
		r.Skip(16)
	}
	r.Skip(1 + 4 + 2) // FILTS, VERNUM, CHIST
	resolution := r.Int(3)
	r.Skip(2 + 4) // SUMF, SUMS, DIALNORM
	r.Skip(4)     // SUBFS
	channels := r.Int(3) + 1
	switch {
	case r.Err() != nil:
		return nil, r.Err()
	case deficit != 32, c.Blocks%8 != 0, c.FrameSize < minFrameSize, reserved:
		return nil, errReserved
	case c.SampleRate == 0, lfe == 3, resolution == 4, resolution == 7:
		return nil, errReserved
	case c.AudioMode >= len(modeChannels):
		return nil, errMode
	case channels != modeChannels[c.AudioMode].Count():
		return nil, errChannels
	}
	return c, nil
}

// modeChannels are the channels of an audio mode (table 5-4): dual mono, left and right and sum and
// difference all come out as stereo.
var modeChannels = [10]media.ChannelMask{
	media.LayoutMono, media.LayoutStereo, media.LayoutStereo, media.LayoutStereo, media.LayoutStereo,
	media.LayoutSurround, media.Layout3Point0Back, media.Layout4Point0, media.LayoutQuadSide, media.Layout5Point0,
}

// Layout returns the channels of the core without extensions.
func (c *Core) Layout() media.ChannelMask {
	mask := modeChannels[c.AudioMode]
	if c.LFE {
		mask |= media.LowFrequency
	}
	return mask
}

// extended tells whether the frame says that it holds more than its channels at its rate.
func (c *Core) extended() bool {
	return c.HasExtension && (c.Extension == extXCH || c.Extension == extX96 || c.Extension == extXXCH)
}
