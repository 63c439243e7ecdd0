package matroska

import (
	"bytes"
	"errors"

	"github.com/mediagauge/mediagauge/internal/codec/mpeg2video"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg4video"
	"github.com/mediagauge/mediagauge/probe"
)

var errNoPicture = errors.New("no picture in the first frame")

// reordered notes that pictures come in another order than they are shown, as far as codecs go
// that hold back one: the second packet then settles the first decoding time.
func (s *stream) reordered() error {
	if s.t.Video.ReorderDepth == 0 {
		return nil
	}
	if s.dtsOnly {
		return probe.Refuse(ruleReorder, "track %d: decoding times and B pictures", s.entry.number)
	}
	s.sim.reorder, s.sim.settle = 1, 2
	if s.t.Codec.Name == "mpeg1video" {
		s.sim.settle = 1 // observed: one picture is enough for a start time
	}
	return nil
}

// unlimited is the bit rate of ISO/IEC 13818-2 that stands for none, all ones in units of 400
// bit/s; observed in ffprobe's output for a higher part of zero only.
const unlimited = 0x3FFFF * 400

// configureMPEG12 reads the sequence header, of CodecPrivate and of the first frame.
func configureMPEG12(s *stream) error {
	s.sim.parser = true
	s.onFirst(func(b []byte) error {
		sequence, err := mpeg2video.Parse(s.priv, b)
		if err != nil {
			return err
		}
		if sequence.MPEG2 != (s.t.Codec.Name == "mpeg2video") {
			return probe.Refuse(ruleFirstFrame, "track %d: the other MPEG video", s.entry.number)
		}
		sequence.Describe(&s.t)
		if sequence.MPEG2 { // of MPEG-1 ffprobe does not tell it
			s.t.BufferSize = int64(sequence.VBVBufferSize) << 14
			if sequence.BitRate != unlimited {
				s.t.MaxBitRate = sequence.BitRate
			}
		}
		s.sim.codecRate = sequence.FrameRate()
		return s.reordered()
	})
	return nil
}

// configureMPEG4 reads the visual object headers, of CodecPrivate and of the first frame.
func configureMPEG4(s *stream) error {
	s.sim.parser = true
	s.onFirst(func(b []byte) error {
		// Without a picture ffprobe's decoder gives no pixel format, whatever CodecPrivate says.
		if !bytes.Contains(b, []byte{0, 0, 1, 0xB6}) {
			return errNoPicture
		}
		headers, err := mpeg4video.Parse(s.priv, b)
		if err != nil {
			return err
		}
		if _, told := headers.ReorderDepth(); !told {
			return probe.Refuse(ruleReorder, "track %d: B pictures are neither allowed nor excluded", s.entry.number)
		}
		headers.Describe(&s.t)
		s.sim.codecRate = headers.FrameRate()
		return s.reordered()
	})
	return nil
}
