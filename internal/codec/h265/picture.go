package h265

import (
	"encoding/binary"
	"iter"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Picture is what the headers of one access unit tell beyond the parameter sets.
type Picture struct {
	SPS       *SPS
	VPS       *VPS
	IRAP      bool // a picture that decoding can start at
	PicStruct int  // pic_struct of table D.2; -1 when there is none
	HDR       HDR  // of this access unit and of the parameter sets

	// PreferredTransfer is the transfer characteristics of an alternative transfer SEI message
	// (D.2.38), 0 when there is none.
	PreferredTransfer int

	// InBand says that the parameter sets came with the picture and not with the container.
	InBand bool
}

// Picture reads the headers of an access unit: a sample of MP4 or a block of Matroska, whole or
// cut off after the start of its first slice. Parameter sets inside it are taken in.
func (p *ParameterSets) Picture(au []byte) (*Picture, error) {
	inBand := len(p.sps) == 0
	var sei [][]byte
	for nalu := range p.nalUnits(au) {
		kind, ok := nalType(nalu)
		switch {
		case !ok:
		case kind == nalPrefixSEI:
			sei = append(sei, nalu)
		case kind < nalFirstOther:
			pic, err := p.picture(nalu, kind)
			if err != nil {
				return nil, err
			}
			pic.InBand = inBand
			for _, nalu := range sei {
				pic.HDR.parseSEI(nalu, pic)
			}
			return pic, nil
		default:
			if err := p.Add(nalu); err != nil {
				return nil, err
			}
		}
	}
	return nil, errNoSlice
}

// picture reads the start of slice_segment_header() (7.3.6.1): which parameter set it refers to.
func (p *ParameterSets) picture(nalu []byte, kind int) (*Picture, error) {
	r := bits.NewBitReader(bits.Unescape(nalu[nalHeader:min(len(nalu), nalHeader+32)]))
	r.Skip(1) // first_slice_segment_in_pic_flag
	irap := kind >= nalFirstIRAP && kind <= nalLastIRAP
	if irap {
		r.Skip(1) // no_output_of_prior_pics_flag
	}
	id := r.UE()
	if err := r.Err(); err != nil {
		return nil, err
	}
	sps, ok := p.pps[int(id)]
	if !ok {
		return nil, errNoPPS
	}
	s := p.sps[sps]
	if s == nil {
		return nil, errNoSPS
	}
	return &Picture{SPS: s, VPS: p.vps[s.VPSID], IRAP: irap, PicStruct: -1, HDR: p.HDR}, nil
}

// nalUnits yields the NAL units of an access unit; the last one may be cut off.
func (p *ParameterSets) nalUnits(au []byte) iter.Seq[[]byte] {
	if p.LengthSize == 0 {
		return bits.StartCodes(au)
	}
	return func(yield func([]byte) bool) {
		for len(au) > p.LengthSize {
			var length [8]byte
			copy(length[8-p.LengthSize:], au)
			au = au[p.LengthSize:]
			n := min(binary.BigEndian.Uint64(length[:]), uint64(len(au)))
			if n > 0 && !yield(au[:n]) {
				return
			}
			au = au[n:]
		}
	}
}

// FieldOrder tells what ffprobe prints as field order when the container has none. It takes
// pic_struct of the first picture for a field order although the numbers mean something else: a
// top field reads "progressive", a bottom field "tt", and anything else is not printed.
func (p *Picture) FieldOrder() string {
	switch p.PicStruct {
	case 1, 9, 11:
		return "progressive"
	case 2, 10, 12:
		return "tt"
	}
	return ""
}

// NeedsPicture says whether ffprobe's facts depend on more than the parameter sets, or the sets
// are not here.
func (p *ParameterSets) NeedsPicture() bool {
	s, err := p.SPS()
	return err != nil || s.VUI != nil && s.VUI.FrameFieldInfoPresent
}
