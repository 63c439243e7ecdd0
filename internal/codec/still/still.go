// Package still reads the headers of still pictures as they stand in files of their own or as cover
// art: JPEG, PNG, GIF, WebP, BMP and TIFF. Only what the values of ffprobe depend on is read;
// colour profiles, previews and the pictures themselves are stepped over.
package still

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/mediagauge/mediagauge/internal/codec/mjpeg"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// The errors of pictures that cannot be described; they say nothing about reading.
var (
	ErrUnknown = errors.New("not a picture of a known kind")
	errHeader  = errors.New("headers of the picture are cut off or damaged")
	errFormat  = errors.New("a pixel format that is not known")
)

// maxParts is how many segments or chunks are stepped over on the way to the picture.
const maxParts = 1000

// Codec names the codec of the picture that head begins with, as ffprobe does; "" for none.
func Codec(head []byte) string {
	at := func(off int, s string) bool { return len(head) >= off+len(s) && string(head[off:off+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return "mjpeg"
	case at(0, pngSignature):
		return "png"
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return "gif"
	case at(0, "RIFF") && at(8, "WEBP"):
		return "webp"
	case at(0, "BM"):
		return "bmp"
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return "tiff"
	}
	return ""
}

// Describe fills in what ffprobe says of a stream whose first picture r holds, size bytes long. The
// codec is told by the content. Errors of reading are passed on; others wrap ErrUnknown or one of
// the same kind, which Damaged tells.
func Describe(t *media.Track, r io.ReaderAt, size int64) error {
	s := &source{r: r, size: size}
	head, err := s.peek(0, 32)
	if err != nil {
		return err
	}
	codec := Codec(head)
	if codec == "" {
		return fmt.Errorf("%w", ErrUnknown)
	}
	t.SetCodec(codec)
	level := -99
	t.Codec.Level = &level
	switch codec {
	case "mjpeg":
		return describeJPEG(t, s)
	case "png":
		err = describePNG(t, s)
	case "gif":
		err = describeGIF(t, s)
	case "webp":
		err = describeWebP(t, s)
	case "bmp":
		err = describeBMP(t, s)
	case "tiff":
		err = describeTIFF(t, s)
	}
	if v := t.Video; err == nil {
		if v.Width <= 0 || v.Height <= 0 || int64(v.Width)*int64(v.Height) > math.MaxInt32/8 {
			return fmt.Errorf("%w: %d × %d", errFormat, v.Width, v.Height)
		}
		v.CodedWidth, v.CodedHeight = v.Width, v.Height
	}
	return err
}

// Damaged says whether err is the picture's fault and not that of reading it.
func Damaged(err error) bool {
	return errors.Is(err, ErrUnknown) || errors.Is(err, errHeader) || errors.Is(err, errFormat)
}

// source reads pieces of a picture through one window.
type source struct {
	r    io.ReaderAt
	size int64
	off  int64
	buf  []byte
}

// window is how much is read at a place of which nothing is known yet.
const window = 4 << 10

// peek returns up to n bytes at off, fewer at the end.
func (s *source) peek(off int64, n int) ([]byte, error) {
	if off < 0 || off >= s.size {
		return nil, nil
	}
	n = int(min(int64(n), s.size-off))
	if off < s.off || off+int64(n) > s.off+int64(len(s.buf)) {
		buf := make([]byte, min(max(int64(n), window), s.size-off))
		got, err := s.r.ReadAt(buf, off)
		if err != nil && err != io.EOF {
			return nil, err
		}
		s.off, s.buf = off, buf[:got]
	}
	b := s.buf[off-s.off:]
	return b[:min(n, len(b))], nil
}

// need is peek of bytes that must be there.
func (s *source) need(off int64, n int) ([]byte, error) {
	b, err := s.peek(off, n)
	if err == nil && len(b) < n {
		err = errHeader
	}
	return b, err
}

// describeJPEG gathers the segments that count, so that large ones cost nothing: ISO/IEC 10918-1, B.1.1.
func describeJPEG(t *media.Track, s *source) error {
	picture := []byte{0xff, 0xd8}
	off := int64(2)
	for range maxParts {
		b, err := s.need(off, 2)
		if err != nil {
			return err
		}
		if b[0] != 0xff {
			return errHeader
		}
		marker := b[1]
		if marker == 0xff { // a fill byte
			off++
			continue
		}
		if marker >= 0xd0 && marker < 0xd9 || marker == 0x01 { // without a length
			off += 2
			continue
		}
		if b, err = s.need(off, 4); err != nil {
			return err
		}
		length := int64(binary.BigEndian.Uint16(b[2:]))
		if length < 2 || marker == 0xd9 || marker == 0xda {
			return errHeader
		}
		frame := marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
		if frame || marker == 0xe0 || marker == 0xee || marker == 0xfe && length < 1024 {
			b, err := s.need(off, int(2+length))
			if err != nil {
				return err
			}
			if frame || len(picture)+len(b) < 64<<10 {
				picture = append(picture, b...)
			}
		}
		if frame {
			f, err := mjpeg.ParseFrame(picture)
			if err != nil {
				return fmt.Errorf("%w: %w", errHeader, err)
			}
			if f.PixelFormat() == "" {
				return errFormat
			}
			f.Describe(t)
			return nil
		}
		off += 2 + length
	}
	return errHeader
}

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

// describePNG reads the chunks in front of the image data: ISO/IEC 15948, 11.
func describePNG(t *media.Track, s *source) error {
	v := t.Video
	var key [2]byte
	transparent, sized := false, false
	off := int64(len(pngSignature))
	for range maxParts {
		b, err := s.need(off, 8)
		if err != nil {
			return err
		}
		length, kind := int64(binary.BigEndian.Uint32(b)), string(b[4:8])
		switch kind {
		case "IHDR":
			if b, err = s.need(off+8, 13); err != nil {
				return err
			}
			w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
			if w > math.MaxUint16 || h > math.MaxUint16 {
				return errFormat
			}
			v.Width, v.Height, sized, key = int(w), int(h), true, [2]byte{b[9], b[8]}
		case "pHYs":
			if b, err = s.need(off+8, 9); err != nil {
				return err
			}
			if x, y := int32(binary.BigEndian.Uint32(b)), int32(binary.BigEndian.Uint32(b[4:])); x > 0 && y > 0 {
				v.SAR = rational.Nearest(int64(x), int64(y), math.MaxInt32)
			}
		case "tRNS":
			transparent = true
		case "acTL":
			t.SetCodec("apng")
		case "IDAT":
			format := pngFormats[key].plain
			if transparent {
				format = pngFormats[key].transparent
			}
			if !sized || format == "" {
				return errFormat
			}
			v.PixelFormat, v.Color.Range = format, "pc"
			return nil
		case "IEND", "CgBI", "fdAT":
			return errHeader
		}
		off += 12 + length
	}
	return errHeader
}

// describeGIF reads the logical screen descriptor of GIF89a, 18. ffprobe decodes to BGRA.
func describeGIF(t *media.Track, s *source) error {
	b, err := s.need(6, 7)
	if err != nil {
		return err
	}
	v := t.Video
	v.Width, v.Height, v.PixelFormat = int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:])), "bgra"
	if b[6] != 0 { // the pixel's aspect ratio, in 64ths from 15 on
		v.SAR = rational.Nearest(int64(b[6])+15, 64, math.MaxInt32)
	}
	return nil
}

// describeWebP reads the chunks of WebP (RFC 9649). Animations ffprobe 5.1 cannot decode.
func describeWebP(t *media.Track, s *source) error {
	v := t.Video
	alpha := false
	off := int64(12)
	for range maxParts {
		b, err := s.need(off, 8)
		if err != nil {
			return err
		}
		kind, length := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		switch kind {
		case "VP8X":
			if b, err = s.need(off+8, 10); err != nil {
				return err
			}
			if b[0]&0x02 != 0 {
				return errFormat
			}
			v.Width = int(uint32(b[4])|uint32(b[5])<<8|uint32(b[6])<<16) + 1
			v.Height = int(uint32(b[7])|uint32(b[8])<<8|uint32(b[9])<<16) + 1
		case "ALPH":
			alpha = true
		case "VP8 ":
			if b, err = s.need(off+8, 10); err != nil {
				return err
			}
			if b[0]&1 != 0 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
				return errHeader
			}
			v.Width, v.Height = int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff)
			v.PixelFormat, v.Color.Range, v.Color.Matrix = "yuv420p", "tv", "bt470bg"
			if alpha {
				v.PixelFormat = "yuva420p"
			}
			return nil
		case "VP8L":
			if b, err = s.need(off+8, 5); err != nil {
				return err
			}
			if b[0] != 0x2f {
				return errHeader
			}
			bits := binary.LittleEndian.Uint32(b[1:])
			v.Width, v.Height, v.PixelFormat = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1, "argb"
			return nil
		}
		off += 8 + length + length&1
	}
	return errHeader
}
