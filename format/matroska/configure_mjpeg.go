package matroska

import (
	"github.com/mediagauge/mediagauge/internal/codec/mjpeg"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// maxPictureHead is how much of an attached picture may stand in front of its frame header:
// thumbnails and colour profiles do.
const maxPictureHead = 256 << 10

func configureMJPEG(s *stream) error {
	s.sim.parser = true
	if s.lacksRate() {
		return probe.Refuse(ruleFrameRate, "track %d: no default duration for Motion JPEG", s.entry.number)
	}
	s.onFirst(func(b []byte) error {
		f, err := mjpeg.ParseFrame(b)
		if err != nil {
			return err
		}
		f.Describe(&s.t)
		return s.pixels()
	})
	return nil
}

// describeJPEG reads an attached picture.
func (f *file) describeJPEG(t *media.Track, off, size int64) error {
	n := int64(frameHead)
	for {
		b, err := f.in.peek(off, int(min(n, size)))
		if err != nil {
			return err
		}
		frame, err := mjpeg.ParseFrame(b)
		switch {
		case err == nil:
			if frame.Describe(t); t.Video.PixelFormat == "" {
				return probe.Refuse(rulePicture, "JPEG of %d components", len(frame.Components))
			}
			return nil
		case n >= size || n >= maxPictureHead:
			return probe.Refuse(rulePicture, "JPEG: %w", err)
		}
		n = min(n*16, maxPictureHead)
	}
}
