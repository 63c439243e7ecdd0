package mpeg2video

import (
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

// profileNames are ffprobe's names by profile identification (table 8-2).
var profileNames = [8]string{"4:2:2", "High", "Spatially Scalable", "SNR Scalable", "Main", "Simple", "Reserved", "Reserved"}

// frameRates is table 6-4, with the rates that some encoders put into reserved codes.
var frameRates = [16]media.Rational{
	1: {Num: 24000, Den: 1001}, 2: {Num: 24, Den: 1}, 3: {Num: 25, Den: 1}, 4: {Num: 30000, Den: 1001},
	5: {Num: 30, Den: 1}, 6: {Num: 50, Den: 1}, 7: {Num: 60000, Den: 1001}, 8: {Num: 60, Den: 1},
	9: {Num: 15, Den: 1}, 10: {Num: 5, Den: 1}, 11: {Num: 10, Den: 1}, 12: {Num: 12, Den: 1}, 13: {Num: 15, Den: 1},
}

// mpeg2Aspects is table 6-3: the display aspect ratio by aspect_ratio_information; 1 stands for
// square samples.
var mpeg2Aspects = [16]media.Rational{
	1: {Num: 1, Den: 1}, 2: {Num: 4, Den: 3}, 3: {Num: 16, Den: 9}, 4: {Num: 221, Den: 100},
}

// mpeg1Aspects is the table of ISO/IEC 11172-2, 2.4.3.2 (height over width of a sample, there with
// four decimals), turned into width over height as ffprobe rounds it: to terms of at most 255.
var mpeg1Aspects = [16]media.Rational{
	1: {Num: 1, Den: 1}, 2: {Num: 49, Den: 33}, 3: {Num: 64, Den: 45}, 4: {Num: 239, Den: 182},
	5: {Num: 36, Den: 29}, 6: {Num: 32, Den: 27}, 7: {Num: 169, Den: 151}, 8: {Num: 178, Den: 163},
	9: {Num: 54, Den: 53}, 10: {Num: 196, Den: 201}, 11: {Num: 187, Den: 200}, 12: {Num: 200, Den: 219},
	13: {Num: 127, Den: 147}, 14: {Num: 134, Den: 161},
}

// FrameRate is what the sequence header says; zero for a code without meaning.
func (s *Sequence) FrameRate() media.Rational {
	r := frameRates[s.FrameRateCode]
	if !r.Known() || !s.MPEG2 {
		return r
	}
	return media.Rational{Num: r.Num * int64(s.FrameRateExtN+1), Den: r.Den * int64(s.FrameRateExtD+1)}.Reduce()
}

// FieldOrder tells what ffprobe's parser makes of the first picture: "progressive", "tt" or "bb";
// empty for MPEG-1 and when no picture was found.
func (s *Sequence) FieldOrder() string {
	switch {
	case !s.MPEG2 || !s.PictureCoding:
		return ""
	case s.ProgressiveSequence || s.ProgressiveFrame:
		return "progressive"
	case s.TopFieldFirst:
		return "tt"
	}
	return "bb"
}

// SAR is the sample aspect ratio, zero when not told. In MPEG-2 it follows from the display's
// aspect ratio; whether that is for the display size or for the whole picture, streams do not
// agree, and ffprobe takes the display size only if the whole picture then comes out as 4:3 or
// 16:9.
func (s *Sequence) SAR() media.Rational {
	if !s.MPEG2 {
		return mpeg1Aspects[s.AspectRatio]
	}
	a := mpeg2Aspects[s.AspectRatio]
	if s.AspectRatio <= 1 || !a.Known() {
		return a
	}
	over := func(w, h int) media.Rational {
		return media.Rational{Num: a.Num * int64(h), Den: a.Den * int64(w)}.Reduce()
	}
	if s.DisplayWidth > 0 && s.DisplayHeight > 0 {
		sar := over(s.DisplayWidth, s.DisplayHeight)
		dar := media.Rational{Num: sar.Num * int64(s.Width), Den: sar.Den * int64(s.Height)}.Reduce()
		if dar == mpeg2Aspects[2] || dar == mpeg2Aspects[3] {
			return sar
		}
	}
	return over(s.Width, s.Height)
}

// PixelFormat names the pixel format of ffprobe's decoder; empty for the reserved chroma format.
func (s *Sequence) PixelFormat() string {
	return [4]string{"", "yuv420p", "yuv422p", "yuv444p"}[s.ChromaFormat&3]
}

// Describe writes into t what ffprobe prints of a stream with this sequence header. The field
// order stays the container's when it told one.
func (s *Sequence) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	v, level := t.Video, -99 // ffprobe's "unknown"
	t.Codec.Profile = ""
	location := 1 // between the samples, as in JPEG
	v.ReorderDepth = 1
	if s.MPEG2 {
		t.Codec.Profile, level = profileNames[s.Profile], s.Level
		location = 0
		if s.ChromaFormat != 1 {
			location = 2
		}
		if s.LowDelay {
			v.ReorderDepth = 0
		}
	} else {
		t.BitRate = s.BitRate // the decoder's own; it replaces the container's
	}
	t.Codec.Level = &level
	v.Width, v.Height = s.Width, s.Height
	v.PixelFormat, v.BitDepth = s.PixelFormat(), 8
	v.SAR = s.SAR()
	v.Color.Range = cicp.Range(false)
	if s.Display {
		v.Color.Primaries = cicp.Primaries(s.Primaries)
		v.Color.Transfer = cicp.Transfer(s.Transfer)
		v.Color.Matrix = cicp.Matrix(s.Matrix)
	}
	v.Color.ChromaLocation = cicp.ChromaLocation(location)
	if v.FieldOrder == "" {
		v.FieldOrder = s.FieldOrder()
	}
}
