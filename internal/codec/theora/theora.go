// Package theora reads Theora's identification header (Theora I specification, 6.2).
package theora

import (
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

var errHead = errors.New("not a Theora identification header")

// Head is the identification header under the names of 6.2.
type Head struct {
	Version       int // 0x030201
	FMBW, FMBH    int // macro blocks
	PicW, PicH    int // pixels
	FRN, FRD      int64
	ParN, ParD    int64
	CS            int
	KeyFrameShift int // bits of a granule position that count pictures since the last key frame
	PF            int
}

// ParseHead reads the packet.
func ParseHead(packet []byte) (*Head, error) {
	r := bits.NewBitReader(packet)
	kind, magic := r.U(8), r.U64(48)
	h := &Head{Version: int(r.U(24))}
	h.FMBW, h.FMBH = r.Int(16), r.Int(16)
	h.PicW, h.PicH = r.Int(24), r.Int(24)
	r.Skip(16) // offset
	h.FRN, h.FRD = int64(r.U(32)), int64(r.U(32))
	h.ParN, h.ParD = int64(r.U(24)), int64(r.U(24))
	h.CS = r.Int(8)
	r.Skip(24 + 6) // bit rate, quality
	h.KeyFrameShift = r.Int(5)
	h.PF = r.Int(2)
	if r.Err() != nil || kind != 0x80 || magic != 0x7468656F7261 || h.Version < 0x030200 || h.PicW < 18 || h.PicH == 0 ||
		h.FRN <= 0 || h.FRD <= 0 || h.FRN > math.MaxInt32 || h.FRD > math.MaxInt32 {
		return nil, errHead
	}
	return h, nil
}

// Describe writes into t what ffprobe prints of a stream with this header.
func (h *Head) Describe(t *media.Track) {
	t.SetCodec("theora")
	level := -99
	t.Codec.Level = &level
	v := t.Video
	v.Width, v.Height, v.CodedWidth, v.CodedHeight = h.PicW, h.PicH, 16*h.FMBW, 16*h.FMBH
	v.PixelFormat = [4]string{"yuv420p", "", "yuv422p", "yuv444p"}[h.PF]
	v.Color.ChromaLocation = "center"
	if h.CS == 1 || h.CS == 2 {
		v.Color.Primaries = [3]string{1: cicp.Primaries(4), 2: cicp.Primaries(5)}[h.CS]
		v.Color.Matrix, v.Color.Transfer = cicp.Matrix(5), cicp.Transfer(1)
	}
	if h.ParN != 0 && h.ParD != 0 {
		v.SAR = media.Rational{Num: h.ParN, Den: h.ParD}.Reduce()
	}
}

// Frames returns how many pictures a granule position counts (6.2, 6.4).
func (h *Head) Frames(granule int64) int64 {
	key := granule >> h.KeyFrameShift
	n := key + granule&(1<<h.KeyFrameShift-1)
	if h.Version < 0x030201 {
		n++
	}
	return n
}
