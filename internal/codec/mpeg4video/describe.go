package mpeg4video

import (
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

// unknown is ffprobe's number for a profile or level that is not told.
const unknown = -99

// profileNames are ffprobe's names by the upper half of profile_and_level_indication (table G.1),
// its spelling included.
var profileNames = [16]string{
	"Simple Profile", "Simple Scalable Profile", "Core Profile", "Main Profile", "N-bit Profile",
	"Scalable Texture Profile", "Simple Face Animation Profile", "Basic Animated Texture Profile",
	"Hybrid Profile", "Advanced Real Time Simple Profile", "Code Scalable Profile",
	"Advanced Coding Profile", "Advanced Core Profile", "Advanced Scalable Texture Profile",
	"Simple Studio Profile", "Advanced Simple Profile",
}

// FrameRate is what the layer says, ticks per second over the ticks of a picture where those are
// fixed and over one tick where they are not.
func (h *Headers) FrameRate() media.Rational {
	return media.Rational{Num: int64(h.TimeResolution), Den: int64(max(1, h.FixedTimeIncrement))}.Reduce()
}

// ReorderDepth is 1 where B pictures may come and 0 where they may not. It is not told when the
// layer has no control parameters and its kind allows B pictures: ffprobe then goes by the
// pictures it meets.
func (h *Headers) ReorderDepth() (depth int, told bool) {
	switch {
	case h.ControlParameters && h.LowDelay:
		return 0, true
	case h.ControlParameters:
		return 1, true
	}
	return 0, h.Type == typeSimple
}

// Describe writes into t what ffprobe prints of a stream with these headers. Colour stays the
// container's where the stream says nothing. The sample aspect ratio is the stream's own, zero
// when it has none.
func (h *Headers) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	v, level := t.Video, h.Level
	t.Codec.Profile, t.Codec.Level = "", &level
	if h.Profile >= 0 {
		t.Codec.Profile = profileNames[h.Profile]
	}
	if h.Width > 0 && h.Height > 0 {
		v.Width, v.Height = h.Width, h.Height
	}
	v.CodedWidth, v.CodedHeight = v.Width, v.Height
	v.PixelFormat, v.BitDepth = "yuv420p", 8
	v.SAR = media.Rational{}
	if h.SAR.Positive() {
		v.SAR = h.SAR.Reduce()
	}
	v.ReorderDepth, _ = h.ReorderDepth()
	if h.VideoSignalType {
		v.Color.Range = cicp.Range(h.FullRange)
	}
	if h.ColourDescription {
		v.Color.Primaries = cicp.Primaries(h.Primaries)
		v.Color.Transfer = cicp.Transfer(h.Transfer)
		v.Color.Matrix = cicp.Matrix(h.Matrix)
	}
	v.Color.ChromaLocation = cicp.ChromaLocation(0)
}
