package h264

import "math"

// order counts picture order from slice to slice (8.2.1).
type order struct {
	prevMsb, prevLsb    int64
	prevFrameNum        int64
	prevFrameNumOffset  int64
	frameNumOffset, msb int64
	known               bool // prevLsb is set
	deltaPerCycle       int64
	deltaPerCycleOf     *SPS
}

// reset starts over, as an IDR picture does.
func (o *order) reset() {
	*o = order{deltaPerCycle: o.deltaPerCycle, deltaPerCycleOf: o.deltaPerCycleOf}
}

// next returns the picture order counts of the top and the bottom field of a slice's picture. For
// a single field the other count is the largest number.
func (o *order) next(s *slice) (top, bottom int64) {
	maxFrameNum := int64(1) << s.sps.Log2MaxFrameNum
	o.frameNumOffset = o.prevFrameNumOffset
	if int64(s.frameNum) < o.prevFrameNum {
		o.frameNumOffset += maxFrameNum
	}
	switch s.sps.PicOrderCntType {
	case 0:
		top, bottom = o.lsb(s)
	case 1:
		top, bottom = o.cycle(s)
	default:
		top = 2 * (o.frameNumOffset + int64(s.frameNum))
		if s.refIDC == 0 {
			top--
		}
		bottom = top
	}
	switch {
	case s.fieldPic && s.bottomField:
		top = math.MaxInt64
	case s.fieldPic:
		bottom = math.MaxInt64
	}
	return top, bottom
}

// lsb is 8.2.1.1.
func (o *order) lsb(s *slice) (top, bottom int64) {
	size, lsb := int64(1)<<s.sps.Log2MaxPicOrderCntLsb, int64(s.pocLsb)
	if !o.known {
		o.prevLsb, o.known = lsb, true
	}
	o.msb = o.prevMsb
	switch {
	case lsb < o.prevLsb && o.prevLsb-lsb >= size/2:
		o.msb += size
	case lsb > o.prevLsb && lsb-o.prevLsb > size/2:
		o.msb -= size
	}
	top = o.msb + lsb
	bottom = top
	if !s.fieldPic {
		bottom += int64(s.deltaPOCBottom)
	}
	return top, bottom
}

// cycle is 8.2.1.2.
func (o *order) cycle(s *slice) (top, bottom int64) {
	n := int64(len(s.sps.OffsetForRefFrame))
	if o.deltaPerCycleOf != s.sps {
		o.deltaPerCycle, o.deltaPerCycleOf = 0, s.sps
		for _, d := range s.sps.OffsetForRefFrame {
			o.deltaPerCycle += int64(d)
		}
	}
	frame := int64(0)
	if n > 0 {
		frame = o.frameNumOffset + int64(s.frameNum)
	}
	if s.refIDC == 0 && frame > 0 {
		frame--
	}
	expected := int64(0)
	if frame > 0 {
		expected = (frame - 1) / n * o.deltaPerCycle
		for _, d := range s.sps.OffsetForRefFrame[:(frame-1)%n+1] {
			expected += int64(d)
		}
	}
	if s.refIDC == 0 {
		expected += int64(s.sps.OffsetForNonRefPic)
	}
	top = expected + int64(s.deltaPOC[0])
	bottom = top + int64(s.sps.OffsetForTopToBottomField)
	if !s.fieldPic {
		bottom += int64(s.deltaPOC[1])
	}
	return top, bottom
}

// end keeps what the next picture goes on from.
func (o *order) end(s *slice) {
	if s.refIDC != 0 {
		o.prevMsb, o.prevLsb = o.msb, int64(s.pocLsb)
	}
	o.prevFrameNumOffset, o.prevFrameNum = o.frameNumOffset, int64(s.frameNum)
}
