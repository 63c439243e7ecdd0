package matroska

import "github.com/mediagauge/mediagauge/probe"

// linearFormats are ffprobe's sample formats and the bits of a sample, by PCM codec.
var linearFormats = map[string]struct {
	format string
	bits   int64
}{
	"pcm_alaw": {"s16", 8}, "pcm_mulaw": {"s16", 8}, "pcm_u8": {"u8", 8},
	"pcm_s16be": {"s16", 16}, "pcm_s16le": {"s16", 16},
	"pcm_s24be": {"s32", 24}, "pcm_s24le": {"s32", 24}, "pcm_s32be": {"s32", 32}, "pcm_s32le": {"s32", 32},
	"pcm_f32le": {"flt", 32}, "pcm_f64le": {"dbl", 64},
}

// configurePCM takes all from the Audio element, the bit rate too unless a wrapped header gave
// one. ffprobe names no layout.
func configurePCM(s *stream) error {
	a, f := s.t.Audio, linearFormats[s.t.Codec.Name]
	if a.Channels < 1 || a.SampleRate < 1 {
		return probe.Refuse(ruleCodec, "PCM of %d channels, %d Hz", a.Channels, a.SampleRate)
	}
	a.SampleFormat = f.format
	if s.t.BitRate == 0 {
		s.t.BitRate = int64(a.SampleRate) * int64(a.Channels) * f.bits
	}
	return nil
}
