// Package speex reads Speex's header (The Speex Codec Manual, table 5).
package speex

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

var errHead = errors.New("not a Speex header")

// Head is the header.
type Head struct {
	Rate            int // Hz
	Mode            int
	Channels        int
	BitRate         int // bit/s; -1 or 0 when not told
	FrameSize       int // samples
	FramesPerPacket int
}

// ParseHead reads the packet.
func ParseHead(packet []byte) (*Head, error) {
	c := bits.NewCursor(packet)
	magic := string(c.Bytes(8))
	c.Skip(20 + 4 + 4) // version, its number, size of the header
	h := &Head{Rate: int(int32(c.U32LE())), Mode: int(int32(c.U32LE()))}
	c.Skip(4)
	h.Channels, h.BitRate, h.FrameSize = int(int32(c.U32LE())), int(int32(c.U32LE())), int(int32(c.U32LE()))
	c.Skip(4)
	h.FramesPerPacket = int(int32(c.U32LE()))
	if c.Err() != nil || magic != "Speex   " || h.Rate <= 0 || h.Rate > 192_000 || h.Channels < 1 || h.Channels > 2 || h.FrameSize <= 0 || h.FrameSize > 1<<16 {
		return nil, errHead
	}
	if h.FramesPerPacket <= 0 || h.FramesPerPacket > 64 {
		h.FramesPerPacket = 1
	}
	return h, nil
}

// Describe writes into t what ffprobe prints of a stream with this header in Ogg.
func (h *Head) Describe(t *media.Track) {
	t.SetCodec("speex")
	t.Audio.SampleFormat, t.Audio.SampleRate, t.Audio.Channels = "flt", h.Rate, h.Channels
	if h.BitRate > 0 {
		t.BitRate = int64(h.BitRate)
	}
}
