package matroska

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

var (
	errHuffYUV = errors.New("a HuffYUV header of a kind that is not known")
	errWrapped = errors.New("compressed frames")
)

// code is the codec tag's four characters, upper-cased.
func code(t media.FourCC) string {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], uint32(t))
	return strings.ToUpper(string(b[:]))
}

// still is for codecs of pictures that stand by themselves and carry no frame rate.
func (s *stream) still(pixels string, depth int) error {
	if s.lacksRate() {
		return probe.Refuse(ruleFrameRate, "track %d: no default duration for %s", s.entry.number, s.t.Codec.Name)
	}
	s.onFirst(func([]byte) error {
		v := s.t.Video
		v.PixelFormat, v.BitDepth, v.CodedWidth, v.CodedHeight = pixels, depth, v.Width, v.Height
		return nil
	})
	return nil
}

// configureFixed is for codecs whose code tells all.
func configureFixed(s *stream) error {
	p, known := fixedPictures[code(s.t.Codec.Tag)]
	if !known || !s.dtsOnly {
		return probe.Refuse(ruleFourCC, "%s of code %s", s.t.Codec.Name, s.t.Codec.Tag)
	}
	if p.matrix != "" {
		s.t.Video.Color.Matrix = p.matrix
	}
	return s.still(p.pixels, p.depth)
}

// configureHuffYUV reads the header behind BITMAPINFOHEADER: the method, bits per pixel,
// interlacing and 0, or of FFVHuff's newer headers depth and sampling, flags and 1.
func configureHuffYUV(s *stream) error {
	if len(s.priv) < 4 || !s.dtsOnly {
		return badPrivate(errHuffYUV)
	}
	pixels := ""
	switch h := s.priv; {
	case h[3] == 0 && h[1] == 12 && s.t.Codec.Name == "ffvhuff":
		pixels = "yuv420p"
	case h[3] == 0 && h[1] == 16:
		pixels = "yuv422p"
	case h[3] == 0 && h[1] == 24:
		pixels = "bgr0"
	case h[3] == 0 && h[1] == 32:
		pixels = "bgra"
	case h[3] == 1 && h[1] == 0x70 && h[2] == 0x20 && s.t.Codec.Name == "ffvhuff":
		pixels = "gray"
	case h[3] == 1 && h[1] == 0x70 && h[2] == 0x21 && s.t.Codec.Name == "ffvhuff":
		pixels = "yuv444p"
	}
	if pixels == "" || s.t.Video.Width%4 != 0 { // ffprobe's decoder wants whole groups
		return badPrivate(errHuffYUV)
	}
	return s.still(pixels, 0)
}

// configurePNG reads the first frame as an attached picture is read.
func configurePNG(s *stream) error {
	if s.lacksRate() {
		return probe.Refuse(ruleFrameRate, "track %d: no default duration for PNG", s.entry.number)
	}
	s.sim.lacksParams = true
	s.sim.onFrame = func(fr frame) error {
		if s.opaque || s.zlib || len(s.strip) > 0 {
			return probe.Refuse(ruleFirstFrame, "track %d: %w", s.entry.number, errWrapped)
		}
		if err := (&file{in: fr.in}).describePNG(&s.t, fr.off, fr.size); err != nil {
			return err
		}
		s.sim.lacksParams, s.sim.onFrame = false, nil
		return nil
	}
	return nil
}
