package vp9

import (
	"strconv"

	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

// matrices maps color_space (7.2.2) to MatrixCoefficients of H.273; 6 is reserved.
var matrices = [8]int{cicp.Unspecified, 5, 1, 6, 7, 9, 3, cicp.MatrixRGB}

// PixelFormat names the pixel format of ffprobe's decoder.
func (f *Frame) PixelFormat() string {
	name := "yuv444p"
	switch {
	case f.ColorSpace == csRGB:
		name = "gbrp"
	case f.SubsamplingX && f.SubsamplingY:
		name = "yuv420p"
	case f.SubsamplingX:
		name = "yuv422p"
	case f.SubsamplingY:
		name = "yuv440p"
	}
	if f.BitDepth > 8 {
		name += strconv.Itoa(f.BitDepth) + "le"
	}
	return name
}

// Describe writes into t what ffprobe prints of a stream that starts with this frame. The frame's
// size, range and matrix replace the container's; primaries and transfer are not the frame's to tell.
func (f *Frame) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	unknown := -99 // ffprobe's "unknown"
	t.Codec.Profile, t.Codec.Level = "Profile "+strconv.Itoa(f.Profile), &unknown
	v := t.Video
	v.Width, v.Height = f.Width, f.Height
	v.CodedWidth, v.CodedHeight = f.Width, f.Height
	v.PixelFormat, v.BitDepth = f.PixelFormat(), f.BitDepth
	v.Color.Range = cicp.Range(f.FullRange)
	v.Color.Matrix = cicp.Matrix(matrices[f.ColorSpace])
}
