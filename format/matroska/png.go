package matroska

import (
	"encoding/binary"
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The chunks of PNG that are looked at, and how many are stepped over on the way to the image
// data; ISO/IEC 15948, 11.
const (
	pngIHDR   = "IHDR"
	pngPHYs   = "pHYs"
	pngTRNS   = "tRNS"
	pngIDAT   = "IDAT"
	maxChunks = 1000
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngFormat is a pixel format by colour type and bit depth (ISO/IEC 15948, 11.2.2), plain and with
// a transparent colour, as observed in ffprobe's output.
type pngFormat struct{ plain, transparent string }

var pngFormats = map[[2]byte]pngFormat{
	{0, 1}: {"monob", ""}, {0, 2}: {"gray", "ya8"}, {0, 4}: {"gray", "ya8"}, {0, 8}: {"gray", "ya8"}, {0, 16}: {"gray16be", "ya16be"},
	{2, 8}: {"rgb24", "rgba"}, {2, 16}: {"rgb48be", "rgba64be"},
	{3, 1}: {"pal8", "pal8"}, {3, 2}: {"pal8", "pal8"}, {3, 4}: {"pal8", "pal8"}, {3, 8}: {"pal8", "pal8"},
	{4, 8}: {"ya8", ""}, {4, 16}: {"ya16be", ""},
	{6, 8}: {"rgba", ""}, {6, 16}: {"rgba64be", ""},
}

// describePNG reads the chunks in front of the image data. Their headers are read, not what
// they hold: a colour profile may be large.
func (f *file) describePNG(t *media.Track, off, size int64) error {
	b, err := f.in.peek(off, len(pngSignature))
	if err != nil {
		return err
	}
	if string(b) != pngSignature {
		return probe.Refuse(rulePicture, "no PNG signature")
	}
	var key [2]byte
	transparent, sized := false, false
	end := off + size
	pos := off + int64(len(pngSignature))
	for range maxChunks {
		head, err := f.in.peek(pos, 8+13)
		if err != nil {
			return err
		}
		if len(head) < 8 || pos+8 > end {
			break
		}
		length, kind, body := int64(binary.BigEndian.Uint32(head)), string(head[4:8]), head[8:]
		switch {
		case kind == pngIHDR && length == 13 && len(body) == 13:
			w, h := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
			if w == 0 || h == 0 || w > math.MaxInt16*2 || h > math.MaxInt16*2 {
				return probe.Refuse(rulePicture, "PNG of %d by %d", w, h)
			}
			t.Video.Width, t.Video.Height, sized = int(w), int(h), true
			key = [2]byte{body[9], body[8]}
		case kind == pngPHYs && length == 9 && len(body) >= 8:
			x, y := int64(int32(binary.BigEndian.Uint32(body))), int64(int32(binary.BigEndian.Uint32(body[4:])))
			if x > 0 && y > 0 {
				t.Video.SAR = rational.Nearest(x, y, math.MaxInt32)
			}
		case kind == pngTRNS:
			transparent = true
		case kind == pngIDAT && sized:
			return finishPNG(t, key, transparent)
		}
		pos += 12 + length
	}
	return probe.Refuse(rulePicture, "no PNG image data")
}

func finishPNG(t *media.Track, key [2]byte, transparent bool) error {
	format := pngFormats[key].plain
	if transparent {
		format = pngFormats[key].transparent
	}
	if format == "" {
		return probe.Refuse(rulePicture, "PNG of colour type %d and %d bits", key[0], key[1])
	}
	level := -99
	t.Codec.Level = &level
	t.Video.CodedWidth, t.Video.CodedHeight = t.Video.Width, t.Video.Height
	t.Video.PixelFormat, t.Video.Color.Range = format, "pc"
	return nil
}
