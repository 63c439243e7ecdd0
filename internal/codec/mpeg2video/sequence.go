// Package mpeg2video reads the headers of MPEG-1 and MPEG-2 video (ISO/IEC 11172-2 and
// ISO/IEC 13818-2; clauses cited are of the latter).
package mpeg2video

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

var (
	errNoSequence = errors.New("no sequence header")
	errNoPicture  = errors.New("no picture header")
	errSize       = errors.New("picture without size")
)

// Start code values (table 6-1) and extension identifiers (table 6-2).
const (
	startPicture   = 0x00
	startSlice     = 0x01
	startSequence  = 0xb3
	startExtension = 0xb5

	extSequence = 1
	extDisplay  = 2
	extCoding   = 8
)

// Sequence is a sequence header with its extensions and the first picture's flags, under the
// names of 6.2.2.
type Sequence struct {
	MPEG2               bool // there is a sequence extension
	Width, Height       int
	AspectRatio         int // aspect_ratio_information
	FrameRateCode       int
	FrameRateExtN       int
	FrameRateExtD       int
	BitRate             int64 // bit/s, rounded up to 400
	VBVBufferSize       int   // in units of 16384 bits
	Profile, Level      int   // of MPEG-2; Profile counts down from 5 (Simple) to 0 (4:2:2)
	ProgressiveSequence bool
	ChromaFormat        int // 1 4:2:0, 2 4:2:2, 3 4:4:4
	LowDelay            bool
	Display             bool // there is a display extension with a colour description
	Primaries           int
	Transfer            int
	Matrix              int
	DisplayWidth        int // 0 when not told
	DisplayHeight       int

	PictureCoding    bool // the first picture's flags below were found
	TopFieldFirst    bool
	ProgressiveFrame bool
}

// Parse reads the headers in the parts given, as if they stood one after the other: the
// container's configuration and the head of the first picture, up to its first slice.
func Parse(parts ...[]byte) (*Sequence, error) {
	var s *Sequence
	for _, part := range parts {
		for unit := range bits.StartCodes(part) {
			if unit[0] >= startSlice && unit[0] <= 0xaf {
				break
			}
			if unit[0] == startSequence {
				s = &Sequence{ChromaFormat: 1}
			}
			if s == nil {
				continue
			}
			if err := s.parseUnit(unit); err != nil {
				return nil, err
			}
		}
	}
	if s == nil {
		return nil, errNoSequence
	}
	if s.Width == 0 || s.Height == 0 {
		return nil, errSize
	}
	return s, nil
}

// parseUnit reads what follows one start code. The zero bytes that end a unit are lost with the
// start code after it, so fields may lie beyond the end; they read as zero.
func (s *Sequence) parseUnit(unit []byte) error {
	r := bits.NewBitReader(append(append(make([]byte, 0, 24), unit[1:min(len(unit), 16)]...), make([]byte, 8)...))
	switch unit[0] {
	case startSequence:
		s.parseHeader(r)
	case startExtension:
		switch r.Int(4) {
		case extSequence:
			s.parseExtension(r)
		case extDisplay:
			s.parseDisplay(r)
		case extCoding:
			s.parseCoding(r)
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("sequence: %w", err)
	}
	return nil
}

// parseHeader follows sequence_header() of 6.2.2.1 up to the buffer size.
func (s *Sequence) parseHeader(r *bits.BitReader) {
	s.Width, s.Height = r.Int(12), r.Int(12)
	s.AspectRatio, s.FrameRateCode = r.Int(4), r.Int(4)
	s.BitRate = int64(r.U(18)) * 400
	r.Skip(1)
	s.VBVBufferSize = r.Int(10)
}

// parseExtension follows sequence_extension() of 6.2.2.3.
func (s *Sequence) parseExtension(r *bits.BitReader) {
	s.MPEG2 = true
	r.Skip(1) // escape bit of profile_and_level_indication
	s.Profile, s.Level = r.Int(3), r.Int(4)
	s.ProgressiveSequence = r.Flag()
	s.ChromaFormat = r.Int(2)
	s.Width |= r.Int(2) << 12
	s.Height |= r.Int(2) << 12
	s.BitRate += int64(r.U(12)) << 18 * 400
	r.Skip(1)
	s.VBVBufferSize |= r.Int(8) << 10
	s.LowDelay = r.Flag()
	s.FrameRateExtN, s.FrameRateExtD = r.Int(2), r.Int(5)
}

// parseDisplay follows sequence_display_extension() of 6.2.2.4.
func (s *Sequence) parseDisplay(r *bits.BitReader) {
	r.Skip(3) // video_format
	if s.Display = r.Flag(); s.Display {
		s.Primaries, s.Transfer, s.Matrix = r.Int(8), r.Int(8), r.Int(8)
	}
	s.DisplayWidth = r.Int(14)
	r.Skip(1)
	s.DisplayHeight = r.Int(14)
}

// parseCoding follows picture_coding_extension() of 6.2.3.1.
func (s *Sequence) parseCoding(r *bits.BitReader) {
	r.Skip(16 + 2 + 2) // f_code, intra_dc_precision, picture_structure
	s.PictureCoding = true
	s.TopFieldFirst = r.Flag()
	r.Skip(1 + 1 + 1 + 1 + 1 + 1 + 1) // up to chroma_420_type
	s.ProgressiveFrame = r.Flag()
}
