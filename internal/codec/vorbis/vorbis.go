// Package vorbis reads Vorbis's headers (Vorbis I specification, 4.2) from Ogg packets and from the
// Xiph-laced block that Matroska and MP4 keep them in.
package vorbis

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Head is the identification header.
type Head struct {
	Version        int
	Channels       int
	SampleRate     int // Hz
	BitRateMaximum int // bit/s; 0 or less when not set
	BitRateNominal int
	BitRateMinimum int
	BlockSize0     int // samples of a short block
	BlockSize1     int // samples of a long block
}

// Headers are the three packets that precede sound.
type Headers struct {
	Identification, Comment, Setup []byte
}

var (
	errPacket  = errors.New("not the header packet that belongs here")
	errVersion = errors.New("unknown version")
	errHead    = errors.New("no channels or no sample rate")
	errBlocks  = errors.New("block sizes out of bounds")
	errFraming = errors.New("framing bit not set")
	errLacing  = errors.New("headers are not laced")
)

// Packet types (4.2.1).
const (
	packetIdentification = 1
	packetComment        = 3
	packetSetup          = 5
)

// checkPacket looks for the packet type and "vorbis" in front of a header.
func checkPacket(c *bits.Cursor, kind byte) error {
	got, name := c.U8(), c.Bytes(6)
	if c.Err() != nil {
		return c.Err()
	}
	if got != kind || string(name) != "vorbis" {
		return errPacket
	}
	return nil
}

// ParseHead reads the identification header (4.2.2).
func ParseHead(packet []byte) (*Head, error) {
	c := bits.NewCursor(packet)
	if err := checkPacket(c, packetIdentification); err != nil {
		return nil, err
	}
	h := &Head{Version: int(c.U32LE()), Channels: int(c.U8()), SampleRate: int(c.U32LE())}
	h.BitRateMaximum = int(int32(c.U32LE()))
	h.BitRateNominal = int(int32(c.U32LE()))
	h.BitRateMinimum = int(int32(c.U32LE()))
	blocks := c.U8()
	h.BlockSize0, h.BlockSize1 = 1<<(blocks&15), 1<<(blocks>>4)
	framing := c.U8()
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case h.Version != 0:
		return nil, fmt.Errorf("%w %d", errVersion, h.Version)
	case h.Channels == 0 || h.SampleRate == 0 || h.SampleRate > 1<<31-1:
		return nil, errHead
	case h.BlockSize0 < 1<<6 || h.BlockSize1 > 1<<13 || h.BlockSize0 > h.BlockSize1:
		return nil, fmt.Errorf("%w: %d and %d", errBlocks, h.BlockSize0, h.BlockSize1)
	case framing&1 == 0:
		return nil, errFraming
	}
	return h, nil
}

// SplitHeaders takes the headers out of a CodecPrivate or DecoderSpecificInfo: laced as in Ogg behind
// the number of packets less one, or each behind its length in two bytes.
func SplitHeaders(data []byte) (*Headers, error) {
	c := bits.NewCursor(data)
	var packets [3][]byte
	const headSize = 30
	switch first := c.Peek(2); {
	case len(first) == 2 && first[0] == 0 && first[1] == headSize:
		for i := range packets {
			packets[i] = c.Bytes(int(c.U16()))
		}
	case len(first) > 0 && first[0] == 2:
		c.Skip(1)
		identification, comment := readLacing(c), readLacing(c)
		packets[0], packets[1] = c.Bytes(identification), c.Bytes(comment)
		packets[2] = c.Rest()
	default:
		return nil, errLacing
	}
	if c.Err() != nil {
		return nil, c.Err()
	}
	h := &Headers{packets[0], packets[1], packets[2]}
	for i, kind := range []byte{packetIdentification, packetComment, packetSetup} {
		if err := checkPacket(bits.NewCursor(packets[i]), kind); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// readLacing sums lacing values: 255 means that another follows (RFC 3533, 6).
func readLacing(c *bits.Cursor) int {
	n := 0
	for c.Err() == nil {
		v := c.U8()
		n += int(v)
		if v != 255 {
			break
		}
	}
	return n
}

// ParsePrivate splits data and reads the identification header.
func ParsePrivate(data []byte) (*Head, error) {
	h, err := SplitHeaders(data)
	if err != nil {
		return nil, err
	}
	return ParseHead(h.Identification)
}

// layouts are the channels by their number (4.3.9); with more, the application decides.
var layouts = [...]media.ChannelMask{
	1: media.LayoutMono,
	2: media.LayoutStereo,
	3: media.LayoutSurround,
	4: media.LayoutQuad,
	5: media.Layout5Point0Back,
	6: media.Layout5Point1Back,
	7: media.Layout6Point1,
	8: media.Layout7Point1,
}

// Describe fills in what ffprobe says of a track with this header.
func (h *Head) Describe(t *media.Track) {
	t.SetCodec("vorbis")
	t.Audio.SampleFormat = "fltp"
	t.Audio.SampleRate = h.SampleRate
	t.Audio.Channels = h.Channels
	t.Audio.ChannelLayout = ""
	if h.Channels < len(layouts) {
		t.Audio.ChannelLayout = layouts[h.Channels].String()
	}
}
