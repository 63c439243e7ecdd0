package matroska

import (
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// configurers read a codec's configuration out of CodecPrivate. Each sets what is known, and
// what is wanted of the first frames.
var configurers = map[string]func(*stream) error{
	"av1":  configureAV1,
	"h264": configureH264,
	"hevc": configureHEVC,
}

// configure reads what the codec's configuration says.
func (s *stream) configure() error {
	s.sim.settle, s.sim.ticks = 1, 1
	if s.t.Kind == media.KindSubtitle || s.t.Kind == media.KindUnknown {
		return s.configureText()
	}
	if s.t.Codec.Name == "" {
		s.sim.lacksParams = true
		return nil
	}
	read := configurers[s.t.Codec.Name]
	if read == nil {
		return probe.Refuse(ruleCodec, "%s", s.t.Codec.Name)
	}
	return read(s)
}

// configureText is for streams that need no frames: all subtitles but PGS, of which ffprobe
// wants the size of a picture.
func (s *stream) configureText() error {
	switch s.t.Codec.Name {
	case "", "hdmv_pgs_subtitle":
		s.sim.lacksParams = true
	}
	return nil
}
