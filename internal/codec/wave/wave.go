// Package wave reads WAVEFORMATEX and WAVEFORMATEXTENSIBLE, the sound descriptions of RIFF, ASF and
// Matroska's A_MS/ACM, and names the codecs of their format tags.
package wave

import (
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Format is WAVEFORMATEX with the fields of WAVEFORMATEXTENSIBLE where they are there.
type Format struct {
	FormatTag      uint16 // of the sub-format, where that stands for a tag
	Channels       int
	SamplesPerSec  int
	AvgBytesPerSec int
	BlockAlign     int
	BitsPerSample  int // the valid ones, when the extensible part states them
	Extensible     bool
	ChannelMask    media.ChannelMask // as stated; see Layout
	SubFormat      [16]byte
	Extra          []byte // what follows: the codec's own configuration
}

const (
	tagPCM        = 0x0001
	tagFloat      = 0x0003
	tagXMA1       = 0x0165 // a structure of its own
	tagExtensible = 0xfffe
)

var (
	errXMA1 = errors.New("XMAWAVEFORMAT is not a WAVEFORMATEX")
	errRate = errors.New("sample rate 0 or above 2^31-1")
)

// extensibleSize is the length of what WAVEFORMATEXTENSIBLE adds.
const extensibleSize = 22

// Parse reads a format, of 14 bytes or more.
func Parse(data []byte) (*Format, error) {
	c := bits.NewCursor(data)
	f := &Format{FormatTag: c.U16LE(), Channels: int(c.U16LE()), SamplesPerSec: int(c.U32LE())}
	f.AvgBytesPerSec, f.BlockAlign, f.BitsPerSample = int(c.U32LE()), int(c.U16LE()), 8
	if c.Left() >= 2 {
		f.BitsPerSample = int(c.U16LE())
	}
	var size int
	if c.Left() >= 2 {
		size = min(int(c.U16LE()), c.Left())
	}
	if f.FormatTag == tagExtensible {
		f.FormatTag, f.Extensible = 0, true
		if size >= extensibleSize {
			f.readExtensible(c)
			size -= extensibleSize
		}
	}
	f.Extra = c.Bytes(size)
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case f.FormatTag == tagXMA1:
		return nil, errXMA1
	case f.SamplesPerSec == 0 || f.SamplesPerSec > math.MaxInt32:
		return nil, errRate
	}
	return f, nil
}

func (f *Format) readExtensible(c *bits.Cursor) {
	if n := int(c.U16LE()); n > 0 {
		f.BitsPerSample = n
	}
	f.ChannelMask = media.ChannelMask(c.U32LE())
	f.SubFormat = [16]byte(c.Bytes(16))
	if base := [12]byte(f.SubFormat[4:]); base == subFormatBase || base == ambisonicBase {
		f.FormatTag = uint16(f.SubFormat[0]) | uint16(f.SubFormat[1])<<8
	}
}

// Sub-formats that stand for a tag end so (KSDATAFORMAT_SUBTYPE_WAVEFORMATEX, and B-format's).
var (
	subFormatBase = [12]byte{0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71}
	ambisonicBase = [12]byte{0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0x00, 0x00, 0x00}
)

// Codec returns ffprobe's codec; "" when it has none.
func (f *Format) Codec() string {
	if f.Extensible && f.FormatTag == 0 {
		return subFormats[f.SubFormat]
	}
	return Codec(f.FormatTag, f.BitsPerSample)
}

// Layout returns the channels when the mask names as many as there are; 0 otherwise.
func (f *Format) Layout() media.ChannelMask {
	if f.ChannelMask.Count() != f.Channels {
		return 0
	}
	return f.ChannelMask
}

// BitRate returns the stated rate in bit/s.
func (f *Format) BitRate() int64 { return 8 * int64(f.AvgBytesPerSec) }

// Describe fills in what the container states of the track: codec, tag, rate, channels and layout. What
// the codec adds, such as a sample format, is for its own room to say.
func (f *Format) Describe(t *media.Track) {
	t.Kind = media.KindAudio
	t.SetCodec(f.Codec())
	t.Codec.Tag = media.FourCC(f.FormatTag)
	t.Audio.SampleRate = f.SamplesPerSec
	t.Audio.Channels = f.Channels
	t.Audio.ChannelLayout = f.Layout().String()
}
