package h264

import (
	"bytes"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// ParameterSets are the parameter sets known at some point of a stream.
type ParameterSets struct {
	LengthSize int // bytes of the length before each NAL unit; 0 in a byte stream with start codes
	sps        map[int]*SPS
	pps        map[int]*PPS
}

// ParseConfig reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) as it stands in
// an avcC box or in Matroska's CodecPrivate. What follows the parameter sets is left alone: some
// writers leave the High profile's extension out, others add bytes of their own.
func ParseConfig(record []byte) (*ParameterSets, error) {
	c := bits.NewCursor(record)
	version := c.U8()
	c.Skip(3) // profile, constraint flags and level: the parameter set has them too
	length := c.U8()
	if c.Err() == nil && version != 1 {
		return nil, errVersion
	}
	p := &ParameterSets{LengthSize: int(length&3) + 1, sps: map[int]*SPS{}, pps: map[int]*PPS{}}
	for _, mask := range []uint8{0x1f, 0xff} {
		for range c.U8() & mask {
			nalu := c.Bytes(int(c.U16()))
			if err := c.Err(); err != nil {
				return nil, fmt.Errorf("configuration record: %w", err)
			}
			if bytes.Contains(nalu, []byte{0, 0, 1}) {
				return nil, fmt.Errorf("configuration record: %w", errStartCode)
			}
			if err := p.Add(nalu); err != nil {
				return nil, fmt.Errorf("configuration record: %w", err)
			}
		}
	}
	if err := c.Err(); err != nil {
		return nil, fmt.Errorf("configuration record: %w", err)
	}
	return p, nil
}

// ParseAnnexB reads the parameter sets of a byte stream with start codes (annex B).
func ParseAnnexB(stream []byte) (*ParameterSets, error) {
	p := &ParameterSets{sps: map[int]*SPS{}, pps: map[int]*PPS{}}
	for nalu := range bits.StartCodes(stream) {
		if err := p.Add(nalu); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Add takes in one NAL unit if it is a parameter set; others are ignored. A later set with the
// same number replaces an earlier one.
func (p *ParameterSets) Add(nalu []byte) error {
	if len(nalu) == 0 {
		return nil
	}
	switch nalu[0] & 0x1f {
	case nalSPS:
		for _, s := range p.sps {
			if s.raw == string(nalu) {
				return nil // a stream repeats it before each key picture
			}
		}
		s, err := ParseSPS(nalu)
		if err != nil {
			return err
		}
		p.sps[s.ID] = s
	case nalPPS:
		pps, err := ParsePPS(nalu, p.sps)
		if err != nil {
			return err
		}
		p.pps[pps.ID] = pps
	}
	return nil
}

// SPS returns the one sequence parameter set there is. It is an error when there is none, or when
// several differ so that only a slice can tell which one counts (see Picture).
func (p *ParameterSets) SPS() (*SPS, error) {
	if len(p.sps) > 1 {
		return nil, errSeveral
	}
	for _, s := range p.sps {
		return s, nil
	}
	return nil, errNoSPS
}

// active returns the sets that a slice refers to.
func (p *ParameterSets) active(id int) (*SPS, *PPS, error) {
	pps := p.pps[id]
	if pps == nil {
		return nil, nil, errNoPPS
	}
	s := p.sps[pps.SPSID]
	if s == nil {
		return nil, nil, errNoSPS
	}
	return s, pps, nil
}
