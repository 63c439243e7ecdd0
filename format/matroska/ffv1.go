package matroska

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/probe"
)

var (
	errRangeCoder = errors.New("range coder ran out of data")
	errNotKey     = errors.New("first frame is no key frame")
	errPlanes     = errors.New("planes of a kind that is not known")
)

// rangeCoder is the binary adaptive coder of FFV1, RFC 9043 section 3.8.1.
type rangeCoder struct {
	data      []byte
	pos       int
	low, span uint32
	exhausted int
}

func newRangeCoder(data []byte) (*rangeCoder, error) {
	if len(data) < 2 {
		return nil, errRangeCoder
	}
	return &rangeCoder{data: data, pos: 2, low: uint32(data[0])<<8 | uint32(data[1]), span: 0xFF00}, nil
}

// bit reads one binary decision.
func (c *rangeCoder) bit(state *uint8) bool {
	part := c.span * uint32(*state) >> 8
	c.span -= part
	set := c.low >= c.span
	if set {
		c.low -= c.span
		c.span = part
		*state = afterOne[*state]
	} else {
		*state = afterZero[*state]
	}
	if c.span < 0x100 {
		c.span <<= 8
		c.low <<= 8
		if c.pos < len(c.data) {
			c.low += uint32(c.data[c.pos])
			c.pos++
		} else {
			c.exhausted++
		}
	}
	return set
}

// symbols are the states of one kind of number.
type symbols [32]uint8

func newSymbols() *symbols {
	var s symbols
	for i := range s {
		s[i] = 128
	}
	return &s
}

// symbol reads an unsigned number, RFC 9043 section 3.8.1.2.
func (c *rangeCoder) symbol(s *symbols) int {
	n, _ := c.number(s)
	return n
}

// signed steps over a signed number.
func (c *rangeCoder) signed(s *symbols) {
	if n, e := c.number(s); n != 0 {
		c.bit(&s[11+min(e, 10)])
	}
}

// number reads the magnitude of a number and the exponent it was coded with.
func (c *rangeCoder) number(s *symbols) (n, exponent int) {
	if c.bit(&s[0]) {
		return 0, 0
	}
	e := 0
	for e < 31 && c.bit(&s[1+min(e, 9)]) {
		e++
	}
	a := 1
	for i := e - 1; i >= 0; i-- {
		a <<= 1
		if c.bit(&s[22+min(i, 9)]) {
			a++
		}
	}
	return a, e
}

// ffv1Header is the part of FFV1's Parameters (RFC 9043 section 4.2) that tells a picture's format.
type ffv1Header struct {
	version, colorspace, depth int
	chroma, alpha              bool
	shiftH, shiftV             int
}

// parseFFV1 reads Parameters; a frame of version 0 or 1 has a key frame flag in front.
func parseFFV1(data []byte, frame bool) (*ffv1Header, error) {
	c, err := newRangeCoder(data)
	if err != nil {
		return nil, err
	}
	if key := uint8(128); frame && !c.bit(&key) {
		return nil, errNotKey
	}
	s := newSymbols()
	h := &ffv1Header{version: c.symbol(s)}
	if h.version > 2 {
		c.symbol(s) // micro_version
	}
	if c.symbol(s) > 1 { // coder_type: state transitions of its own, for what comes later
		for range 255 {
			c.signed(s)
		}
	}
	h.colorspace = c.symbol(s)
	if h.version > 0 {
		h.depth = c.symbol(s)
	}
	h.chroma = c.bit(&s[0])
	h.shiftH, h.shiftV = c.symbol(s), c.symbol(s)
	h.alpha = c.bit(&s[0])
	if c.exhausted > 2 || h.version > 4 {
		return nil, errRangeCoder
	}
	return h, nil
}

// pixelFormat names the format that ffprobe's decoder chooses; empty where it has none.
func (h *ffv1Header) pixelFormat() string {
	depth := max(h.depth, 8)
	suffix := ""
	if depth > 8 {
		suffix = fmt.Sprintf("%dle", depth)
	}
	known := depth == 8 || depth == 9 || depth == 10 || depth == 12 || depth == 14 || depth == 16
	sampling, sampled := map[[2]int]string{{0, 0}: "444", {0, 1}: "440", {1, 0}: "422", {1, 1}: "420", {2, 0}: "411", {2, 2}: "410"}[[2]int{h.shiftH, h.shiftV}]
	switch {
	case !known || h.colorspace > 1:
		return ""
	case h.colorspace == 1 && depth == 8 && h.alpha:
		return "bgra"
	case h.colorspace == 1 && depth == 8:
		return "bgr0"
	case h.colorspace == 1 && h.alpha && (depth == 10 || depth == 12 || depth == 16):
		return "gbrap" + suffix
	case h.colorspace == 1 && !h.alpha:
		return "gbrp" + suffix
	case h.colorspace == 1:
		return ""
	case !h.chroma && h.alpha && depth == 8:
		return "ya8"
	case !h.chroma && !h.alpha && depth != 14:
		return "gray" + suffix
	case !h.chroma || !sampled || h.shiftH == 2 && (depth > 8 || h.alpha) || sampling == "440" && (h.alpha || depth > 8 && depth != 10 && depth != 12):
		return ""
	case h.alpha && (depth == 8 || depth == 9 || depth == 10 || depth == 16):
		return "yuva" + sampling + "p" + suffix
	case h.alpha:
		return ""
	}
	return "yuv" + sampling + "p" + suffix
}

// configureFFV1 reads Parameters out of CodecPrivate, or the first frame of older versions.
func configureFFV1(s *stream) error {
	if s.lacksRate() {
		return probe.Refuse(ruleFrameRate, "track %d: no default duration for FFV1", s.entry.number)
	}
	s.onFirst(func(b []byte) error {
		data, inFrame := s.priv, false
		if len(data) == 0 {
			data, inFrame = b, true
		}
		h, err := parseFFV1(data, inFrame)
		if err != nil {
			return err
		}
		v := s.t.Video
		if v.PixelFormat = h.pixelFormat(); v.PixelFormat == "" {
			return errPlanes
		}
		v.BitDepth, v.CodedWidth, v.CodedHeight = h.depth, v.Width, v.Height
		return nil
	})
	return nil
}
