package matroska

import (
	"bytes"

	"github.com/mediagauge/mediagauge/internal/codec/av1"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/codec/h265"
	"github.com/mediagauge/mediagauge/probe"
)

// badPrivate is the refusal of a configuration that cannot be read.
func badPrivate(err error) error { return probe.Refuse(ruleCodecPrivate, "CodecPrivate: %w", err) }

// h264Unguessed is how many packets it takes until ffprobe believes that nothing is reordered:
// seven decoded pictures and one more.
const h264Unguessed = 8

func configureH264(s *stream) error {
	if len(s.priv) == 0 {
		return probe.Refuse(ruleCodecPrivate, "no CodecPrivate")
	}
	parse := h264.ParseConfig
	if bytes.HasPrefix(s.priv, []byte{0, 0, 1}) || bytes.HasPrefix(s.priv, []byte{0, 0, 0, 1}) {
		parse = h264.ParseAnnexB
	}
	sets, err := parse(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	sps, err := sets.SPS()
	if err != nil {
		return badPrivate(err)
	}
	depth, told := sps.ReorderDepth()
	if s.dtsOnly {
		return probe.Refuse(ruleReorder, "track %d: decoding times only", s.entry.number)
	}
	if !told {
		return probe.Refuse(ruleReorder, "track %d: no bitstream restriction", s.entry.number)
	}
	s.sim.reorder, s.sim.settle = depth, depth+1
	if depth == 0 {
		s.sim.settle = h264Unguessed
	}
	s.sim.parser, s.sim.ticks = true, 2
	s.sim.codecRate = sps.FrameRate()
	if !sets.NeedsPicture() {
		s.onFirst(func([]byte) error { return sets.Describe(&s.t) })
		return nil
	}
	s.onFirst(func(b []byte) error {
		picture, err := sets.Picture(b)
		if err != nil {
			return err
		}
		if picture.Describe(&s.t); s.t.Video.FieldOrder == "" {
			return probe.Refuse(ruleFieldPictures, "track %d", s.entry.number)
		}
		return nil
	})
	return nil
}

// configureHEVC needs no frame when CodecPrivate has the parameter sets: ffprobe does not even
// run its parser on Matroska's, so that only the container tells the field order.
func configureHEVC(s *stream) error {
	if len(s.priv) == 0 {
		return probe.Refuse(ruleCodecPrivate, "no CodecPrivate")
	}
	parse := h265.ParseConfig
	if bytes.HasPrefix(s.priv, []byte{0, 0, 1}) || bytes.HasPrefix(s.priv, []byte{0, 0, 0, 1}) {
		parse = h265.ParseAnnexB
	}
	sets, err := parse(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	sps, err := sets.SPS()
	if err != nil {
		return badPrivate(err)
	}
	if s.dtsOnly {
		return probe.Refuse(ruleReorder, "track %d: decoding times only", s.entry.number)
	}
	order := s.t.Video.FieldOrder
	sps.Describe(&s.t)
	s.t.Video.FieldOrder = order
	fromSEI(s.t.Video, sets.HDR)
	s.sim.reorder = s.t.Video.ReorderDepth
	s.sim.settle = s.sim.reorder + 1
	s.sim.codecRate = sets.FrameRate()
	return s.pixels()
}

// configureAV1 wants the sequence header in CodecPrivate, where the codec mapping puts it.
func configureAV1(s *stream) error {
	config, err := av1.ParseConfig(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	if config.Sequence == nil {
		return probe.Refuse(ruleCodecPrivate, "no sequence header")
	}
	config.Sequence.Describe(&s.t)
	s.sim.parser = true
	s.sim.codecRate = config.Sequence.FrameRate()
	return s.pixels()
}

// pixels refuses a format that ffprobe's decoder does not know.
func (s *stream) pixels() error {
	if s.t.Video.PixelFormat == "" {
		return probe.Refuse(ruleCodec, "pixel format of track %d", s.entry.number)
	}
	return nil
}
