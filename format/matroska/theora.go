package matroska

import (
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errXiphLacing = errors.New("headers are not laced")
	errTheora     = errors.New("not a Theora identification header")
)

// xiphHeaders splits CodecPrivate of Vorbis and Theora into its three headers.
func xiphHeaders(priv []byte) ([3][]byte, error) {
	var out [3][]byte
	if len(priv) < 1 || priv[0] != 2 {
		return out, errXiphLacing
	}
	pos := 1
	var sizes [2]int
	for i := range sizes {
		for {
			if pos >= len(priv) {
				return out, errXiphLacing
			}
			b := priv[pos]
			pos++
			sizes[i] += int(b)
			if b < 255 {
				break
			}
		}
	}
	rest := priv[pos:]
	for i, n := range sizes {
		if n > len(rest) {
			return out, errXiphLacing
		}
		out[i], rest = rest[:n], rest[n:]
	}
	out[2] = rest
	return out, nil
}

// configureTheora reads the identification header, Theora I specification 6.2.
func configureTheora(s *stream) error {
	headers, err := xiphHeaders(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	r := bits.NewBitReader(headers[0])
	kind, magic := r.U(8), r.U64(48)
	version := r.U(24)
	blocksWide, blocksHigh := r.Int(16), r.Int(16)
	width, height := r.Int(24), r.Int(24)
	r.Skip(16) // offset
	fpsNum, fpsDen := int64(r.U(32)), int64(r.U(32))
	aspectNum, aspectDen := int64(r.U(24)), int64(r.U(24))
	space := r.U(8)
	r.Skip(24 + 6 + 5) // bit rate, quality, distance of key frames
	chroma := r.U(2)
	if r.Err() != nil || kind != 0x80 || magic != 0x7468656F7261 || version < 0x030200 || width < 18 || height == 0 {
		return badPrivate(errTheora)
	}
	v := s.t.Video
	v.Width, v.Height, v.CodedWidth, v.CodedHeight = width, height, 16*blocksWide, 16*blocksHigh
	v.PixelFormat = [4]string{"yuv420p", "", "yuv422p", "yuv444p"}[chroma]
	v.Color.ChromaLocation = "center"
	if space == 1 || space == 2 {
		v.Color.Primaries = [3]string{1: cicp.Primaries(4), 2: cicp.Primaries(5)}[space]
		v.Color.Matrix, v.Color.Transfer = cicp.Matrix(5), cicp.Transfer(1)
	}
	if aspectNum != 0 && aspectDen != 0 {
		v.SAR = media.Rational{Num: aspectNum, Den: aspectDen}.Reduce()
	}
	if fpsNum != 0 && fpsDen != 0 && fpsNum <= math.MaxInt32 && fpsDen <= math.MaxInt32 {
		s.sim.codecRate = media.Rational{Num: fpsNum, Den: fpsDen}.Reduce()
	}
	s.sim.parser = true
	return s.pixels()
}
