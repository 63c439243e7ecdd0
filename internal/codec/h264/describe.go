package h264

import (
	"strconv"

	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

const primariesBT2020 = 9

// Profile names the profile as ffprobe does; one without a name is its number.
func (s *SPS) Profile() string {
	set := func(n int) bool { return s.ConstraintFlags&(0x80>>n) != 0 }
	switch {
	case s.ProfileIDC == 66 && set(1):
		return "Constrained Baseline"
	case s.ProfileIDC == 110 && set(3):
		return "High 10 Intra"
	case s.ProfileIDC == 122 && set(3):
		return "High 4:2:2 Intra"
	case s.ProfileIDC == 244 && set(3):
		return "High 4:4:4 Intra"
	}
	if name := profileNames[s.ProfileIDC]; name != "" {
		return name
	}
	return strconv.Itoa(s.ProfileIDC)
}

// PixelFormat names the pixel format that ffprobe's decoder chooses for pictures of a range and
// matrix; empty when it cannot decode them. Monochrome pictures come out as 4:2:0.
func (s *SPS) PixelFormat(fullRange, rgb bool) string {
	chroma := "420"
	switch s.ChromaFormatIDC {
	case 2:
		chroma = "422"
	case 3:
		chroma = "444"
	}
	family := "yuv"
	switch {
	case rgb && s.ChromaFormatIDC == 3:
		family, chroma = "gbr", ""
	case fullRange && s.BitDepthLuma == 8:
		family = "yuvj"
	}
	switch s.BitDepthLuma {
	case 8:
		return family + chroma + "p"
	case 9, 10, 12, 14:
		return family + chroma + "p" + strconv.Itoa(s.BitDepthLuma) + "le"
	}
	return ""
}

// FrameRate is what the timing information says, two ticks a frame; zero when it says nothing.
func (s *SPS) FrameRate() media.Rational {
	if s.VUI == nil || !s.VUI.TimingInfo {
		return media.Rational{}
	}
	return media.Rational{Num: int64(s.VUI.TimeScale), Den: 2 * int64(s.VUI.NumUnitsInTick)}.Reduce()
}

// ReorderDepth tells how many pictures are held back for reordering. Only a bitstream restriction
// tells it; without one it has to be found from the pictures (see Delay).
func (s *SPS) ReorderDepth() (depth int, told bool) {
	if s.VUI == nil || !s.VUI.BitstreamRestriction {
		return 0, false
	}
	return s.VUI.MaxNumReorderFrames, true
}

// Describe writes into t what ffprobe prints of a stream with this parameter set. Facts of the
// container must be in t already: some of them stay where the stream says nothing (colour), some
// change the outcome (size, range), and the reorder depth is the larger one. The sample aspect
// ratio is the stream's own, zero when it has none.
func (s *SPS) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	v := t.Video
	level := s.LevelIDC
	t.Codec.Profile, t.Codec.Level = s.Profile(), &level
	v.Width, v.Height = s.size(v.Width, v.Height)
	v.CodedWidth, v.CodedHeight = v.Width, v.Height
	v.BitDepth = s.BitDepthLuma
	v.SAR = media.Rational{}
	rgb := v.Color.Matrix == cicp.Matrix(cicp.MatrixRGB)
	if vui := s.VUI; vui != nil {
		v.SAR = vui.sar()
		vui.describeColor(&v.Color)
		if vui.ColourDescription {
			rgb = vui.MatrixCoefficients == cicp.MatrixRGB
		}
	}
	v.PixelFormat = s.PixelFormat(v.Color.Range == cicp.Range(true), rgb)
	if depth, told := s.ReorderDepth(); told {
		v.ReorderDepth = max(v.ReorderDepth, depth)
	}
}

// size applies cropping. A smaller size that the container tells wins when it is within the same
// macroblocks and nothing is cropped on the left or the top.
func (s *SPS) size(width, height int) (int, int) {
	align := func(n int) int { return (n + 15) &^ 15 }
	w, h := s.Width(), s.Height()
	if width > 0 && height > 0 && width <= w && height <= h && align(width) == align(w) && align(height) == align(h) &&
		s.CropLeft == 0 && s.CropTop == 0 {
		return width, height
	}
	return w, h
}

func (v *VUI) sar() media.Rational {
	if !v.SAR.Positive() {
		return media.Rational{}
	}
	return v.SAR.Reduce()
}

func (v *VUI) describeColor(c *media.Color) {
	if v.VideoSignalType {
		c.Range = cicp.Range(v.FullRange)
	}
	if v.ColourDescription {
		c.Primaries = cicp.Primaries(v.ColourPrimaries)
		c.Transfer = cicp.Transfer(v.TransferCharacteristics)
		c.Matrix = cicp.Matrix(v.MatrixCoefficients)
	}
	// Without chroma_loc_info the type is inferred to be 0, that is left.
	c.ChromaLocation = cicp.ChromaLocation(v.ChromaSampleLocTypeTop)
}

// Describe is SPS.Describe with what the stream's first picture adds: the field order unless the
// container told one, and the transfer characteristics of an SEI message.
func (p *Picture) Describe(t *media.Track) {
	p.SPS.Describe(t)
	if t.Video.FieldOrder == "" {
		t.Video.FieldOrder = p.FieldOrder()
	}
	if name := cicp.Transfer(p.PreferredTransfer); name != "" && p.PreferredTransfer != 0 {
		t.Video.Color.Transfer = name
	}
}

// Describe is Picture.Describe for a stream of which only the parameter sets were read. It
// requires that NeedsPicture is false.
func (p *ParameterSets) Describe(t *media.Track) error {
	s, err := p.SPS()
	if err != nil {
		return err
	}
	s.Describe(t)
	if t.Video.FieldOrder == "" {
		t.Video.FieldOrder = "progressive"
	}
	return nil
}
