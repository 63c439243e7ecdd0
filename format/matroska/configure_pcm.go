package matroska

import (
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/probe"
)

// configurePCM takes all from the Audio element, the bit rate too unless a wrapped header gave
// one. ffprobe names no layout but a wrapped header's.
func configurePCM(s *stream) error {
	a := s.t.Audio
	if a.Channels < 1 || a.SampleRate < 1 || !pcm.Describe(&s.t, s.t.Codec.Name) {
		return probe.Refuse(ruleCodec, "%s of %d channels, %d Hz", s.t.Codec.Name, a.Channels, a.SampleRate)
	}
	if s.t.BitRate == 0 {
		s.t.BitRate = int64(a.SampleRate) * int64(a.Channels) * int64(a.BitsPerSample)
	}
	return nil
}
