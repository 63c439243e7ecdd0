// Package h263 reads the picture header of H.263 video (ITU-T H.263, whose clauses are cited here).
package h263

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errStartCode = errors.New("no picture start code")
	errMarker    = errors.New("marker bit is not set")
	errFormat    = errors.New("reserved source format")
	errNoSize    = errors.New("picture without its own size")
)

// Picture is a picture header, 5.1.
type Picture struct {
	Plus   bool // with PLUSPTYPE: H.263 version 2
	Width  int
	Height int
	SAR    media.Rational // zero when not told
}

// formats are the source formats of 5.1.3.
var formats = [6][2]int{1: {128, 96}, 2: {176, 144}, 3: {352, 288}, 4: {704, 576}, 5: {1408, 1152}}

// pixelAspects is table 5: pixel aspect ratio codes.
var pixelAspects = [16]media.Rational{
	1: {Num: 1, Den: 1}, 2: {Num: 12, Den: 11}, 3: {Num: 10, Den: 11}, 4: {Num: 16, Den: 11}, 5: {Num: 40, Den: 33},
}

// Source formats that are not in the table (5.1.3, 5.1.4.1).
const (
	formatCustom   = 6
	formatExtended = 7
	extendedAspect = 15
)

// Parse reads the start of a picture.
func Parse(data []byte) (*Picture, error) {
	p, err := parse(bits.NewBitReader(data))
	if err != nil {
		return nil, fmt.Errorf("picture header: %w", err)
	}
	return p, nil
}

func parse(r *bits.BitReader) (*Picture, error) {
	if code := r.U(22); r.Err() == nil && code != 0x20 {
		return nil, errStartCode
	}
	r.Skip(8) // temporal reference
	if marker := r.U(2); r.Err() == nil && marker != 2 {
		return nil, errMarker
	}
	r.Skip(3) // split screen, document camera, freeze picture release
	format := r.Int(3)
	if err := r.Err(); err != nil {
		return nil, err
	}
	switch {
	case format == formatExtended:
		return parsePlus(r)
	case format == 0 || format >= len(formats):
		return nil, errFormat
	}
	return &Picture{Width: formats[format][0], Height: formats[format][1], SAR: pixelAspects[2]}, nil
}

// parsePlus follows 5.1.4 to 5.1.6.
func parsePlus(r *bits.BitReader) (*Picture, error) {
	if ufep := r.U(3); r.Err() == nil && ufep != 1 {
		return nil, errNoSize // the options of an earlier picture go on
	}
	format := r.Int(3)
	r.Skip(15) // the rest of OPPTYPE
	r.Skip(9)  // MPPTYPE
	if r.Flag() {
		r.Skip(2) // CPM with its PSBI
	}
	p := &Picture{Plus: true, SAR: pixelAspects[2]}
	if format != formatCustom {
		if err := r.Err(); err != nil {
			return nil, err
		}
		if format == 0 || format >= len(formats) {
			return nil, errFormat
		}
		p.Width, p.Height = formats[format][0], formats[format][1]
		return p, nil
	}
	aspect := r.Int(4)
	p.Width = (r.Int(9) + 1) * 4
	r.Skip(1)
	p.Height = r.Int(9) * 4
	p.SAR = pixelAspects[aspect]
	if aspect == extendedAspect {
		p.SAR = media.Rational{Num: int64(r.U(8)), Den: int64(r.U(8))}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	if p.Height == 0 {
		return nil, errFormat
	}
	return p, nil
}

// Describe writes into t what ffprobe prints of a stream that starts with this picture.
func (p *Picture) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	v, unknown := t.Video, -99 // ffprobe's "unknown"
	t.Codec.Profile, t.Codec.Level = "", &unknown
	v.Width, v.Height = p.Width, p.Height
	v.CodedWidth, v.CodedHeight = p.Width, p.Height
	v.PixelFormat, v.BitDepth = "yuv420p", 8
	v.SAR = media.Rational{}
	if p.SAR.Positive() {
		v.SAR = p.SAR.Reduce()
	}
	v.Color.ChromaLocation = cicp.ChromaLocation(1)
}
