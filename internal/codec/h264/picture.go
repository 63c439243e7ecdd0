package h264

import (
	"encoding/binary"
	"fmt"
	"iter"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Picture is what the headers of one access unit tell beyond the parameter sets.
type Picture struct {
	SPS       *SPS
	IDR       bool
	FieldPic  bool // the access unit starts with a single field
	PicStruct int  // pic_struct of table D-1; -1 when there is none

	// PreferredTransfer is the transfer characteristics of an alternative transfer SEI message
	// (D.1.31), 0 when there is none.
	PreferredTransfer int

	slice *slice
}

// Picture reads the headers of an access unit: a sample of MP4 or a block of Matroska, whole or
// cut off after its first slice header. Parameter sets inside it are taken in.
func (p *ParameterSets) Picture(au []byte) (*Picture, error) {
	var sei [][]byte
	for nalu := range p.nalUnits(au) {
		switch nalu[0] & 0x1f {
		case nalSPS, nalPPS:
			if err := p.Add(nalu); err != nil {
				return nil, err
			}
		case nalSEI:
			sei = append(sei, nalu)
		case nalSlice, nalDPA, nalIDR:
			s, err := p.parseSlice(nalu)
			if err != nil {
				return nil, fmt.Errorf("slice header: %w", err)
			}
			pic := &Picture{SPS: s.sps, IDR: s.idr, FieldPic: s.fieldPic, PicStruct: -1, slice: s}
			for _, nalu := range sei {
				pic.parseSEI(nalu)
			}
			return pic, nil
		}
	}
	return nil, errNoSlice
}

// FirstPicture is Picture for an access unit of the given length, of which au is the beginning,
// that nothing has been decoded before. ffprobe's decoder gives an access unit up when a NAL unit
// leads out of it, and then learns nothing from it: that is an error. There is no picture, and no
// error, when the access unit is sound but holds none.
func (p *ParameterSets) FirstPicture(au []byte, size int64) (*Picture, error) {
	found, err := p.checkUnits(au, size)
	if err != nil || !found {
		return nil, err
	}
	return p.Picture(au)
}

// checkUnits follows the lengths of NAL units up to the first slice.
func (p *ParameterSets) checkUnits(au []byte, size int64) (slice bool, err error) {
	if p.LengthSize == 0 {
		return true, nil
	}
	for left := size; left > int64(p.LengthSize); {
		if len(au) <= p.LengthSize {
			return false, errCut
		}
		var length [8]byte
		copy(length[8-p.LengthSize:], au)
		n := int64(binary.BigEndian.Uint64(length[:]))
		au, left = au[p.LengthSize:], left-int64(p.LengthSize)
		if n == 0 || n > left {
			return false, errLength
		}
		if au[0]&0x80 != 0 {
			return false, errNotNAL // forbidden_zero_bit
		}
		switch au[0] & 0x1f {
		case nalSlice, nalDPA, nalIDR:
			return true, nil
		}
		au, left = au[min(n, int64(len(au))):], left-n
	}
	return false, nil
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

// FieldOrder tells ffprobe's field order of a stream that starts with this picture: "progressive",
// "tt" or "bb". It is empty for field pictures: ffprobe then goes by later pictures.
func (p *Picture) FieldOrder() string {
	if p.FieldPic {
		return ""
	}
	var delta int64 // of the bottom field's picture order count to the top field's
	switch {
	case p.SPS.VUI != nil && p.SPS.VUI.PicStructPresent && p.PicStruct >= 0:
		switch p.PicStruct {
		case 3, 5:
			delta = 1
		case 4, 6:
			delta = -1
		}
	case p.SPS.PicOrderCntType == 0:
		delta = int64(p.slice.deltaPOCBottom)
	case p.SPS.PicOrderCntType == 1:
		delta = int64(p.SPS.OffsetForTopToBottomField) + int64(p.slice.deltaPOC[1])
	}
	switch {
	case delta > 0:
		return "tt"
	case delta < 0:
		return "bb"
	}
	return "progressive"
}

// NeedsPicture says whether ffprobe's facts can depend on more than the parameter sets: the field
// order, or a transfer function that an SEI message replaces.
func (p *ParameterSets) NeedsPicture() bool {
	s, err := p.SPS()
	if err != nil || !s.FrameMbsOnly || s.PicOrderCntType == 1 {
		return true
	}
	for _, pps := range p.pps {
		if pps.BottomFieldPicOrderInFrame {
			return true
		}
	}
	if s.VUI == nil {
		return false
	}
	// Backward compatible HLG is told by an SEI message and goes with BT.2020 primaries.
	return s.VUI.PicStructPresent || s.VUI.ColourPrimaries == primariesBT2020
}
