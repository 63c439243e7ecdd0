// Package mpeg4video reads the headers of MPEG-4 part 2 video (ISO/IEC 14496-2, whose clauses are
// cited here).
package mpeg4video

import (
	"errors"
	"fmt"
	mathbits "math/bits"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errNoVOL     = errors.New("no video object layer")
	errStudio    = errors.New("studio profile")
	errShape     = errors.New("shape that is not rectangular")
	errNoTick    = errors.New("no time increment resolution")
	errTruncated = errors.New("data ends too early")
)

// Start code values (table 6-3).
const (
	firstVOL     = 0x20
	lastVOL      = 0x2f
	visualSeq    = 0xb0
	visualObject = 0xb5
	vop          = 0xb6
)

// Headers is what stands before the first picture, under the names of 6.2.
type Headers struct {
	Profile, Level     int // of the visual object sequence; -99 when there is none
	VideoSignalType    bool
	FullRange          bool
	ColourDescription  bool
	Primaries          int
	Transfer           int
	Matrix             int
	Type               int // video_object_type_indication
	SAR                media.Rational
	ControlParameters  bool // LowDelay was told
	LowDelay           bool
	TimeResolution     int // vop_time_increment_resolution: ticks per second
	FixedVOPRate       bool
	FixedTimeIncrement int // ticks of a picture, when FixedVOPRate
	Width, Height      int // 0 when not told
	Interlaced         bool
	Picture            bool // a picture follows the headers
	layers             int
}

// Parse reads the headers in the parts given, as if they stood one after the other: the
// container's decoder configuration and the head of the first picture. What stands after the
// first picture's start is not looked at.
func Parse(parts ...[]byte) (*Headers, error) {
	h := &Headers{Profile: unknown, Level: unknown}
	for _, part := range parts {
		for unit := range bits.StartCodes(part) {
			done, err := h.parseUnit(unit)
			if err != nil {
				return nil, err
			}
			if done {
				break
			}
		}
	}
	if h.layers == 0 {
		return nil, errNoVOL
	}
	return h, nil
}

// parseUnit reads what follows one start code and says whether the headers are over.
func (h *Headers) parseUnit(unit []byte) (done bool, err error) {
	r := bits.NewBitReader(unit[1:])
	switch code := unit[0]; {
	case code == visualSeq:
		h.Profile, h.Level = r.Int(4), r.Int(4)
		if h.Profile == 0 && h.Level == 8 {
			h.Level = 0 // Simple profile, level 0 (table G.1)
		}
	case code == visualObject:
		h.parseVisualObject(r)
	case code >= firstVOL && code <= lastVOL:
		if err := h.parseVOL(r); err != nil {
			return false, fmt.Errorf("video object layer: %w", err)
		}
		h.layers++
	case code == vop:
		h.Picture = true
		return true, nil
	}
	if r.Err() != nil {
		return false, errTruncated
	}
	return false, nil
}

// parseVisualObject follows VisualObject() of 6.2.2.
func (h *Headers) parseVisualObject(r *bits.BitReader) {
	if r.Flag() { // is_visual_object_identifier
		r.Skip(4 + 3)
	}
	if kind := r.Int(4); kind != 1 && kind != 2 { // video, still texture
		return
	}
	if h.VideoSignalType = r.Flag(); !h.VideoSignalType {
		return
	}
	r.Skip(3) // video_format
	h.FullRange = r.Flag()
	if h.ColourDescription = r.Flag(); h.ColourDescription {
		h.Primaries, h.Transfer, h.Matrix = r.Int(8), r.Int(8), r.Int(8)
	}
}

// Values of video_object_type_indication (table 6-10).
const (
	typeSimple       = 1
	typeSimpleStudio = 14
	typeCoreStudio   = 15
)

// parseVOL follows VideoObjectLayer() of 6.2.3 up to interlaced.
func (h *Headers) parseVOL(r *bits.BitReader) error {
	r.Skip(1) // random_accessible_vol
	h.Type = r.Int(8)
	if h.Type == typeSimpleStudio || h.Type == typeCoreStudio {
		return errStudio
	}
	if r.Flag() { // is_object_layer_identifier
		r.Skip(4 + 3)
	}
	h.parseAspect(r)
	if h.ControlParameters = r.Flag(); h.ControlParameters {
		r.Skip(2) // chroma_format
		h.LowDelay = r.Flag()
		if r.Flag() { // vbv_parameters
			r.Skip(15 + 1 + 15 + 1 + 15 + 1 + 3 + 11 + 1 + 15 + 1)
		}
	}
	if shape := r.Int(2); shape != 0 {
		return errShape
	}
	r.Skip(1)
	h.TimeResolution = r.Int(16)
	r.Skip(1)
	if r.Err() != nil {
		return errTruncated
	}
	if h.TimeResolution == 0 {
		return errNoTick
	}
	if h.FixedVOPRate = r.Flag(); h.FixedVOPRate {
		h.FixedTimeIncrement = r.Int(max(1, mathbits.Len(uint(h.TimeResolution-1))))
	}
	r.Skip(1)
	h.Width = r.Int(13)
	r.Skip(1)
	h.Height = r.Int(13)
	r.Skip(1)
	h.Interlaced = r.Flag()
	return nil
}

// pixelAspects is table 6-14: aspect_ratio_info.
var pixelAspects = [16]media.Rational{
	1: {Num: 1, Den: 1}, 2: {Num: 12, Den: 11}, 3: {Num: 10, Den: 11}, 4: {Num: 16, Den: 11}, 5: {Num: 40, Den: 33},
}

func (h *Headers) parseAspect(r *bits.BitReader) {
	info := r.Int(4)
	h.SAR = pixelAspects[info]
	if info == 15 {
		h.SAR = media.Rational{Num: int64(r.U(8)), Den: int64(r.U(8))}
	}
}
