// Package dnxhd reads the frame header of VC-3, known as DNxHD and DNxHR (SMPTE ST 2019-1, 7.2).
package dnxhd

import (
	"encoding/binary"
	"errors"

	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errTruncated = errors.New("frame header that is too short")
	errPrefix    = errors.New("no frame header")
	errKind      = errors.New("a kind of frame that is not known")
)

// HeaderSize is how many bytes ParseFrame needs.
const HeaderSize = 0x2d

// Frame is a frame header.
type Frame struct {
	CompressionID int // which of the standard's formats it is
	Interlaced    bool
	Width, Height int // of the frame, both fields together
	BitDepth      int
	Chroma444     bool
	RGB           bool
}

// formats names the profile by compression identifier (table 3; the last five are DNxHR's).
var formats = map[int]string{
	1235: "DNXHD", 1237: "DNXHD", 1238: "DNXHD", 1241: "DNXHD", 1242: "DNXHD", 1243: "DNXHD",
	1250: "DNXHD", 1251: "DNXHD", 1252: "DNXHD", 1253: "DNXHD",
	1270: "DNXHR 444", 1271: "DNXHR HQX", 1272: "DNXHR HQ", 1273: "DNXHR SQ", 1274: "DNXHR LB",
}

// ParseFrame reads the header at the start of a frame. What has not been observed in ffprobe's
// output is an error: alpha, other matrices than BT.709, frames that mix fields and frames.
func ParseFrame(frame []byte) (*Frame, error) {
	if len(frame) < HeaderSize {
		return nil, errTruncated
	}
	if string(frame[:4]) != "\x00\x00\x02\x80" {
		return nil, errPrefix
	}
	const cid444 = 1270
	f := &Frame{
		CompressionID: int(binary.BigEndian.Uint32(frame[0x28:])),
		Height:        int(binary.BigEndian.Uint16(frame[0x18:])),
		Width:         int(binary.BigEndian.Uint16(frame[0x1a:])),
	}
	depths := map[byte]int{1: 8, 2: 10}
	f.BitDepth = depths[frame[0x21]>>5]
	switch frame[5] {
	case 1:
	case 2:
		f.Interlaced = true
		f.Height *= 2
	default:
		return nil, errKind
	}
	switch kind := frame[0x2c]; {
	case kind == 0x80 && f.CompressionID != cid444:
	case kind == 0xc1 && f.CompressionID == cid444:
		f.Chroma444 = true
	case kind == 0xc0 && f.CompressionID == cid444:
		f.Chroma444, f.RGB = true, true
	case kind == 0 && f.Interlaced:
	default:
		return nil, errKind
	}
	if formats[f.CompressionID] == "" || f.BitDepth == 0 || f.Width == 0 || f.Height == 0 || f.Chroma444 && f.BitDepth == 8 {
		return nil, errKind
	}
	return f, nil
}

// PixelFormat names the pixel format of ffprobe's decoder.
func (f *Frame) PixelFormat() string {
	switch {
	case f.RGB:
		return "gbrp10le"
	case f.Chroma444:
		return "yuv444p10le"
	case f.BitDepth == 10:
		return "yuv422p10le"
	}
	return "yuv422p"
}

// Describe writes into t what ffprobe prints of a stream that starts with this frame. Range and
// field order are the container's.
func (f *Frame) Describe(t *media.Track) {
	v := t.Video
	t.Codec.Profile = formats[f.CompressionID]
	v.Width, v.Height = f.Width, f.Height
	v.CodedWidth, v.CodedHeight = (f.Width+15)&^15, (f.Height+15)&^15
	v.BitDepth = f.BitDepth
	v.PixelFormat = f.PixelFormat()
	v.Color.Matrix = cicp.Matrix(1)
}
