package h264

import (
	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// VUI is the video usability information of a sequence parameter set, under the names of E.1.1.
type VUI struct {
	SAR                       media.Rational // zero when not told
	VideoSignalType           bool           // FullRange was told
	VideoFormat               int
	FullRange                 bool
	ColourDescription         bool // the three code points were told
	ColourPrimaries           int
	TransferCharacteristics   int
	MatrixCoefficients        int
	ChromaLocInfo             bool
	ChromaSampleLocTypeTop    int
	ChromaSampleLocTypeBottom int
	TimingInfo                bool
	NumUnitsInTick            uint32
	TimeScale                 uint32
	FixedFrameRate            bool
	HRD                       *HRD // the last one told
	LowDelayHRD               bool
	PicStructPresent          bool
	BitstreamRestriction      bool
	MaxNumReorderFrames       int
	MaxDecFrameBuffering      int
}

// HRD is what other syntax needs of hypothetical reference decoder parameters (E.1.2).
type HRD struct {
	CPBCount              int
	BitRate               uint64 // bit/s of the first schedule
	CPBSize               uint64 // bits of the first schedule
	ConstantBitRate       bool   // of the first schedule
	InitialDelayLength    int
	CPBRemovalDelayLength int
	DPBOutputDelayLength  int
	TimeOffsetLength      int
}

// extendedSAR is the aspect_ratio_idc of a ratio that is spelled out (table E-1).
const extendedSAR = 255

// parseVUI follows vui_parameters() of E.1.1. Some writers end it early; what ffprobe tolerates
// is tolerated here in the same places.
func parseVUI(r *bits.BitReader) (*VUI, error) {
	v := &VUI{ColourPrimaries: 2, TransferCharacteristics: 2, MatrixCoefficients: 2}
	if r.Flag() {
		idc := r.Int(8)
		switch {
		case idc == extendedSAR:
			v.SAR = media.Rational{Num: int64(r.U(16)), Den: int64(r.U(16))}
		case idc < len(sampleAspectRatios):
			v.SAR = sampleAspectRatios[idc]
		default:
			return nil, errValue
		}
	}
	if r.Flag() { // overscan_info_present_flag
		r.Skip(1)
	}
	if v.VideoSignalType = r.Flag(); v.VideoSignalType {
		v.VideoFormat = r.Int(3)
		v.FullRange = r.Flag()
		if v.ColourDescription = r.Flag(); v.ColourDescription {
			v.ColourPrimaries, v.TransferCharacteristics, v.MatrixCoefficients = r.Int(8), r.Int(8), r.Int(8)
		}
	}
	if v.ChromaLocInfo = r.Flag(); v.ChromaLocInfo {
		v.ChromaSampleLocTypeTop, v.ChromaSampleLocTypeBottom = clamp(r.UE()), clamp(r.UE())
	}
	if r.Left() < 10 && r.Peek(1) == 1 {
		return v, r.Err() // cut off before the timing information
	}
	if r.Flag() {
		v.NumUnitsInTick, v.TimeScale = r.U(32), r.U(32)
		v.FixedFrameRate = r.Flag()
		v.TimingInfo = v.NumUnitsInTick != 0 && v.TimeScale != 0
	}
	if err := v.parseHRDs(r); err != nil {
		return nil, err
	}
	v.PicStructPresent = r.Flag()
	if r.Err() != nil || r.Left() == 0 {
		return v, r.Err()
	}
	if r.Flag() {
		v.parseRestriction(r)
		if v.MaxNumReorderFrames > 16 {
			return nil, errValue
		}
	}
	return v, r.Err()
}

func (v *VUI) parseHRDs(r *bits.BitReader) error {
	nal, vcl := false, false
	if nal = r.Flag(); nal {
		if err := v.parseHRD(r); err != nil {
			return err
		}
	}
	if vcl = r.Flag(); vcl {
		if err := v.parseHRD(r); err != nil {
			return err
		}
	}
	if nal || vcl {
		v.LowDelayHRD = r.Flag()
	}
	return nil
}

// parseHRD follows hrd_parameters() of E.1.2.
func (v *VUI) parseHRD(r *bits.BitReader) error {
	count := r.UE()
	if count > 31 {
		return errValue
	}
	h := &HRD{CPBCount: int(count) + 1}
	bitRateScale, cpbScale := r.Int(4), r.Int(4)
	for i := range h.CPBCount {
		rate, size, cbr := r.UE(), r.UE(), r.Flag()
		if i == 0 {
			h.BitRate = (uint64(rate) + 1) << (6 + bitRateScale)
			h.CPBSize = (uint64(size) + 1) << (4 + cpbScale)
			h.ConstantBitRate = cbr
		}
	}
	h.InitialDelayLength = r.Int(5) + 1
	h.CPBRemovalDelayLength = r.Int(5) + 1
	h.DPBOutputDelayLength = r.Int(5) + 1
	h.TimeOffsetLength = r.Int(5)
	v.HRD = h
	return r.Err()
}

// parseRestriction reads the bitstream restriction, the last part of E.1.1.
func (v *VUI) parseRestriction(r *bits.BitReader) {
	v.BitstreamRestriction = true
	r.Skip(1) // motion_vectors_over_pic_boundaries_flag
	for range 4 {
		r.UE() // limits of bytes, bits and motion vectors
	}
	v.MaxNumReorderFrames = clamp(r.UE())
	v.MaxDecFrameBuffering = clamp(r.UE())
}

// clamp makes an int of a code whose large values all mean the same: out of range.
func clamp(v uint32) int { return int(min(v, 1<<16)) }
