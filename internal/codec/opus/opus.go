// Package opus reads the identification header of Opus: OpusHead of Ogg and Matroska (RFC 7845,
// 5.1) and dOps of the ISO base media file format, which carries the same fields.
package opus

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// SampleRate is the rate that all Opus sound is decoded at, whatever it was recorded at.
const SampleRate = 48000

// Head is the identification header.
type Head struct {
	Version         int
	ChannelCount    int
	PreSkip         int // samples at 48 kHz to drop from the start
	InputSampleRate int // of the recording; for information only
	OutputGain      int // Q7.8 dB
	MappingFamily   int
	StreamCount     int
	CoupledCount    int
	ChannelMapping  []byte // the decoded channel each output channel takes; nil for family 0
}

// The mapping families (RFC 7845, 5.1.1; RFC 8486, 3).
const (
	familyMonoStereo = 0
	familyVorbis     = 1
	familyAmbisonics = 2
	familyDiscrete   = 255
)

var (
	errMagic    = errors.New("no OpusHead signature")
	errVersion  = errors.New("unknown version")
	errChannels = errors.New("channel count that the mapping family does not allow")
	errStreams  = errors.New("stream counts that do not fit")
	errMapping  = errors.New("channel mapped to no stream")
	errFamily   = errors.New("unknown mapping family")
)

// ParseHead reads an OpusHead packet.
func ParseHead(data []byte) (*Head, error) {
	if !bytes.HasPrefix(data, []byte("OpusHead")) {
		return nil, errMagic
	}
	c := bits.NewCursor(data)
	c.Skip(8)
	h := &Head{Version: int(c.U8()), ChannelCount: int(c.U8()), PreSkip: int(c.U16LE())}
	h.InputSampleRate = int(c.U32LE())
	h.OutputGain = int(int16(c.U16LE()))
	return h, h.readMapping(c)
}

// ParseDOps reads the body of an OpusSpecificBox (Encapsulation of Opus in ISOBMFF, 4.3.2), whose
// numbers are big-endian.
func ParseDOps(data []byte) (*Head, error) {
	c := bits.NewCursor(data)
	h := &Head{Version: int(c.U8()), ChannelCount: int(c.U8()), PreSkip: int(c.U16())}
	h.InputSampleRate = int(c.U32())
	h.OutputGain = int(c.I16())
	if c.Err() == nil && h.Version != 0 {
		return nil, fmt.Errorf("%w %d", errVersion, h.Version)
	}
	return h, h.readMapping(c)
}

// Default returns the header that ffprobe assumes for a track without one.
func Default(channels int) (*Head, error) {
	h := &Head{Version: 1, ChannelCount: channels, StreamCount: 1, CoupledCount: channels - 1}
	if channels != 1 && channels != 2 {
		return nil, fmt.Errorf("%w: %d without a header", errChannels, channels)
	}
	return h, nil
}

// readMapping reads the channel mapping table (RFC 7845, 5.1.1) and checks the whole header the
// way ffprobe's decoder does.
func (h *Head) readMapping(c *bits.Cursor) error {
	h.MappingFamily = int(c.U8())
	if h.MappingFamily == familyMonoStereo {
		h.StreamCount, h.CoupledCount = 1, h.ChannelCount-1
	} else {
		h.StreamCount, h.CoupledCount = int(c.U8()), int(c.U8())
		h.ChannelMapping = c.Bytes(h.ChannelCount)
	}
	switch {
	case c.Err() != nil:
		return c.Err()
	case h.Version > 15:
		return fmt.Errorf("%w %d", errVersion, h.Version)
	case h.ChannelCount == 0, h.MappingFamily == familyMonoStereo && h.ChannelCount > 2:
		return fmt.Errorf("%w: %d in family %d", errChannels, h.ChannelCount, h.MappingFamily)
	case h.StreamCount == 0, h.CoupledCount > h.StreamCount, h.StreamCount+h.CoupledCount > 255:
		return fmt.Errorf("%w: %d, %d of them coupled", errStreams, h.StreamCount, h.CoupledCount)
	}
	if _, ok := h.layout(); !ok {
		return fmt.Errorf("%w: %d in family %d", errChannels, h.ChannelCount, h.MappingFamily)
	}
	for _, stream := range h.ChannelMapping {
		if stream != 255 && int(stream) >= h.StreamCount+h.CoupledCount {
			return errMapping
		}
	}
	switch h.MappingFamily {
	case familyMonoStereo, familyVorbis, familyAmbisonics, familyDiscrete:
		return nil
	}
	return fmt.Errorf("%w %d", errFamily, h.MappingFamily)
}

// vorbisLayouts are the channels of mapping family 1 (RFC 7845, 5.1.1.2), by their number.
var vorbisLayouts = [...]media.ChannelMask{
	1: media.LayoutMono,
	2: media.LayoutStereo,
	3: media.LayoutSurround,
	4: media.LayoutQuad,
	5: media.Layout5Point0Back,
	6: media.Layout5Point1Back,
	7: media.Layout6Point1,
	8: media.Layout7Point1,
}

// layout returns ffprobe's name of the layout; ok is false when the family does not have so many
// channels.
func (h *Head) layout() (name string, ok bool) {
	switch h.MappingFamily {
	case familyMonoStereo, familyVorbis:
		if h.ChannelCount >= len(vorbisLayouts) {
			return "", false
		}
		return vorbisLayouts[h.ChannelCount].String(), true
	case familyAmbisonics:
		order := 0
		for (order+2)*(order+2) <= h.ChannelCount {
			order++
		}
		name = fmt.Sprintf("ambisonic %d", order)
		switch h.ChannelCount - (order+1)*(order+1) {
		case 0:
			return name, true
		case 2: // a pair that does not turn with the head (RFC 8486, 3.1)
			return name + "+stereo", true
		}
		return "", false
	}
	return "", true
}

// Describe fills in what ffprobe says of a track with this header.
func (h *Head) Describe(t *media.Track) {
	t.SetCodec("opus")
	t.Audio.SampleFormat = "fltp"
	t.Audio.SampleRate = SampleRate
	t.Audio.Channels = h.ChannelCount
	t.Audio.ChannelLayout, _ = h.layout()
}
