package aac

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// ADTS is the header of an ADTS frame (ISO/IEC 14496-3, 1.A.3.2).
type ADTS struct {
	MPEG2                  bool // ID: the frame is MPEG-2 AAC, ISO/IEC 13818-7
	ProtectionAbsent       bool // no checksum follows the header
	AudioObjectType        int  // profile_ObjectType + 1
	SamplingFrequencyIndex int
	SamplingFrequency      int
	ChannelConfiguration   int // 0: the frame starts with a program config element
	FrameLength            int // bytes, with the header
	BufferFullness         int // 0x7ff: variable bit rate
	RawDataBlocks          int // raw data blocks in the frame, 1024 samples each
}

// ADTSHeaderSize is how many bytes ParseADTS needs.
const ADTSHeaderSize = 7

var (
	errSync      = errors.New("no sync word")
	errFrequency = errors.New("reserved sampling frequency")
	errLength    = errors.New("frame shorter than its header")
)

// HeaderSize returns the bytes before the first raw data block.
func (h *ADTS) HeaderSize() int {
	if h.ProtectionAbsent {
		return ADTSHeaderSize
	}
	return ADTSHeaderSize + 2
}

// Samples returns the length of the frame in samples of the core.
func (h *ADTS) Samples() int { return 1024 * h.RawDataBlocks }

// Config returns the configuration that a stream of such frames has: band replication is never
// signalled.
func (h *ADTS) Config() *Config {
	c := &Config{
		AudioObjectType:        h.AudioObjectType,
		SamplingFrequencyIndex: h.SamplingFrequencyIndex,
		SamplingFrequency:      h.SamplingFrequency,
		ChannelConfiguration:   h.ChannelConfiguration,
		FrameLength:            1024,
		specificConfigOK:       true,
	}
	c.limitPS()
	return c
}

// ParseADTS reads the header at the start of data.
func ParseADTS(data []byte) (*ADTS, error) {
	r := bits.NewBitReader(data)
	sync := r.U(12)
	h := &ADTS{MPEG2: r.Flag()}
	layer := r.U(2)
	h.ProtectionAbsent = r.Flag()
	h.AudioObjectType = r.Int(2) + 1
	h.SamplingFrequencyIndex = r.Int(4)
	h.SamplingFrequency = samplingFrequencies[h.SamplingFrequencyIndex]
	r.Skip(1) // private_bit
	h.ChannelConfiguration = r.Int(3)
	r.Skip(4) // original_copy, home, copyright_identification_bit, _start
	h.FrameLength = r.Int(13)
	h.BufferFullness = r.Int(11)
	h.RawDataBlocks = r.Int(2) + 1
	switch {
	case r.Err() != nil:
		return nil, r.Err()
	case sync != 0xfff || layer != 0:
		return nil, errSync
	case h.SamplingFrequency == 0:
		return nil, errFrequency
	case h.FrameLength < h.HeaderSize():
		return nil, errLength
	}
	return h, nil
}
