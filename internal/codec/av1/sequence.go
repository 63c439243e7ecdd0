package av1

import (
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Sequence is a sequence header under the names of 5.5.
type Sequence struct {
	Profile               int
	StillPicture          bool
	ReducedStillPicture   bool
	LevelIdx0, Tier0      int // of the first operating point
	OperatingPoints       int
	MaxFrameWidth         int
	MaxFrameHeight        int
	TimingInfo            bool
	NumUnitsInDisplayTick uint32
	TimeScale             uint32
	EqualPictureInterval  bool
	NumTicksPerPicture    uint32
	BitDepth              int
	Monochrome            bool
	ColourPrimaries       int
	Transfer              int
	Matrix                int
	FullRange             bool
	SubsamplingX          bool
	SubsamplingY          bool
	ChromaSamplePosition  int // 0 unknown, 1 left, 2 top left
	FilmGrainParams       bool
}

// parseSequence follows sequence_header_obu() of 5.5.1.
func parseSequence(r *bits.BitReader) (*Sequence, error) {
	s := &Sequence{Profile: r.Int(3), StillPicture: r.Flag(), ReducedStillPicture: r.Flag(), OperatingPoints: 1}
	if s.Profile > 2 {
		return nil, fmt.Errorf("sequence header: profile %d: %w", s.Profile, errValue)
	}
	if s.ReducedStillPicture {
		s.LevelIdx0 = r.Int(5)
	} else {
		s.parseOperatingPoints(r)
	}
	widthBits, heightBits := r.Int(4)+1, r.Int(4)+1
	s.MaxFrameWidth, s.MaxFrameHeight = r.Int(widthBits)+1, r.Int(heightBits)+1
	if !s.ReducedStillPicture && r.Flag() { // frame_id_numbers_present_flag
		r.Skip(4 + 3)
	}
	r.Skip(3) // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
	if !s.ReducedStillPicture {
		s.skipTools(r)
	}
	r.Skip(3) // enable_superres, enable_cdef, enable_restoration
	s.parseColor(r)
	s.FilmGrainParams = r.Flag()
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("sequence header: %w", err)
	}
	return s, nil
}

// parseOperatingPoints reads timing, decoder model and operating points of 5.5.1.
func (s *Sequence) parseOperatingPoints(r *bits.BitReader) {
	decoderModel, delayBits := false, 0
	if s.TimingInfo = r.Flag(); s.TimingInfo {
		s.NumUnitsInDisplayTick, s.TimeScale = r.U(32), r.U(32)
		if s.EqualPictureInterval = r.Flag(); s.EqualPictureInterval {
			s.NumTicksPerPicture = uvlc(r) + 1
		}
		if decoderModel = r.Flag(); decoderModel {
			delayBits = r.Int(5) + 1
			r.Skip(32 + 5 + 5)
		}
	}
	initialDelay := r.Flag()
	s.OperatingPoints = r.Int(5) + 1
	for i := range s.OperatingPoints {
		r.Skip(12) // operating_point_idc
		level, tier := r.Int(5), 0
		if level > 7 {
			tier = r.Int(1)
		}
		if i == 0 {
			s.LevelIdx0, s.Tier0 = level, tier
		}
		if decoderModel && r.Flag() {
			r.Skip(2*delayBits + 1)
		}
		if initialDelay && r.Flag() {
			r.Skip(4)
		}
	}
}

// skipTools steps over the inter coding tools of 5.5.1.
func (s *Sequence) skipTools(r *bits.BitReader) {
	r.Skip(4) // interintra, masked compound, warped motion, dual filter
	orderHint := r.Flag()
	if orderHint {
		r.Skip(2) // jnt_comp, ref_frame_mvs
	}
	screenContent := uint32(2) // SELECT_SCREEN_CONTENT_TOOLS
	if !r.Flag() {             // seq_choose_screen_content_tools
		screenContent = r.U(1)
	}
	if screenContent > 0 && !r.Flag() { // seq_choose_integer_mv
		r.Skip(1)
	}
	if orderHint {
		r.Skip(3) // order_hint_bits_minus_1
	}
}

// Code points of color_config(), 6.4.2.
const (
	primariesBT709 = 1
	unspecified    = 2
	transferSRGB   = 13
	matrixIdentity = 0
)

// parseColor follows color_config() of 5.5.2.
func (s *Sequence) parseColor(r *bits.BitReader) {
	s.BitDepth = 8
	high := r.Flag()
	switch {
	case high && s.Profile == 2 && r.Flag():
		s.BitDepth = 12
	case high:
		s.BitDepth = 10
	}
	if s.Profile != 1 {
		s.Monochrome = r.Flag()
	}
	s.ColourPrimaries, s.Transfer, s.Matrix = unspecified, unspecified, unspecified
	if r.Flag() { // color_description_present_flag
		s.ColourPrimaries, s.Transfer, s.Matrix = r.Int(8), r.Int(8), r.Int(8)
	}
	switch {
	case s.Monochrome:
		s.FullRange = r.Flag()
		s.SubsamplingX, s.SubsamplingY = true, true
		return
	case s.rgb():
		s.FullRange = true
	default:
		s.FullRange = r.Flag()
		s.parseSubsampling(r)
	}
	r.Skip(1) // separate_uv_delta_q
}

// rgb says whether the code points stand for sRGB in three full planes (5.5.2).
func (s *Sequence) rgb() bool {
	return s.ColourPrimaries == primariesBT709 && s.Transfer == transferSRGB && s.Matrix == matrixIdentity
}

func (s *Sequence) parseSubsampling(r *bits.BitReader) {
	switch {
	case s.Profile == 0:
		s.SubsamplingX, s.SubsamplingY = true, true
	case s.Profile == 1:
	case s.BitDepth == 12:
		if s.SubsamplingX = r.Flag(); s.SubsamplingX {
			s.SubsamplingY = r.Flag()
		}
	default:
		s.SubsamplingX = true
	}
	if s.SubsamplingX && s.SubsamplingY {
		s.ChromaSamplePosition = r.Int(2)
	}
}

// uvlc reads a number of 4.10.3.
func uvlc(r *bits.BitReader) uint32 {
	zeros := 0
	for !r.Flag() {
		if zeros++; zeros >= 32 || r.Err() != nil {
			return 1<<32 - 2 // the caller adds one
		}
	}
	return r.U(zeros) + (1<<zeros - 1)
}
