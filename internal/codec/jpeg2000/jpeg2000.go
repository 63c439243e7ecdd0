// Package jpeg2000 reads the headers of a JPEG 2000 picture in its box format (ISO/IEC 15444-1,
// whose clauses are cited here).
package jpeg2000

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errSignature = errors.New("not in the box format")
	errTruncated = errors.New("headers end too early")
	errKind      = errors.New("a kind of picture that is not known")
)

// Picture is what the boxes and the SIZ marker segment (A.5.1) say.
type Picture struct {
	Width, Height int
	Capabilities  int // Rsiz
	ColourSpace   int // EnumCS of the first colour box (I.5.3.3); 0 when it is not told so
	Components    [][2]int
}

// Enumerated colour spaces.
const (
	spaceSRGB = 16
	spaceGray = 17
	spaceYCC  = 18
)

// ParsePicture reads the start of a picture. It refuses what has not been observed in ffprobe's
// output: bare codestreams, palettes, depths other than eight bits, unusual components.
func ParsePicture(data []byte) (*Picture, error) {
	c := bits.NewCursor(data)
	if string(c.Bytes(12)) != "\x00\x00\x00\x0cjP  \r\n\x87\n" {
		return nil, errSignature
	}
	p := &Picture{}
	for {
		size, kind := int64(c.U32()), c.FourCC()
		switch {
		case c.Err() != nil:
			return nil, errTruncated
		case kind == "jp2c":
			if err := p.readSize(c); err != nil {
				return nil, err
			}
			if p.PixelFormat() == "" {
				return nil, errKind
			}
			return p, nil
		case size < 8 || size-8 > int64(c.Left()):
			return nil, errTruncated
		}
		body := c.Sub(int(size - 8))
		if kind == "jp2h" {
			if err := p.readHeader(body); err != nil {
				return nil, err
			}
		}
	}
}

// readHeader takes the colour space out of the header box (I.5.3).
func (p *Picture) readHeader(c *bits.Cursor) error {
	for c.Left() >= 8 {
		size, kind := int64(c.U32()), c.FourCC()
		if size < 8 || size-8 > int64(c.Left()) {
			return errTruncated
		}
		body := c.Sub(int(size - 8))
		switch kind {
		case "colr":
			method := body.U8()
			body.Skip(2)
			if space := int(body.U32()); method == 1 && p.ColourSpace == 0 {
				p.ColourSpace = space
			}
		case "pclr", "cmap", "cdef":
			return errKind
		}
	}
	return nil
}

// readSize reads the start of the codestream: SOC and SIZ.
func (p *Picture) readSize(c *bits.Cursor) error {
	const soc, siz = 0xff4f, 0xff51
	if c.U16() != soc || c.U16() != siz {
		return errKind
	}
	c.Skip(2)
	p.Capabilities = int(c.U16())
	width, height := c.U32(), c.U32()
	left, top := c.U32(), c.U32()
	c.Skip(16)
	n := int(c.U16())
	if c.Err() != nil {
		return errTruncated
	}
	const limit = 1 << 15
	if n != 1 && n != 3 || left != 0 || top != 0 || p.Capabilities != 0 || width == 0 || height == 0 || width > limit || height > limit {
		return errKind
	}
	p.Width, p.Height = int(width), int(height)
	for range n {
		const eight = 7 // eight bits, without sign
		depth, x, y := c.U8(), int(c.U8()), int(c.U8())
		if depth != eight {
			return errKind
		}
		p.Components = append(p.Components, [2]int{x, y})
	}
	if c.Err() != nil {
		return errTruncated
	}
	return nil
}

// PixelFormat names the pixel format of ffprobe's decoder; empty when it is not known.
func (p *Picture) PixelFormat() string {
	full := [2]int{1, 1}
	if len(p.Components) == 1 && p.ColourSpace == spaceGray && p.Components[0] == full {
		return "gray"
	}
	if len(p.Components) != 3 || p.Components[0] != full || p.Components[1] != p.Components[2] {
		return ""
	}
	switch chroma := p.Components[1]; {
	case p.ColourSpace == spaceSRGB && chroma == full:
		return "rgb24"
	case p.ColourSpace != spaceYCC:
		return ""
	case chroma == full:
		return "yuv444p"
	case chroma == [2]int{2, 1}:
		return "yuv422p"
	case chroma == [2]int{2, 2}:
		return "yuv420p"
	}
	return ""
}

// Describe writes into t what ffprobe prints of a stream that starts with this picture. The
// profile, named by the capabilities' number, is printed as that number.
func (p *Picture) Describe(t *media.Track) {
	v := t.Video
	t.Codec.Profile = "0"
	v.Width, v.Height = p.Width, p.Height
	v.CodedWidth, v.CodedHeight = p.Width, p.Height
	v.PixelFormat, v.BitDepth = p.PixelFormat(), 8
}
