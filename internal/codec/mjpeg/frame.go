// Package mjpeg reads the headers of JPEG pictures (ISO/IEC 10918-1, whose clauses are cited here),
// as Motion JPEG and cover art use them.
package mjpeg

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errStart     = errors.New("no start of image")
	errMarker    = errors.New("no marker")
	errNoFrame   = errors.New("scan before any frame header")
	errProcess   = errors.New("kind of JPEG that ffprobe does not decode")
	errTruncated = errors.New("data ends too early")
	errSize      = errors.New("picture without size")
)

// Markers (table B.1).
const (
	markerSOF0  = 0xc0
	markerSOF3  = 0xc3
	markerRST0  = 0xd0
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP0  = 0xe0
	markerAdobe = 0xee
	markerCOM   = 0xfe
)

// Frame is a frame header (B.2.2) with what the segments before it tell.
type Frame struct {
	Process     int // 0 baseline, 1 extended sequential, 2 progressive, 3 lossless
	Precision   int // bits of a sample
	Width       int
	Height      int
	Components  []Component
	SAR         media.Rational // from the JFIF segment; zero when not told
	AdobeRGB    bool           // an Adobe segment says that there is no colour transform
	StudioSwing bool           // a comment says that the range is the one of ITU-R BT.601
}

// Component is one component of a frame header.
type Component struct {
	ID   int
	H, V int // sampling factors
}

// ParseFrame reads the segments of a picture up to its frame header.
func ParseFrame(data []byte) (*Frame, error) {
	c := bits.NewCursor(data)
	if start := c.U16(); c.Err() == nil && start != 0xff00|markerSOI {
		return nil, errStart
	}
	f := &Frame{}
	for {
		marker, err := nextMarker(c)
		if err != nil {
			return nil, err
		}
		if marker >= markerRST0 && marker < markerEOI {
			continue // no segment
		}
		if marker == markerEOI || marker == markerSOS {
			return nil, errNoFrame
		}
		size := int(c.U16())
		segment := c.Sub(size - 2)
		if c.Err() != nil {
			return nil, errTruncated
		}
		if isFrame(marker) {
			if err := f.parse(marker, segment); err != nil {
				return nil, err
			}
			return f, nil
		}
		f.parseSegment(marker, segment.Rest())
	}
}

// nextMarker reads a marker with the fill bytes before it.
func nextMarker(c *bits.Cursor) (int, error) {
	if b := c.U8(); c.Err() == nil && b != 0xff {
		return 0, errMarker
	}
	marker := c.U8()
	for marker == 0xff {
		marker = c.U8()
	}
	if c.Err() != nil {
		return 0, errTruncated
	}
	return int(marker), nil
}

// isFrame says whether a marker is SOF0 to SOF15: C0 to CF but for tables and the reserved one.
func isFrame(marker int) bool {
	return marker >= markerSOF0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

func (f *Frame) parseSegment(marker int, data []byte) {
	switch {
	case marker == markerAPP0 && bytes.HasPrefix(data, []byte("JFIF\x00")) && len(data) >= 12:
		f.SAR = media.Rational{Num: int64(data[8])<<8 | int64(data[9]), Den: int64(data[10])<<8 | int64(data[11])}
	case marker == markerAdobe && bytes.HasPrefix(data, []byte("Adobe")) && len(data) >= 12:
		f.AdobeRGB = data[11] == 0
	case marker == markerCOM:
		f.StudioSwing = f.StudioSwing || string(bytes.TrimRight(data, "\x00")) == "CS=ITU601"
	}
}

// parse follows the frame header of B.2.2.
func (f *Frame) parse(marker int, c *bits.Cursor) error {
	if marker > markerSOF3 {
		return errProcess
	}
	f.Process = marker - markerSOF0
	f.Precision = int(c.U8())
	f.Height, f.Width = int(c.U16()), int(c.U16())
	for range c.U8() {
		id, factors := int(c.U8()), int(c.U8())
		c.Skip(1) // quantization table
		if c.Err() != nil {
			break
		}
		f.Components = append(f.Components, Component{ID: id, H: factors >> 4, V: factors & 15})
	}
	if err := c.Err(); err != nil {
		return fmt.Errorf("frame header: %w", err)
	}
	if f.Width == 0 || f.Height == 0 || f.Precision == 0 || f.Precision > 16 {
		return errSize
	}
	return nil
}
