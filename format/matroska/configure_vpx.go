package matroska

import (
	"github.com/mediagauge/mediagauge/internal/codec/vp8"
	"github.com/mediagauge/mediagauge/internal/codec/vp9"
)

// configureVP8 takes the profile from the first frame. ffprobe's parser calls all of VP8
// progressive.
func configureVP8(s *stream) error {
	s.sim.parser = true
	s.t.Video.PixelFormat = "yuv420p"
	read := s.look(frameHead, func(b []byte) error {
		f, err := vp8.ParseFrame(b)
		if err != nil {
			return err
		}
		f.Describe(&s.t)
		if s.t.Video.FieldOrder == "" {
			s.t.Video.FieldOrder = "progressive"
		}
		return nil
	})
	s.sim.onFrame = read
	return nil
}

// configureVP9 takes everything from the first frame; CodecPrivate is not looked at.
func configureVP9(s *stream) error {
	s.sim.parser = true
	s.onFirst(func(b []byte) error {
		f, err := vp9.ParseFrame(b)
		if err == nil {
			f.Describe(&s.t)
		}
		return err
	})
	return nil
}
