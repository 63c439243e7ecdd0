package ogg

import (
	"bytes"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/flac"
	"github.com/mediagauge/mediagauge/internal/codec/opus"
	"github.com/mediagauge/mediagauge/internal/codec/speex"
	"github.com/mediagauge/mediagauge/internal/codec/theora"
	"github.com/mediagauge/mediagauge/internal/codec/vorbis"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/vorbiscomment"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// coding is what a codec's mapping into Ogg says.
type coding interface {
	// head takes a header packet and says whether it was the last one.
	head(s *stream, number int, packet []byte) (done bool, err error)
	// samples is the length of a packet of data in ticks of the stream.
	samples(packet []byte) int64
	// ticks turns a granule position into ticks.
	ticks(granule int64) int64
}

// open chooses a codec by the first packet of a stream.
func (s *stream) open(packet []byte) error {
	s.magic = bytes.Clone(packet[:min(len(packet), 7)])
	switch {
	case bytes.HasPrefix(packet, []byte("\x01vorbis")):
		s.coding = &vorbisCoding{}
	case bytes.HasPrefix(packet, []byte("OpusHead")):
		s.coding = &opusCoding{}
	case bytes.HasPrefix(packet, []byte("\x7fFLAC")):
		s.coding = &flacCoding{}
	case bytes.HasPrefix(packet, []byte("Speex   ")):
		s.coding = &speexCoding{}
	case bytes.HasPrefix(packet, []byte("\x80theora")):
		s.coding = &theoraCoding{}
	default:
		return probe.Refuse("codec", "a stream that begins with %.12q", packet[:min(len(packet), 12)])
	}
	return nil
}

func bad(what string, err error) error { return probe.Refuse("headers", "%s: %v", what, err) }

// comments takes a block of comments.
func (s *stream) comments(p []byte) error {
	c, err := vorbiscomment.Parse(p)
	if err != nil {
		return bad("comments", err)
	}
	if c.Cover {
		return probe.Refuse("picture", "a comment COVERART")
	}
	s.pictures = append(s.pictures, c.Pictures...)
	s.chapters = c.Chapters
	s.t.Metadata = c.Metadata
	for key, value := range c.Metadata {
		if strings.EqualFold(key, "language") {
			s.t.Language = value
		}
	}
	return nil
}

type vorbisCoding struct {
	ident   *vorbis.Head
	lengths *vorbis.Lengths
}

func (v *vorbisCoding) head(s *stream, number int, packet []byte) (bool, error) {
	var err error
	switch number {
	case 0:
		if v.ident, err = vorbis.ParseHead(packet); err != nil {
			return false, bad("Vorbis", err)
		}
		v.ident.Describe(&s.t)
		if v.ident.BitRateNominal > 0 {
			s.t.BitRate = int64(v.ident.BitRateNominal)
		}
		s.base(v.ident.SampleRate)
	case 1:
		if !bytes.HasPrefix(packet, []byte("\x03vorbis")) {
			return false, probe.Refuse("headers", "Vorbis without comments")
		}
		return false, s.comments(packet[7:])
	default:
		if !bytes.HasPrefix(packet, []byte("\x05vorbis")) {
			return false, probe.Refuse("headers", "Vorbis without a setup header")
		}
		if v.lengths, err = vorbis.NewLengths(v.ident, packet); err != nil {
			return false, bad("Vorbis", err)
		}
		return true, nil
	}
	return false, nil
}

func (v *vorbisCoding) samples(packet []byte) int64 { return int64(v.lengths.Samples(packet)) }
func (v *vorbisCoding) ticks(granule int64) int64   { return granule }

type opusCoding struct{}

func (o *opusCoding) head(s *stream, number int, packet []byte) (bool, error) {
	if number == 0 {
		h, err := opus.ParseHead(packet)
		if err != nil {
			return false, bad("Opus", err)
		}
		h.Describe(&s.t)
		s.base(opus.SampleRate)
		return false, nil
	}
	if !bytes.HasPrefix(packet, []byte("OpusTags")) {
		return false, probe.Refuse("headers", "Opus without comments")
	}
	return true, s.comments(packet[8:])
}

func (o *opusCoding) samples(packet []byte) int64 {
	n, err := opus.PacketSamples(packet)
	if err != nil {
		return 0
	}
	return int64(n)
}
func (o *opusCoding) ticks(granule int64) int64 { return granule }

type flacCoding struct {
	left  int // header packets to come
	block int
}

func (f *flacCoding) head(s *stream, number int, packet []byte) (bool, error) {
	if number == 0 {
		const before = 9 // magic, version, number of headers
		if len(packet) < before+4+4+flac.StreamInfoSize || string(packet[before:before+4]) != "fLaC" {
			return false, probe.Refuse("headers", "FLAC without STREAMINFO")
		}
		f.left = int(packet[7])<<8 | int(packet[8])
		info, err := flac.ParseStreamInfo(packet[before+8:][:flac.StreamInfoSize])
		if err != nil || f.left == 0 {
			return false, bad("FLAC", err)
		}
		info.Describe(&s.t)
		f.block = info.MaxBlockSize
		s.base(info.SampleRate)
		return false, nil
	}
	f.left--
	if len(packet) < 4 {
		return false, probe.Refuse("headers", "a FLAC block of %d bytes", len(packet))
	}
	switch packet[0] & 0x7f {
	case 4:
		if err := s.comments(packet[4:]); err != nil {
			return false, err
		}
	case 6:
		s.pictures = append(s.pictures, bytes.Clone(packet[4:]))
	}
	return f.left <= 0 || packet[0]&0x80 != 0, nil
}

func (f *flacCoding) samples([]byte) int64      { return int64(f.block) }
func (f *flacCoding) ticks(granule int64) int64 { return granule }

type speexCoding struct{ packet int64 }

func (x *speexCoding) head(s *stream, number int, packet []byte) (bool, error) {
	if number == 0 {
		h, err := speex.ParseHead(packet)
		if err != nil {
			return false, bad("Speex", err)
		}
		h.Describe(&s.t)
		x.packet = int64(h.FrameSize) * int64(h.FramesPerPacket)
		s.base(h.Rate)
		return false, nil
	}
	return true, s.comments(packet)
}

func (x *speexCoding) samples([]byte) int64      { return x.packet }
func (x *speexCoding) ticks(granule int64) int64 { return granule }

type theoraCoding struct{ ident *theora.Head }

func (c *theoraCoding) head(s *stream, number int, packet []byte) (bool, error) {
	var err error
	switch number {
	case 0:
		if c.ident, err = theora.ParseHead(packet); err != nil {
			return false, bad("Theora", err)
		}
		c.ident.Describe(&s.t)
		if s.t.Video.PixelFormat == "" {
			return false, probe.Refuse("headers", "Theora of a reserved pixel format")
		}
		r := rational.Nearest(c.ident.FRN, c.ident.FRD, math.MaxInt32)
		s.t.Timebase = media.Timebase{Num: r.Den, Den: r.Num}
		s.t.Video.FrameRate = r
		return false, nil
	case 1:
		if !bytes.HasPrefix(packet, []byte("\x81theora")) {
			return false, probe.Refuse("headers", "Theora without comments")
		}
		return false, s.comments(packet[7:])
	}
	return true, nil
}

func (c *theoraCoding) samples([]byte) int64      { return 1 }
func (c *theoraCoding) ticks(granule int64) int64 { return c.ident.Frames(granule) }
