package matroska

import (
	"github.com/mediagauge/mediagauge/internal/codec/prores"
	"github.com/mediagauge/mediagauge/probe"
)

// proresHeader is the frame size and identifier that Matroska's codec mapping leaves out.
var proresHeader = []byte{0, 0, 0, 0, 'i', 'c', 'p', 'f'}

// configureProRes reads the first frame; CodecPrivate is the codec tag that tells the profile.
func configureProRes(s *stream) error {
	if !prores.Known(s.t.Codec.Tag) {
		return probe.Refuse(ruleCodecPrivate, "ProRes of tag %s", s.t.Codec.Tag)
	}
	if s.lacksRate() {
		return probe.Refuse(ruleFrameRate, "track %d: no default duration for ProRes", s.entry.number)
	}
	s.onFirst(func(b []byte) error {
		if len(b) < 8 || string(b[4:8]) != "icpf" {
			b = append(proresHeader[:8:8], b...)
		}
		f, err := prores.ParseFrame(b)
		if err == nil {
			f.Describe(&s.t)
		}
		return err
	})
	return nil
}
