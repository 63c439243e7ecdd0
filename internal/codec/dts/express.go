package dts

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Express is the header of a DTS Express frame that starts a decoder (clause 9).
type Express struct {
	SampleRate      int
	ChannelMask     int // ucSpkrMask, in the bits of table 7-9
	LFE             bool
	BitRate         int // bit/s, of the original stream
	ScaledBitRate   int // bit/s, of this one
	BitsPerSample24 bool
}

// decoderInit is the header type that carries the parameters; others repeat the sync only.
const decoderInit = 2

// The flags of the header.
const (
	express24Bit = 0x01
	expressLFE   = 0x02
)

var (
	errNoInit  = errors.New("frame without the decoder's parameters")
	errVersion = errors.New("unknown version")
	errMask    = errors.New("no known speaker in the mask")
)

// ParseExpress reads the header at the start of data.
func ParseExpress(data []byte) (*Express, error) {
	c := bits.NewCursor(data)
	sync, kind := c.U32(), c.U8()
	rate := c.U8()
	e := &Express{ChannelMask: int(c.U16LE())}
	version, flags, high := c.U16LE(), c.U8(), int(c.U8())
	e.BitRate = int(c.U16LE()) | high&0x0f<<16
	e.ScaledBitRate = int(c.U16LE()) | high&0xf0<<12
	e.LFE, e.BitsPerSample24 = flags&expressLFE != 0, flags&express24Bit != 0
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case sync != syncExpress:
		return nil, errSync
	case kind != decoderInit:
		return nil, errNoInit
	case int(rate) >= len(maxSampleRates):
		return nil, errReserved
	case version&0xff00 != 0x0800:
		return nil, errVersion
	case e.ChannelMask&7 == 0:
		return nil, errMask
	}
	e.SampleRate = maxSampleRates[rate]
	return e, nil
}

// Layout returns the channels: centre, left and right, surrounds by the low bits of the mask, and
// the LFE.
func (e *Express) Layout() media.ChannelMask {
	var mask media.ChannelMask
	for i, m := range []media.ChannelMask{media.FrontCenter, media.LayoutStereo, media.SideLeft | media.SideRight} {
		if e.ChannelMask>>i&1 != 0 {
			mask |= m
		}
	}
	if e.LFE {
		mask |= media.LowFrequency
	}
	return mask
}
