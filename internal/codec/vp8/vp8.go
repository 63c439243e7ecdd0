// Package vp8 reads the header of VP8 frames (RFC 6386).
package vp8

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errNotKey    = errors.New("not a key frame")
	errStartCode = errors.New("no start code")
	errEmpty     = errors.New("picture without size")
)

// Frame is the uncompressed header of a key frame, RFC 6386 section 9.1.
type Frame struct {
	Version   int // called profile by ffprobe
	Show      bool
	FirstPart int // bytes of the first partition
	Width     int
	Height    int
	HScale    int // upscaling on display, 0 to 3
	VScale    int
}

// ParseFrame reads the start of a key frame.
func ParseFrame(frame []byte) (*Frame, error) {
	c := bits.NewCursor(frame)
	tag := c.U24LE()
	if c.Err() == nil && tag&1 != 0 {
		return nil, errNotKey
	}
	start := c.U24()
	w, h := int(c.U16LE()), int(c.U16LE())
	if err := c.Err(); err != nil {
		return nil, fmt.Errorf("frame header: %w", err)
	}
	f := &Frame{Version: int(tag >> 1 & 7), Show: tag>>4&1 != 0, FirstPart: int(tag >> 5),
		Width: w & 0x3fff, Height: h & 0x3fff, HScale: w >> 14, VScale: h >> 14}
	switch {
	case start != 0x9d012a:
		return nil, errStartCode
	case f.Width == 0 || f.Height == 0:
		return nil, errEmpty
	}
	return f, nil
}

// Describe writes into t what ffprobe prints of a stream that starts with this frame. A size that
// the container told stays: ffprobe then decodes no frame.
func (f *Frame) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	unknown := -99 // ffprobe's "unknown"
	t.Codec.Profile, t.Codec.Level = strconv.Itoa(f.Version), &unknown
	v := t.Video
	if v.Width == 0 || v.Height == 0 {
		v.Width, v.Height = f.Width, f.Height
	}
	v.CodedWidth, v.CodedHeight = v.Width, v.Height
	v.PixelFormat, v.BitDepth = "yuv420p", 8
}
