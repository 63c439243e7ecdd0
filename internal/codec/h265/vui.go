package h265

import (
	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// VUI is the video usability information of a sequence parameter set, under the names of E.2.1.
type VUI struct {
	SAR                     media.Rational // zero when not told
	VideoSignalType         bool           // FullRange was told
	VideoFormat             int
	FullRange               bool
	ColourDescription       bool // the three code points were told
	ColourPrimaries         int
	TransferCharacteristics int
	MatrixCoefficients      int
	ChromaLocInfo           bool
	ChromaSampleLocTypeTop  int
	FieldSeq                bool
	FrameFieldInfoPresent   bool
	DefaultDisplayWindow    bool // told; ffprobe does not apply it
	TimingInfo              bool
	NumUnitsInTick          uint32
	TimeScale               uint32
	HRD                     *HRD // nil when there is none
}

// HRD is what other syntax needs of hypothetical reference decoder parameters (E.2.2).
type HRD struct {
	SubPicParams            bool
	AUCPBRemovalDelayLength int
	DPBOutputDelayLength    int
}

// extendedSAR is the aspect_ratio_idc of a ratio that is spelled out (table E.1).
const extendedSAR = 255

// parseVUI follows vui_parameters() of E.2.1. Early encoders wrote the timing information in
// another place, and ffprobe guesses where; what makes it guess is refused here.
func parseVUI(r *bits.BitReader, s *SPS) (*VUI, error) {
	v := &VUI{ColourPrimaries: 2, TransferCharacteristics: 2, MatrixCoefficients: 2}
	if r.Flag() {
		idc := r.Int(8)
		switch {
		case idc == extendedSAR:
			v.SAR = media.Rational{Num: int64(r.U(16)), Den: int64(r.U(16))}
		case idc < len(sampleAspectRatios):
			v.SAR = sampleAspectRatios[idc]
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
		v.ChromaSampleLocTypeTop = int(min(r.UE(), 1<<16))
		r.UE() // chroma_sample_loc_type_bottom_field
	}
	r.Skip(1) // neutral_chroma_indication_flag
	v.FieldSeq = r.Flag()
	v.FrameFieldInfoPresent = r.Flag()
	if r.Left() >= 68 && r.Peek(21) == 0x100000 {
		return nil, errOddVUI
	}
	if v.DefaultDisplayWindow = r.Flag(); v.DefaultDisplayWindow {
		if _, err := s.parseWindow(r); err != nil {
			return nil, err
		}
	}
	if v.TimingInfo = r.Flag(); v.TimingInfo {
		if r.Left() < 66 {
			return nil, errOddVUI
		}
		v.NumUnitsInTick, v.TimeScale = r.U(32), r.U(32)
		if r.Flag() { // vui_poc_proportional_to_timing_flag
			r.UE()
		}
		if r.Flag() {
			hrd, err := parseHRD(r, s.MaxSubLayers)
			if err != nil {
				return nil, err
			}
			v.HRD = hrd
		}
	}
	if r.Flag() { // bitstream_restriction_flag
		if r.Left() < 8 {
			return nil, errOddVUI
		}
		r.Skip(3)
		for range 5 {
			r.UE()
		}
	}
	if r.Left() < 1 {
		return nil, errOddVUI
	}
	return v, r.Err()
}

// parseHRD follows hrd_parameters() of E.2.2 with its common part.
func parseHRD(r *bits.BitReader, maxSubLayers int) (*HRD, error) {
	nal, vcl := r.Flag(), r.Flag()
	h := &HRD{AUCPBRemovalDelayLength: 24, DPBOutputDelayLength: 24}
	if nal || vcl {
		if h.SubPicParams = r.Flag(); h.SubPicParams {
			r.Skip(19)
		}
		r.Skip(8) // scales
		if h.SubPicParams {
			r.Skip(4)
		}
		r.Skip(5) // initial_cpb_removal_delay_length_minus1
		h.AUCPBRemovalDelayLength = r.Int(5) + 1
		h.DPBOutputDelayLength = r.Int(5) + 1
	}
	for range maxSubLayers {
		if err := skipSubLayerHRD(r, h, nal, vcl); err != nil {
			return nil, err
		}
	}
	return h, r.Err()
}

// skipSubLayerHRD steps over one round of the loop in E.2.2.
func skipSubLayerHRD(r *bits.BitReader, h *HRD, nal, vcl bool) error {
	lowDelay, fixed := false, true
	if !r.Flag() { // fixed_pic_rate_general_flag
		fixed = r.Flag()
	}
	if fixed {
		r.UE() // elemental_duration_in_tc_minus1
	} else {
		lowDelay = r.Flag()
	}
	count := uint32(1)
	if !lowDelay {
		if count = r.UE() + 1; count > 32 || count == 0 {
			return errValue
		}
	}
	kinds := 0
	if nal {
		kinds++
	}
	if vcl {
		kinds++
	}
	for range uint32(kinds) * count {
		r.UE()
		r.UE()
		if h.SubPicParams {
			r.UE()
			r.UE()
		}
		r.Skip(1)
	}
	return r.Err()
}
