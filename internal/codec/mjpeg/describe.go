package mjpeg

import (
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

// profiles are ffprobe's names by process.
var profiles = [4]string{"Baseline", "Sequential", "Progressive", "Lossless"}

// sampling names the chroma format by the sampling factors of luma and chroma: H and V of the
// first component, then of the other two, a digit each. Measured with ffprobe 5.1.9 by putting
// each combination into one picture; those not listed it refuses.
var sampling = map[[4]int]string{
	{1, 1, 1, 1}: "444", {1, 2, 1, 2}: "444", {2, 1, 2, 1}: "444", {2, 2, 2, 2}: "444",
	{3, 1, 1, 1}: "444", {3, 2, 1, 2}: "444",
	{2, 1, 1, 1}: "422", {2, 2, 1, 2}: "422",
	{1, 2, 1, 1}: "440", {1, 4, 1, 1}: "440", {1, 4, 1, 2}: "440", {2, 2, 2, 1}: "440",
	{2, 4, 2, 1}: "440", {2, 4, 2, 2}: "440",
	{2, 2, 1, 1}: "420", {2, 3, 1, 1}: "420", {2, 4, 1, 1}: "420", {4, 2, 1, 1}: "420",
	{4, 1, 1, 1}: "411", {4, 2, 1, 2}: "411",
}

// PixelFormat names the pixel format of ffprobe's decoder for the kinds that occur: grey, and YUV
// or RGB in three planes of eight bits. It is empty for anything else.
func (f *Frame) PixelFormat() string {
	if f.Precision != 8 || f.Process == 3 {
		return ""
	}
	switch len(f.Components) {
	case 1:
		return "gray"
	case 3:
		y, u, v := f.Components[0], f.Components[1], f.Components[2]
		chroma := sampling[[4]int{y.H, y.V, u.H, u.V}]
		switch {
		case chroma == "" || u.H != v.H || u.V != v.V:
			return ""
		case f.rgb() && y.H == u.H && y.V == u.V && y.H == y.V:
			return "gbrp"
		case f.rgb() && (chroma == "444" || f.lettered()):
			return ""
		case f.StudioSwing:
			return "yuv" + chroma + "p"
		}
		return "yuvj" + chroma + "p"
	}
	return ""
}

// lettered says whether the components are named R, G and B.
func (f *Frame) lettered() bool {
	c := f.Components
	return len(c) == 3 && c[0].ID == 'R' && c[1].ID == 'G' && c[2].ID == 'B'
}

func (f *Frame) rgb() bool { return f.AdobeRGB || f.lettered() }

// Describe writes into t what ffprobe prints of a stream that starts with this picture. A picture
// of much less height than the container told is the first of two fields. The sample aspect ratio
// is the stream's own, zero when it has none.
func (f *Frame) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	v, unknown := t.Video, -99 // ffprobe's "unknown"
	t.Codec.Profile, t.Codec.Level = profiles[f.Process], &unknown
	height := f.Height
	if v.Height > 0 && f.Height < v.Height*3/4 {
		height *= 2
	}
	v.Width, v.Height = f.Width, height
	v.CodedWidth, v.CodedHeight = v.Width, v.Height
	v.PixelFormat, v.BitDepth = f.PixelFormat(), f.Precision
	v.SAR = media.Rational{}
	if f.SAR.Positive() {
		v.SAR = f.SAR.Reduce()
	}
	if v.PixelFormat != "gray" && v.PixelFormat != "gbrp" {
		v.Color.Range = cicp.Range(!f.StudioSwing)
	}
	v.Color.Matrix = cicp.Matrix(5) // BT.470 BG
	v.Color.ChromaLocation = cicp.ChromaLocation(1)
}
