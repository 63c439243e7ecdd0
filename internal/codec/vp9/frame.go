// Package vp9 reads the uncompressed header of VP9 frames (VP9 Bitstream & Decoding Process
// Specification, version 0.6, whose sections are cited here) and the configuration record of
// containers.
package vp9

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

var (
	errMarker   = errors.New("no frame marker")
	errNotKey   = errors.New("not a key frame")
	errSync     = errors.New("no sync code")
	errReserved = errors.New("reserved bit is set")
	errSampling = errors.New("chroma sampling outside the profile")
	errVersion  = errors.New("unknown configuration version")
)

// Frame is the uncompressed header of a key frame, up to the frame size (6.2).
type Frame struct {
	Profile      int
	Show         bool
	BitDepth     int
	ColorSpace   int // color_space of 7.2.2
	FullRange    bool
	SubsamplingX bool
	SubsamplingY bool
	Width        int
	Height       int
}

// csRGB is the color_space of planes G, B and R.
const csRGB = 7

// ParseFrame reads the start of a key frame, or of a superframe that starts with one.
func ParseFrame(frame []byte) (*Frame, error) {
	f, err := parseFrame(bits.NewBitReader(frame))
	if err != nil {
		return nil, fmt.Errorf("frame header: %w", err)
	}
	return f, nil
}

// parseFrame follows uncompressed_header() of 6.2.
func parseFrame(r *bits.BitReader) (*Frame, error) {
	if marker := r.U(2); r.Err() == nil && marker != 2 {
		return nil, errMarker
	}
	f := &Frame{Profile: r.Int(1)}
	f.Profile |= r.Int(1) << 1
	if f.Profile == 3 && r.Flag() {
		return nil, errReserved
	}
	if r.Flag() || r.Flag() { // show_existing_frame, frame_type
		return nil, errNotKey
	}
	f.Show = r.Flag()
	r.Skip(1) // error_resilient_mode
	if sync := r.U(24); r.Err() == nil && sync != 0x498342 {
		return nil, errSync
	}
	if err := f.parseColor(r); err != nil {
		return nil, err
	}
	f.Width, f.Height = r.Int(16)+1, r.Int(16)+1
	return f, r.Err()
}

// parseColor follows color_config() of 6.2.2.
func (f *Frame) parseColor(r *bits.BitReader) error {
	f.BitDepth = 8
	if f.Profile >= 2 {
		f.BitDepth = 10 + 2*r.Int(1)
	}
	f.ColorSpace = r.Int(3)
	odd := f.Profile&1 == 1
	if f.ColorSpace == csRGB {
		f.FullRange = true
		if !odd {
			return errSampling
		}
	} else {
		f.FullRange = r.Flag()
		f.SubsamplingX, f.SubsamplingY = true, true
		if odd {
			f.SubsamplingX, f.SubsamplingY = r.Flag(), r.Flag()
			if f.SubsamplingX && f.SubsamplingY {
				return errSampling
			}
		}
	}
	if odd && r.Flag() {
		return errReserved
	}
	return r.Err()
}
