package mp4

import (
	"encoding/binary"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// describePicture describes a track of still pictures, or a cover, from its first one.
func (m *movie) describePicture(t *track) error {
	p := t.cover
	if p == nil {
		if t.index0.count == 0 {
			return refuse("no-parameters", "no samples to tell the parameters of %s from", t.codec)
		}
		var err error
		if p, err = m.head(t, window); err != nil {
			return err
		}
	}
	switch t.codec {
	case "png":
		return describePNG(&t.out, p)
	case "bmp":
		return describeBMP(&t.out, p)
	case "mjpeg":
		return t.describeJPEG(p)
	}
	return refuse("no-parameters", "picture codec %s", t.codec)
}

// pngFormats names the pixel format by colour type and, from 1 to 16, bit depth (ISO/IEC
// 15948, 11.2.2).
var pngFormats = map[[2]byte]string{
	{0, 1}: "monob", {0, 2}: "gray", {0, 4}: "gray", {0, 8}: "gray", {0, 16}: "gray16be",
	{2, 8}: "rgb24", {2, 16}: "rgb48be",
	{3, 1}: "pal8", {3, 2}: "pal8", {3, 4}: "pal8", {3, 8}: "pal8",
	{4, 8}: "ya8", {4, 16}: "ya16be",
	{6, 8}: "rgba", {6, 16}: "rgba64be",
}

// pngTransparent names the format of a picture with a transparent colour.
var pngTransparent = map[string]string{
	"rgb24": "rgba", "rgb48be": "rgba64be", "gray": "ya8", "gray16be": "ya16be", "pal8": "pal8",
}

// describePNG reads the chunks before the picture's data.
func describePNG(t *media.Track, p []byte) error {
	c := bits.NewCursor(p)
	if string(c.Bytes(8)) != "\x89PNG\r\n\x1a\n" {
		return refuse("first-frame", "no PNG signature")
	}
	v := t.Video
	for {
		size := int64(c.U32())
		kind := c.FourCC()
		if kind == "IDAT" {
			break
		}
		if c.Err() != nil || size > int64(c.Left()) {
			return refuse("first-frame", "PNG chunks end before the picture")
		}
		chunk := c.Sub(int(size))
		c.Skip(4)
		switch kind {
		case "IHDR":
			v.Width, v.Height = int(chunk.U32()), int(chunk.U32())
			depth, colorType := chunk.U8(), chunk.U8()
			v.PixelFormat = pngFormats[[2]byte{colorType, depth}]
		case "pHYs":
			x, y := chunk.I32(), chunk.I32()
			if x > 0 && y > 0 {
				v.SAR = rational.Nearest(int64(x), int64(y), math.MaxInt32)
			}
		case "tRNS":
			v.PixelFormat = pngTransparent[v.PixelFormat]
		case "IEND", "fdAT", "acTL", "fcTL", "CgBI":
			return refuse("first-frame", "a PNG chunk %q before the picture", kind)
		}
	}
	if v.PixelFormat == "" || v.Width <= 0 || v.Height <= 0 {
		return refuse("first-frame", "a PNG picture without a known format")
	}
	v.Color.Range = "pc"
	return nil
}

// describeBMP reads the headers of a Windows bitmap.
func describeBMP(t *media.Track, p []byte) error {
	const (
		rgb       = 0
		bitFields = 3
	)
	c := bits.NewCursor(p)
	if string(c.Bytes(2)) != "BM" {
		return refuse("first-frame", "no BMP signature")
	}
	c.Skip(8)
	start, size := c.U32LE(), c.U32LE()
	var width, height int32
	switch size {
	case 40, 56, 64, 108, 124:
		width, height = int32(c.U32LE()), int32(c.U32LE())
	case 12:
		width, height = int32(c.U16LE()), int32(c.U16LE())
	}
	planes, depth := c.U16LE(), c.U16LE()
	coding := uint32(rgb)
	if size >= 40 {
		coding = c.U32LE()
	}
	var masks [4]uint32
	if coding == bitFields {
		c.Skip(20)
		for i := range masks {
			if i < 3 || size > 40 {
				masks[i] = c.U32LE()
			}
		}
	}
	palette := int64(start)-int64(size)-14 > 0
	format := bmpFormat(int(depth), coding == bitFields, masks, palette)
	if c.Err() != nil || planes != 1 || coding > bitFields || format == "" || int64(size)+14 > int64(start) {
		return refuse("first-frame", "a BMP picture of a kind that is not known")
	}
	if height < 0 {
		height = -height
	}
	t.Video.Width, t.Video.Height, t.Video.PixelFormat = int(width), int(height), format
	return nil
}

func bmpFormat(depth int, fields bool, m [4]uint32, palette bool) string {
	alpha := func(with, without string) string {
		if m[3] != 0 {
			return with
		}
		return without
	}
	colors := [3]uint32{m[0], m[1], m[2]}
	switch {
	case depth == 32 && !fields:
		return "bgra"
	case depth == 32:
		switch colors {
		case [3]uint32{0xff000000, 0xff0000, 0xff00}:
			return alpha("abgr", "0bgr")
		case [3]uint32{0xff0000, 0xff00, 0xff}:
			return alpha("bgra", "bgr0")
		case [3]uint32{0xff00, 0xff0000, 0xff000000}:
			return alpha("argb", "0rgb")
		case [3]uint32{0xff, 0xff00, 0xff0000}:
			return alpha("rgba", "rgb0")
		}
	case depth == 24:
		return "bgr24"
	case depth == 16 && !fields, depth == 16 && colors == [3]uint32{0x7c00, 0x3e0, 0x1f}:
		return "rgb555le"
	case depth == 16 && colors == [3]uint32{0xf800, 0x7e0, 0x1f}:
		return "rgb565le"
	case depth == 16 && colors == [3]uint32{0xf00, 0xf0, 0xf}:
		return "rgb444le"
	case palette && (depth == 1 || depth == 4 || depth == 8):
		return "pal8"
	case depth == 8:
		return "gray"
	}
	return ""
}

// rawFormats names the pixel format of uncompressed pictures by the type of their sample entry.
var rawFormats = map[string]string{
	"2vuy": "uyvy422", "2Vuy": "uyvy422", "yuv2": "yuyv422", "yuvs": "yuyv422", "UYVY": "uyvy422",
	"L555": "rgb555le", "L565": "rgb565le", "B565": "rgb565be",
	"24BG": "bgr24", "BGRA": "bgra", "RGBA": "rgba", "ABGR": "abgr",
	"b16g": "gray16be", "b48r": "rgb48be", "b64a": "rgba64be",
	"I420": "yuv420p", "YV12": "yuv420p", "HDYC": "uyvy422", "NV12": "nv12",
}

// rawDepths names it by the bits per pixel of a "raw " entry.
var rawDepths = map[int]string{
	1: "pal8", 2: "pal8", 4: "pal8", 8: "pal8", 16: "rgb555be", 24: "rgb24", 32: "argb", 33: "pal8",
}

// describeRaw describes uncompressed pictures.
func (t *track) describeRaw() error {
	tag := binary.LittleEndian.AppendUint32(nil, uint32(t.tag))
	format := rawFormats[string(tag)]
	if t.format == "raw " {
		format = rawDepths[t.entry.depth]
	}
	if format == "" {
		return refuse("no-parameters", "uncompressed pictures %q of %d bits", printable(string(tag)), t.entry.depth)
	}
	t.out.Video.PixelFormat = format
	return nil
}

// describeOther describes codecs of which the sample entry says all.
func (t *track) describeOther() error {
	v := t.out.Video
	switch t.codec {
	case "v410":
		v.PixelFormat, v.BitDepth = "yuv444p10le", 10
	case "v308":
		v.PixelFormat = "yuv444p"
	case "v210":
		v.PixelFormat, v.BitDepth = "yuv422p10le", 10
	case "qtrle":
		formats := map[int]string{1: "pal8", 2: "pal8", 4: "pal8", 8: "pal8", 33: "pal8", 34: "pal8", 36: "pal8", 40: "pal8", 16: "rgb555be", 24: "rgb24", 32: "argb"}
		if v.PixelFormat = formats[t.entry.depth]; v.PixelFormat == "" {
			return refuse("no-parameters", "animation of %d bits", t.entry.depth)
		}
	default:
		return refuse("no-parameters", "video codec %s", t.codec)
	}
	return nil
}
