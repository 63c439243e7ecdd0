package still

import (
	"encoding/binary"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// The kinds of BMP compression that are told.
const (
	bmpRGB       = 0
	bmpBitFields = 3
)

// describeBMP reads the headers of a Windows bitmap.
func describeBMP(t *media.Track, s *source) error {
	b, err := s.peek(0, 138)
	if err != nil {
		return err
	}
	c := bits.NewCursor(b)
	c.Skip(10)
	start, size := c.U32LE(), c.U32LE()
	var width, height int32
	switch size {
	case 40, 56, 64, 108, 124:
		width, height = int32(c.U32LE()), int32(c.U32LE())
	case 12:
		width, height = int32(c.U16LE()), int32(c.U16LE())
	}
	planes, depth := c.U16LE(), c.U16LE()
	coding := uint32(bmpRGB)
	if size >= 40 {
		coding = c.U32LE()
	}
	var masks [4]uint32
	if coding == bmpBitFields {
		c.Skip(20)
		for i := range masks {
			if i < 3 || size > 40 {
				masks[i] = c.U32LE()
			}
		}
	}
	palette := int64(start)-int64(size)-14 > 0
	format := bmpFormat(int(depth), coding == bmpBitFields, masks, palette)
	if c.Err() != nil || planes != 1 || coding > bmpBitFields || format == "" || int64(size)+14 > int64(start) {
		return errFormat
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

// The tags of TIFF 6.0 that are looked at.
const (
	tiffWidth       = 256
	tiffHeight      = 257
	tiffBits        = 258
	tiffPhotometric = 262
	tiffSamples     = 277
	tiffXResolution = 282
	tiffYResolution = 283
	tiffExtra       = 338
)

// describeTIFF reads the first directory: TIFF 6.0, section 2.
func describeTIFF(t *media.Track, s *source) error {
	head, err := s.need(0, 8)
	if err != nil {
		return err
	}
	var order binary.ByteOrder = binary.LittleEndian
	suffix := "le"
	if head[0] == 'M' {
		order, suffix = binary.BigEndian, "be"
	}
	dir := int64(order.Uint32(head[4:]))
	b, err := s.need(dir, 2)
	if err != nil {
		return err
	}
	n := int(order.Uint16(b))
	if b, err = s.need(dir+2, n*12); err != nil {
		return err
	}
	tags := map[uint16]uint32{}
	var x, y media.Rational
	for e := b; len(e) >= 12; e = e[12:] {
		tag, kind, count := order.Uint16(e), order.Uint16(e[2:]), order.Uint32(e[4:])
		value := order.Uint32(e[8:])
		if kind == 3 && count <= 2 {
			value = uint32(order.Uint16(e[8:]))
		}
		switch {
		case kind == 3 && count > 2 || kind == 5:
			size := 2
			if kind == 5 {
				size = 8
			}
			far, err := s.need(int64(value), size)
			if err != nil {
				return err
			}
			if kind == 5 {
				r := media.Rational{Num: int64(order.Uint32(far)), Den: int64(order.Uint32(far[4:]))}
				if tag == tiffXResolution {
					x = r
				} else if tag == tiffYResolution {
					y = r
				}
				continue
			}
			value = uint32(order.Uint16(far))
		}
		if _, seen := tags[tag]; !seen {
			tags[tag] = value
		}
	}
	return finishTIFF(t, tags, suffix, x, y)
}

func finishTIFF(t *media.Track, tags map[uint16]uint32, suffix string, x, y media.Rational) error {
	v := t.Video
	if tags[tiffWidth] > 1<<16 || tags[tiffHeight] > 1<<16 {
		return errFormat
	}
	v.Width, v.Height = int(tags[tiffWidth]), int(tags[tiffHeight])
	samples := max(tags[tiffSamples], 1)
	switch key := [3]uint32{tags[tiffPhotometric], samples, max(tags[tiffBits], 1)}; key {
	case [3]uint32{2, 3, 8}:
		v.PixelFormat = "rgb24"
	case [3]uint32{2, 4, 8}:
		v.PixelFormat = "rgba"
	case [3]uint32{2, 3, 16}:
		v.PixelFormat = "rgb48" + suffix
	case [3]uint32{2, 4, 16}:
		v.PixelFormat = "rgba64" + suffix
	case [3]uint32{1, 1, 8}:
		v.PixelFormat = "gray"
	case [3]uint32{1, 1, 16}:
		v.PixelFormat = "gray16" + suffix
	case [3]uint32{1, 1, 1}:
		v.PixelFormat = "monob"
	case [3]uint32{3, 1, 8}:
		v.PixelFormat = "pal8"
	default:
		return errFormat
	}
	if x.Positive() && y.Positive() {
		if x != y {
			return errFormat // how ffprobe makes a ratio of them was not looked into
		}
		v.SAR = media.Rational{Num: 1, Den: 1}
	}
	return nil
}
