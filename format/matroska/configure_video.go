package matroska

import (
	"bytes"
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/codec/av1"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/codec/h265"
	"github.com/mediagauge/mediagauge/probe"
)

// badPrivate is the refusal of a configuration that cannot be read.
func badPrivate(err error) error { return probe.Refuse(ruleCodecPrivate, "CodecPrivate: %w", err) }

// h264Unguessed is how many packets it takes until ffprobe believes that nothing is reordered.
// Where something is, it takes two more than are held back. Observed on files of one picture,
// two, three and so on: start_time is not there as long as there are fewer.
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
	if s.dtsOnly {
		return probe.Refuse(ruleReorder, "track %d: decoding times only", s.entry.number)
	}
	s.sim.parser, s.sim.ticks = true, 2
	s.sim.codecRate = sps.FrameRate()
	s.sim.lacksParams = true
	s.sim.onFrame = func(f frame) error {
		size := f.size + int64(len(s.strip))
		return s.look(frameHead, func(b []byte) error {
			if s.zlib {
				size = math.MaxInt64 // not known before all is decompressed
			}
			return s.h264Picture(sets, b, size)
		})(f)
	}
	depth, told := sps.ReorderDepth()
	if !told {
		return s.h264Delay(sets)
	}
	s.sim.reorder, s.sim.settle = depth, depth+2
	if depth == 0 {
		s.sim.settle = h264Unguessed
	}
	return nil
}

var errNoSlice = errors.New("no slice")

// h264Picture describes the stream by its first picture. Where the parameter sets tell all, the
// picture must be sound all the same, or ffprobe learns nothing from it.
func (s *stream) h264Picture(sets *h264.ParameterSets, b []byte, size int64) error {
	picture, err := sets.FirstPicture(b, size)
	switch {
	case err != nil:
		return err
	case picture == nil:
		return errNoSlice
	case !sets.NeedsPicture():
		return sets.Describe(&s.t)
	}
	if picture.Describe(&s.t); s.t.Video.FieldOrder == "" {
		return probe.Refuse(ruleFieldPictures, "track %d", s.entry.number)
	}
	return nil
}

// h264Delay finds the reorder depth out of the pictures, as ffprobe does where the parameter sets
// do not tell it: until it has decoded enough of them, and no decoding time is known before.
func (s *stream) h264Delay(sets *h264.ParameterSets) error {
	if s.lacksRate() {
		return probe.Refuse(ruleFrameRate, "track %d: no default duration and no bitstream restriction", s.entry.number)
	}
	delay := sets.NewDelay(0)
	describe := s.sim.onFrame
	var each func(frame) error
	each = func(f frame) error {
		if s.sim.lacksParams {
			if err := describe(f); err != nil {
				return err
			}
			s.sim.onFrame = each
		}
		b, whole, err := f.head(frameHead)
		if err != nil {
			return err
		}
		done, err := delay.Add(b)
		if err != nil && !whole {
			if b, _, err = f.head(longFrameHead); err != nil {
				return err
			}
			done, err = delay.Add(b)
		}
		if err != nil {
			return probe.Refuse(ruleReorder, "track %d: %w", s.entry.number, err)
		}
		s.t.Video.ReorderDepth = delay.Depth()
		if done {
			s.sim.settle, s.sim.exactStop, s.sim.onFrame = s.sim.count+2, false, nil
		}
		return nil
	}
	s.sim.onFrame, s.sim.exactStop, s.sim.settle = each, true, math.MaxInt
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
