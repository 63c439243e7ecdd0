package matroska

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// video fills in what the container says of a video track. What the stream says comes later
// and is told which facts it may replace; the container's aspect ratio is kept for the end.
func (f *file) video(s *stream) error {
	e := s.entry
	v := &e.video
	if e.defaultDuration == 0 && v.frameRate > 0 {
		if d := 1e9 / v.frameRate; d < math.MaxInt64 {
			e.defaultDuration = uint64(d)
		}
	}
	if v.displayWidth == unset {
		v.displayWidth = v.width
	}
	if v.displayHeight == unset {
		v.displayHeight = v.height
	}
	if len(v.fourCC) == 4 {
		s.t.Codec.Tag = media.FourCC(binary.LittleEndian.Uint32(v.fourCC))
	}
	mv := &media.Video{Width: int(int32(v.width)), Height: int(int32(v.height))}
	s.t.Video = mv
	level := -99 // what ffprobe prints where there is none
	s.t.Codec.Level = &level
	switch v.interlaced {
	case interlacedYes:
		mv.FieldOrder = f.fieldOrder(v.fieldOrder)
	case interlacedNo:
		mv.FieldOrder = "progressive"
	}
	if d := e.defaultDuration; d != 0 && d <= math.MaxInt64 {
		rate := rational.Nearest(1_000_000_000, int64(d), 30000)
		mv.AverageFrameRate = rate
		if rate.Num < rate.Den*1000 && rate.Num > rate.Den*5 {
			mv.FrameRate = rate
		}
	}
	if v.stereoMode > 0 && v.stereoMode < stereoModeCount {
		s.meta.set("stereo_mode", &stereoModes[v.stereoMode])
	}
	if v.alphaMode != 0 {
		one := "1"
		s.meta.set("alpha_mode", &one)
	}
	if v.colour != nil {
		v.colour.describe(mv)
	}
	dv, err := e.dolbyVision()
	if err != nil {
		return probe.Refuse(ruleCodecPrivate, "%w", err)
	}
	mv.DolbyVision = dv
	if v.stereoMode < stereoModeCount {
		mv.StereoMode, mv.StereoInverted = packings[v.stereoMode].name, packings[v.stereoMode].inverted
	}
	return v.projection.describe(mv)
}

// aspect returns the container's sample aspect ratio, zero when it gives none; RFC 9559 section
// 5.1.4.1.28.12. The pictures of a stereo pair side by side or one above the other count once.
func (e *trackEntry) aspect() media.Rational {
	v := e.video
	if v.displayUnit >= displayUnitUnknown || v.displayWidth == 0 || v.displayHeight == 0 ||
		v.displayWidth > math.MaxInt32 || v.displayHeight > math.MaxInt32 {
		return media.Rational{}
	}
	wide, high := int64(1), int64(1)
	switch v.stereoMode {
	case 1, 8, 9, 11:
		wide = 2
	case 2, 3, 6, 7:
		high = 2
	}
	num := int64(int32(v.height)) * int64(v.displayWidth)
	den := int64(int32(v.width)) * int64(v.displayHeight)
	if num > math.MaxInt64/2 || den > math.MaxInt64/2 {
		return media.Rational{}
	}
	return rational.Nearest(num*wide, den*high, math.MaxInt32)
}

// setAspect gives the container's ratio over the stream's and derives the display's.
func (s *stream) setAspect() {
	v := s.t.Video
	if s.entry != nil {
		if r := s.entry.aspect(); r.Num > 0 && r.Den > 0 {
			v.SAR = r
		}
	}
	if v.SAR.Positive() {
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	}
}

// fieldOrder names FieldOrder as ffprobe does. One line of Lavf 57 wrote the two mixed orders
// the wrong way round.
func (f *file) fieldOrder(order uint64) string {
	swapped := false
	if f.segInfo.muxer != nil && strings.HasPrefix(*f.segInfo.muxer, "Lavf57.") {
		var minor, micro int
		if n, _ := fmt.Sscanf(*f.segInfo.muxer, "Lavf57.%d.%d", &minor, &micro); n == 2 {
			swapped = minor >= 36 && minor <= 51 && micro >= 100
		}
	}
	switch order {
	case 0:
		return "progressive"
	case 1:
		return "tt"
	case 6:
		return "bb"
	case 9, 14:
		if (order == 14) != swapped {
			return "bt"
		}
		return "tb"
	}
	return ""
}

// describe writes the Colour element's words. Reserved values say nothing.
func (e *colourEntry) describe(v *media.Video) {
	c := &v.Color
	if e.matrix != 2 && e.matrix != 3 && e.matrix < 256 {
		c.Matrix = cicp.Matrix(int(e.matrix))
	}
	if e.primaries != 0 && e.primaries != 2 && e.primaries != 3 && e.primaries < 256 {
		c.Primaries = cicp.Primaries(int(e.primaries))
	}
	if e.transfer != 0 && e.transfer != 2 && e.transfer != 3 && e.transfer < 256 {
		c.Transfer = cicp.Transfer(int(e.transfer))
	}
	if e.colorRange == 1 || e.colorRange == 2 {
		c.Range = cicp.Range(e.colorRange == 2)
	}
	if e.sitingHorz >= 1 && e.sitingHorz <= 2 && e.sitingVert >= 1 && e.sitingVert <= 2 {
		c.ChromaLocation = [2][2]string{{"topleft", "left"}, {"top", "center"}}[e.sitingHorz-1][e.sitingVert-1]
	}
	if e.maxCLL != 0 && e.maxFALL != 0 && e.maxCLL <= math.MaxInt32 && e.maxFALL <= math.MaxInt32 {
		v.ContentLight = &media.ContentLight{MaxCLL: int(e.maxCLL), MaxFALL: int(e.maxFALL)}
	}
	v.Mastering = e.mastering.describe()
}
