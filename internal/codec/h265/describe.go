package h265

import (
	"strconv"

	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

// Profile names the profile as ffprobe does; one without a name is its number.
func (s *SPS) Profile() string {
	n := s.PTL.Profile()
	if name := profileNames[n]; name != "" {
		return name
	}
	return strconv.Itoa(n)
}

// PixelFormat names the pixel format of ffprobe's decoder; empty when it cannot decode this one.
func (s *SPS) PixelFormat() string {
	depth := ""
	switch s.BitDepthLuma {
	case 8:
	case 9, 10, 12:
		depth = strconv.Itoa(s.BitDepthLuma) + "le"
	default:
		return ""
	}
	full, rgb := false, false
	if s.VUI != nil {
		full = s.VUI.FullRange
		rgb = s.VUI.ColourDescription && s.VUI.MatrixCoefficients == cicp.MatrixRGB
	}
	switch {
	case s.ChromaFormatIDC == 0:
		return "gray" + depth
	case s.ChromaFormatIDC == 1 && full && depth == "":
		return "yuvj420p"
	case s.ChromaFormatIDC == 1:
		return "yuv420p" + depth
	case s.ChromaFormatIDC == 2:
		return "yuv422p" + depth
	case rgb && s.BitDepthLuma != 9:
		return "gbrp" + depth
	}
	return "yuv444p" + depth
}

// FrameRate is what the timing information says, of the video parameter set before the sequence
// parameter set; zero when neither says anything.
func (p *ParameterSets) FrameRate() media.Rational {
	s, err := p.SPS()
	if err != nil {
		return media.Rational{}
	}
	return frameRate(p.vps[s.VPSID], s)
}

// FrameRate is as ParameterSets.FrameRate, of the sets that the picture refers to.
func (p *Picture) FrameRate() media.Rational { return frameRate(p.VPS, p.SPS) }

func frameRate(v *VPS, s *SPS) media.Rational {
	units, scale := uint32(0), uint32(0)
	switch {
	case v != nil && v.TimingInfo:
		units, scale = v.NumUnitsInTick, v.TimeScale
	case s.VUI != nil && s.VUI.TimingInfo:
		units, scale = s.VUI.NumUnitsInTick, s.VUI.TimeScale
	}
	if units == 0 || scale == 0 {
		return media.Rational{}
	}
	return media.Rational{Num: int64(scale), Den: int64(units)}.Reduce()
}

// Describe writes into t what ffprobe prints of a stream with this parameter set. Colour that the
// container told is replaced even where the stream says nothing: ffprobe's decoder does that. The
// sample aspect ratio is the stream's own, zero when it has none.
func (s *SPS) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	v := t.Video
	level := s.PTL.LevelIDC
	t.Codec.Profile, t.Codec.Level = s.Profile(), &level
	v.Width, v.Height = s.Width(), s.Height()
	v.CodedWidth, v.CodedHeight = s.CodedWidth, s.CodedHeight
	v.BitDepth = s.BitDepthLuma
	v.PixelFormat = s.PixelFormat()
	v.ReorderDepth = s.MaxNumReorderPics
	v.SAR = media.Rational{}
	color := media.Color{Range: cicp.Range(false), ChromaLocation: v.Color.ChromaLocation}
	location := 0
	if vui := s.VUI; vui != nil {
		if vui.SAR.Positive() {
			v.SAR = vui.SAR.Reduce()
		}
		color.Range = cicp.Range(vui.FullRange)
		if vui.ColourDescription {
			color.Primaries = cicp.Primaries(vui.ColourPrimaries)
			color.Transfer = cicp.Transfer(vui.TransferCharacteristics)
			color.Matrix = cicp.Matrix(vui.MatrixCoefficients)
		}
		location = vui.ChromaSampleLocTypeTop
	}
	if name := cicp.ChromaLocation(location); s.ChromaFormatIDC == 1 && name != "" {
		color.ChromaLocation = name
	}
	v.Color = color
}

// Describe is SPS.Describe with what the stream's first picture adds: the field order unless the
// container told one, and the transfer characteristics of an SEI message. The latter counts only
// where the picture brought the parameter sets: otherwise ffprobe never decodes it.
func (p *Picture) Describe(t *media.Track) {
	p.SPS.Describe(t)
	if t.Video.FieldOrder == "" {
		t.Video.FieldOrder = p.FieldOrder()
	}
	if name := cicp.Transfer(p.PreferredTransfer); name != "" && p.PreferredTransfer != 0 && p.InBand {
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
	return nil
}
