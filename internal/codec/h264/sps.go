package h264

import (
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// SPS is a sequence parameter set under the names of 7.3.2.1.1.
type SPS struct {
	ProfileIDC                int
	ConstraintFlags           uint8 // constraint_set0_flag is the most significant bit
	LevelIDC                  int
	ID                        int
	ChromaFormatIDC           int // 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4
	BitDepthLuma              int
	BitDepthChroma            int
	TransformBypass           bool
	ScalingMatrix             bool
	Log2MaxFrameNum           int
	PicOrderCntType           int
	Log2MaxPicOrderCntLsb     int
	DeltaPicOrderAlwaysZero   bool
	OffsetForNonRefPic        int32
	OffsetForTopToBottomField int32
	OffsetForRefFrame         []int32
	MaxNumRefFrames           int
	GapsInFrameNumAllowed     bool
	WidthInMbs                int
	HeightInMbs               int // of a frame, whether or not it has fields
	FrameMbsOnly              bool
	MbAdaptiveFrameField      bool
	Direct8x8Inference        bool
	CropLeft, CropRight       int  // luma samples
	CropTop, CropBottom       int  // luma samples
	VUI                       *VUI // nil when there is none

	raw string // the NAL unit it was read from
}

// ParseSPS reads a NAL unit of type 7.
func ParseSPS(nalu []byte) (*SPS, error) {
	if len(nalu) < 4 || nalu[0]&0x1f != nalSPS {
		return nil, errNotNAL
	}
	r := bits.NewRBSPReader(bits.Unescape(nalu[nalHeader:]))
	s, err := parseSPS(r)
	if err != nil {
		return nil, fmt.Errorf("sequence parameter set: %w", err)
	}
	s.raw = string(nalu)
	return s, nil
}

// parseSPS follows seq_parameter_set_data() of 7.3.2.1.1.
func parseSPS(r *bits.BitReader) (*SPS, error) {
	s := &SPS{ChromaFormatIDC: 1, BitDepthLuma: 8, BitDepthChroma: 8}
	s.ProfileIDC = r.Int(8)
	s.ConstraintFlags = uint8(r.U(8))
	s.LevelIDC = r.Int(8)
	id := r.UE()
	if id >= maxSPS {
		return nil, errValue
	}
	s.ID = int(id)
	if hasChromaFormat(s.ProfileIDC) {
		if err := s.parseChromaFormat(r); err != nil {
			return nil, err
		}
	}
	frameNum := r.UE()
	if frameNum > 12 {
		return nil, errValue
	}
	s.Log2MaxFrameNum = int(frameNum) + 4
	if err := s.parsePicOrder(r); err != nil {
		return nil, err
	}
	refs := r.UE()
	s.GapsInFrameNumAllowed = r.Flag()
	width, height := r.UE(), r.UE()
	s.FrameMbsOnly = r.Flag()
	fields := 2
	if s.FrameMbsOnly {
		fields = 1
	} else {
		s.MbAdaptiveFrameField = r.Flag()
	}
	// 16 references is the most that A.3.1 allows; the sizes are what ffprobe takes.
	if refs > 16 || !sizeAllowed(int64(width)+1, (int64(height)+1)*int64(fields)) {
		return nil, errValue
	}
	s.MaxNumRefFrames = int(refs)
	s.WidthInMbs, s.HeightInMbs = int(width)+1, (int(height)+1)*fields
	s.Direct8x8Inference = r.Flag()
	if r.Flag() {
		if err := s.parseCropping(r); err != nil {
			return nil, err
		}
	}
	if r.Flag() {
		vui, err := parseVUI(r)
		if err != nil {
			return nil, err
		}
		s.VUI = vui
	}
	return s, r.Err()
}

// sizeAllowed keeps ffprobe's bound on picture sizes, given in macroblocks: with a margin of 128
// samples each, width times height stays below an eighth of 2^31.
func sizeAllowed(width, height int64) bool {
	return width <= 1<<20 && height <= 1<<20 && (width*16+128)*(height*16+128) < (1<<31-1)/8
}

// hasChromaFormat lists the profiles of 7.3.2.1.1 whose parameter set tells chroma and bit depth.
func hasChromaFormat(profile int) bool {
	switch profile {
	case 44, 83, 86, 100, 110, 118, 122, 128, 138, 144, 244:
		return true
	}
	return false
}

func (s *SPS) parseChromaFormat(r *bits.BitReader) error {
	chroma := r.UE()
	if chroma > 3 {
		return errValue
	}
	s.ChromaFormatIDC = int(chroma)
	if chroma == 3 && r.Flag() {
		return errPlanes
	}
	luma, depth := r.UE(), r.UE()
	// The chroma planes of monochrome pictures are not there, but ffprobe compares all the same.
	if luma != depth || luma > 6 {
		return errValue
	}
	s.BitDepthLuma, s.BitDepthChroma = int(luma)+8, int(depth)+8
	s.TransformBypass = r.Flag()
	if s.ScalingMatrix = r.Flag(); s.ScalingMatrix {
		lists := 8
		if chroma == 3 {
			lists = 12
		}
		return skipScalingLists(r, lists)
	}
	return nil
}

// skipScalingLists steps over n scaling lists, 7.3.2.1.1.1: the first six have 16 entries,
// those after them 64.
func skipScalingLists(r *bits.BitReader, n int) error {
	for i := range n {
		if !r.Flag() {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		last, next := int32(8), int32(8)
		for range size {
			if next != 0 {
				delta := r.SE()
				if delta < -128 || delta > 127 {
					return errValue
				}
				next = (last + delta) & 0xff
			}
			if next != 0 {
				last = next
			}
		}
	}
	return nil
}

func (s *SPS) parsePicOrder(r *bits.BitReader) error {
	kind := r.UE()
	if kind > 2 {
		return errValue
	}
	s.PicOrderCntType = int(kind)
	switch kind {
	case 0:
		lsb := r.UE()
		if lsb > 12 {
			return errValue
		}
		s.Log2MaxPicOrderCntLsb = int(lsb) + 4
	case 1:
		s.DeltaPicOrderAlwaysZero = r.Flag()
		s.OffsetForNonRefPic = r.SE()
		s.OffsetForTopToBottomField = r.SE()
		n := r.UE()
		if n > 255 || int(n) > r.Left() {
			return errValue
		}
		for range n {
			s.OffsetForRefFrame = append(s.OffsetForRefFrame, r.SE())
		}
	}
	return nil
}

// parseCropping turns frame_cropping offsets into luma samples (7.4.2.1.1, CropUnitX and Y).
func (s *SPS) parseCropping(r *bits.BitReader) error {
	left, right, top, bottom := int64(r.UE()), int64(r.UE()), int64(r.UE()), int64(r.UE())
	x, y := int64(1), int64(1)
	if s.ChromaFormatIDC == 1 || s.ChromaFormatIDC == 2 {
		x = 2
	}
	if s.ChromaFormatIDC == 1 {
		y = 2
	}
	if !s.FrameMbsOnly {
		y *= 2
	}
	if (left+right)*x >= int64(s.WidthInMbs)*16 || (top+bottom)*y >= int64(s.HeightInMbs)*16 {
		return errValue
	}
	s.CropLeft, s.CropRight = int(left*x), int(right*x)
	s.CropTop, s.CropBottom = int(top*y), int(bottom*y)
	return nil
}

// Width returns the width of the pictures after cropping.
func (s *SPS) Width() int { return s.WidthInMbs*16 - s.CropLeft - s.CropRight }

// Height returns the height of a frame after cropping.
func (s *SPS) Height() int { return s.HeightInMbs*16 - s.CropTop - s.CropBottom }
