package h265

import (
	"bytes"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// ParameterSets are the parameter sets known at some point of a stream.
type ParameterSets struct {
	LengthSize int // bytes of the length before each NAL unit; 0 in a byte stream with start codes
	HDR        HDR // from SEI messages beside the parameter sets
	vps        map[int]*VPS
	sps        map[int]*SPS
	pps        map[int]int // sequence parameter set by picture parameter set
}

func newSets(lengthSize int) *ParameterSets {
	return &ParameterSets{LengthSize: lengthSize, vps: map[int]*VPS{}, sps: map[int]*SPS{}, pps: map[int]int{}}
}

// ParseConfig reads an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1) as it stands in
// an hvcC box or in Matroska's CodecPrivate. A record of a stream that carries its parameter sets
// in its samples has none; then Picture finds them.
func ParseConfig(record []byte) (*ParameterSets, error) {
	c := bits.NewCursor(record)
	version := c.U8()
	c.Skip(20) // profile, level and formats: the parameter set has them too
	length := c.U8()
	arrays := c.U8()
	if c.Err() == nil && version > 1 { // early writers left 0 there
		return nil, errValue
	}
	p := newSets(int(length&3) + 1)
	for range arrays {
		c.Skip(1) // completeness and the type, which each unit tells too
		for range c.U16() {
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
	p := newSets(0)
	for nalu := range bits.StartCodes(stream) {
		if err := p.Add(nalu); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Add takes in one NAL unit if it is a parameter set or an SEI message of the base layer; others
// are ignored. A later set with the same number replaces an earlier one.
func (p *ParameterSets) Add(nalu []byte) error {
	kind, ok := nalType(nalu)
	if !ok {
		return nil
	}
	switch kind {
	case nalVPS:
		v, err := ParseVPS(nalu)
		if err != nil {
			return err
		}
		p.vps[v.ID] = v
	case nalSPS:
		s, err := ParseSPS(nalu)
		if err != nil {
			return err
		}
		if p.vps[s.VPSID] == nil {
			return fmt.Errorf("sequence parameter set: %w", errNoVPS)
		}
		p.sps[s.ID] = s
	case nalPPS:
		r := bits.NewRBSPReader(bits.Unescape(nalu[nalHeader:]))
		id, sps := r.UE(), r.UE()
		if err := r.Err(); err != nil || id >= maxPPS || p.sps[int(sps)] == nil {
			return fmt.Errorf("picture parameter set: %w", errNoSPS)
		}
		p.pps[int(id)] = int(sps)
	case nalPrefixSEI:
		p.HDR.parseSEI(nalu, nil)
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
