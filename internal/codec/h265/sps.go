package h265

import (
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// SPS is a sequence parameter set under the names of 7.3.2.2.1, up to its extensions.
type SPS struct {
	VPSID                  int
	MaxSubLayers           int
	TemporalIDNesting      bool
	PTL                    ProfileTierLevel
	ID                     int
	ChromaFormatIDC        int // 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4
	SeparateColourPlane    bool
	CodedWidth             int // luma samples
	CodedHeight            int
	CropLeft, CropRight    int // conformance window, luma samples
	CropTop, CropBottom    int
	BitDepthLuma           int
	BitDepthChroma         int
	Log2MaxPicOrderCntLsb  int
	MaxNumReorderPics      int // of the highest temporal sub-layer
	Log2MinCodingBlockSize int
	VUI                    *VUI // nil when there is none
}

// ParseSPS reads a NAL unit of type 33.
func ParseSPS(nalu []byte) (*SPS, error) {
	if kind, ok := nalType(nalu); !ok || kind != nalSPS {
		return nil, errNotNAL
	}
	s, err := parseSPS(bits.NewRBSPReader(bits.Unescape(nalu[nalHeader:])))
	if err != nil {
		return nil, fmt.Errorf("sequence parameter set: %w", err)
	}
	return s, nil
}

// parseSPS follows seq_parameter_set_rbsp() of 7.3.2.2.1 up to the usability information.
func parseSPS(r *bits.BitReader) (*SPS, error) {
	s := &SPS{VPSID: r.Int(4), MaxSubLayers: r.Int(3) + 1}
	if s.MaxSubLayers > 7 {
		return nil, errValue
	}
	s.TemporalIDNesting = r.Flag()
	s.PTL = parsePTL(r, s.MaxSubLayers)
	id, chroma := r.UE(), r.UE()
	if id >= maxSPS || chroma > 3 {
		return nil, errValue
	}
	s.ID, s.ChromaFormatIDC = int(id), int(chroma)
	if chroma == 3 {
		if s.SeparateColourPlane = r.Flag(); s.SeparateColourPlane {
			s.ChromaFormatIDC = 0 // each plane is decoded as monochrome
		}
	}
	if err := s.parseSize(r); err != nil {
		return nil, err
	}
	luma, depth := r.UE(), r.UE()
	if luma > 8 || s.ChromaFormatIDC != 0 && depth != luma {
		return nil, errBitDepth
	}
	s.BitDepthLuma, s.BitDepthChroma = int(luma)+8, int(luma)+8
	if s.PixelFormat() == "" {
		return nil, errBitDepth
	}
	lsb := r.UE()
	if lsb > 12 {
		return nil, errValue
	}
	s.Log2MaxPicOrderCntLsb = int(lsb) + 4
	reorder, err := parseOrdering(r, s.MaxSubLayers)
	if err != nil {
		return nil, err
	}
	s.MaxNumReorderPics = reorder
	if err := s.parseCoding(r); err != nil {
		return nil, err
	}
	if r.Flag() {
		if s.VUI, err = parseVUI(r, s); err != nil {
			return nil, err
		}
	}
	return s, r.Err()
}

// parseSize reads the picture size and the conformance window (7.4.3.2.1).
func (s *SPS) parseSize(r *bits.BitReader) error {
	width, height := int64(r.UE()), int64(r.UE())
	if err := r.Err(); err != nil {
		return err
	}
	// ffprobe's bound on picture sizes: with a margin of 128 samples each, width times height
	// stays below an eighth of 2^31.
	if width == 0 || height == 0 || width >= 1<<26 || height >= 1<<26 || (width+128)*(height+128) >= (1<<31-1)/8 {
		return errValue
	}
	s.CodedWidth, s.CodedHeight = int(width), int(height)
	if !r.Flag() {
		return nil
	}
	w, err := s.parseWindow(r)
	if err != nil {
		return err
	}
	s.CropLeft, s.CropRight, s.CropTop, s.CropBottom = w[0], w[1], w[2], w[3]
	return nil
}

// parseWindow reads four offsets in chroma units and returns them in luma samples: left, right,
// top, bottom. A window that leaves nothing is an error.
func (s *SPS) parseWindow(r *bits.BitReader) (w [4]int, err error) {
	x, y := int64(1), int64(1)
	if s.ChromaFormatIDC == 1 || s.ChromaFormatIDC == 2 {
		x = 2
	}
	if s.ChromaFormatIDC == 1 {
		y = 2
	}
	left, right, top, bottom := int64(r.UE())*x, int64(r.UE())*x, int64(r.UE())*y, int64(r.UE())*y
	if left+right >= int64(s.CodedWidth) || top+bottom >= int64(s.CodedHeight) {
		return w, errValue
	}
	return [4]int{int(left), int(right), int(top), int(bottom)}, r.Err()
}

// parseCoding steps over the coding tools between the ordering and the usability information.
func (s *SPS) parseCoding(r *bits.BitReader) error {
	minBlock, diffBlock, minTransform, diffTransform := r.UE(), r.UE(), r.UE(), r.UE()
	if minBlock > 3 || minBlock+diffBlock > 3 || diffBlock > 3 || minTransform > 3 || diffTransform > 3 || minTransform+2 >= minBlock+3 {
		return errValue
	}
	s.Log2MinCodingBlockSize = int(minBlock) + 3
	r.UE() // max_transform_hierarchy_depth_inter
	r.UE() // max_transform_hierarchy_depth_intra
	if r.Flag() && r.Flag() {
		skipScalingLists(r)
	}
	r.Skip(2)     // amp_enabled_flag, sample_adaptive_offset_enabled_flag
	if r.Flag() { // pcm_enabled_flag
		r.Skip(8) // bit depths
		r.UE()
		r.UE()
		r.Skip(1)
	}
	if err := skipShortTermRefPicSets(r); err != nil {
		return err
	}
	if r.Flag() { // long_term_ref_pics_present_flag
		n := r.UE()
		if n > 32 {
			return errValue
		}
		r.Skip(int(n) * (s.Log2MaxPicOrderCntLsb + 1))
	}
	r.Skip(2) // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
	return r.Err()
}

// skipScalingLists follows scaling_list_data() of 7.3.4.
func skipScalingLists(r *bits.BitReader) {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for matrix := 0; matrix < 6; matrix += step {
			if !r.Flag() {
				r.UE() // scaling_list_pred_matrix_id_delta
				continue
			}
			if size > 1 {
				r.SE() // scaling_list_dc_coef_minus8
			}
			for range min(64, 1<<(4+size*2)) {
				r.SE()
			}
		}
	}
}

// skipShortTermRefPicSets steps over the sets of 7.3.7, keeping how many pictures each has: a set
// may be told as a difference to the one before it.
func skipShortTermRefPicSets(r *bits.BitReader) error {
	sets := r.UE()
	if sets > 64 {
		return errValue
	}
	pics := 0
	for i := range sets {
		if i > 0 && r.Flag() { // inter_ref_pic_set_prediction_flag
			r.Skip(1) // delta_rps_sign
			r.UE()    // abs_delta_rps_minus1
			n := 0
			for range pics + 1 {
				if r.Flag() || r.Flag() { // used_by_curr_pic_flag, use_delta_flag
					n++
				}
			}
			if n > 32 {
				return errValue
			}
			pics = n
			continue
		}
		negative, positive := r.UE(), r.UE()
		if negative > 16 || positive > 16 {
			return errValue
		}
		pics = int(negative + positive)
		for range pics {
			r.UE() // delta_poc_minus1
			r.Skip(1)
		}
	}
	return r.Err()
}

// Width returns the width of the pictures inside the conformance window.
func (s *SPS) Width() int { return s.CodedWidth - s.CropLeft - s.CropRight }

// Height returns the height of the pictures inside the conformance window.
func (s *SPS) Height() int { return s.CodedHeight - s.CropTop - s.CropBottom }
