package mp4

import (
	"bytes"
	"encoding/binary"

	"github.com/mediagauge/mediagauge/internal/codec/still"
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
	case "png", "bmp":
		if still.Codec(p) != t.codec {
			return refuse("first-frame", "no %s signature", t.codec)
		}
		if err := still.Describe(&t.out, bytes.NewReader(p), int64(len(p))); err != nil {
			return refuse("first-frame", "%s: %v", t.codec, err)
		}
		return nil
	case "mjpeg":
		return t.describeJPEG(p)
	}
	return refuse("no-parameters", "picture codec %s", t.codec)
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
