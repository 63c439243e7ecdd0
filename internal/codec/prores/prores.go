// Package prores reads the frame header of Apple ProRes (SMPTE RDD 36, whose sections are cited
// here).
package prores

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errIdentifier = errors.New("no frame identifier")
	errHeader     = errors.New("frame header that is too short")
	errAlpha      = errors.New("unknown kind of alpha")
	errSize       = errors.New("picture without size")
)

// Frame is a frame header, 5.1.
type Frame struct {
	Version    int
	Creator    string
	Width      int
	Height     int
	Chroma444  bool
	Interlaced int // interlace_mode: 0 progressive, 1 top field first, 2 bottom field first
	Primaries  int
	Transfer   int
	Matrix     int
	Alpha      int // alpha_channel_type: 0 none, 1 eight bits, 2 sixteen bits
}

// ParseFrame reads the start of a frame.
func ParseFrame(frame []byte) (*Frame, error) {
	c := bits.NewCursor(frame)
	c.Skip(4) // frame_size
	if id := c.FourCC(); c.Err() == nil && id != "icpf" {
		return nil, errIdentifier
	}
	size := c.U16()
	f := &Frame{Version: int(c.U16()), Creator: c.FourCC(), Width: int(c.U16()), Height: int(c.U16())}
	flags := c.U8()
	f.Chroma444 = flags>>6 == 3
	f.Interlaced = int(flags >> 2 & 3)
	c.Skip(1) // aspect ratio and frame rate, which ffprobe does not read
	f.Primaries, f.Transfer, f.Matrix = int(c.U8()), int(c.U8()), int(c.U8())
	f.Alpha = int(c.U8() & 15)
	if err := c.Err(); err != nil {
		return nil, fmt.Errorf("frame header: %w", err)
	}
	switch {
	case size < 20:
		return nil, errHeader
	case f.Alpha > 2:
		return nil, errAlpha
	case f.Width == 0 || f.Height == 0:
		return nil, errSize
	}
	return f, nil
}

// profiles are ffprobe's names by codec tag. Without a tag that it knows, ffprobe tells neither
// the profile nor, for the kinds with more bits, the right depth.
var profiles = map[string]struct {
	name  string
	depth int
}{
	"apco": {"Proxy", 10},
	"apcs": {"LT", 10},
	"apcn": {"Standard", 10},
	"apch": {"HQ", 10},
	"ap4h": {"4444", 12},
	"ap4x": {"XQ", 12},
}

// Known says whether ffprobe knows a profile for a codec tag.
func Known(tag media.FourCC) bool {
	_, ok := profiles[tag.String()]
	return ok
}

// Describe writes into t what ffprobe prints of a stream that starts with this frame. The profile
// follows from the codec tag, which must be in t and Known. Colour of the container is replaced.
func (f *Frame) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	p := profiles[t.Codec.Tag.String()]
	v, unknown := t.Video, -99 // ffprobe's "unknown"
	t.Codec.Profile, t.Codec.Level = p.name, &unknown
	v.Width, v.Height = f.Width, f.Height
	v.CodedWidth, v.CodedHeight = f.Width, f.Height
	v.PixelFormat, v.BitDepth = f.pixelFormat(p.depth), p.depth
	v.Color.Range = cicp.Range(false)
	v.Color.Primaries = cicp.Primaries(f.Primaries)
	v.Color.Transfer = cicp.Transfer(f.Transfer)
	v.Color.Matrix = cicp.Matrix(f.Matrix)
}

func (f *Frame) pixelFormat(depth int) string {
	name, chroma := "yuv", "422p"
	if f.Alpha != 0 {
		name = "yuva"
	}
	if f.Chroma444 {
		chroma = "444p"
	}
	return fmt.Sprintf("%s%s%dle", name, chroma, depth)
}
