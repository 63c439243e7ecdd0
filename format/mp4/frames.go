package mp4

import (
	"github.com/mediagauge/mediagauge/internal/codec/dnxhd"
	"github.com/mediagauge/mediagauge/internal/codec/h263"
	"github.com/mediagauge/mediagauge/internal/codec/jpeg2000"
	"github.com/mediagauge/mediagauge/internal/codec/mjpeg"
	"github.com/mediagauge/mediagauge/internal/codec/prores"
)

// describeJPEG describes a track of JPEG pictures from its first one.
func (t *track) describeJPEG(p []byte) error {
	frame, err := mjpeg.ParseFrame(p)
	if err != nil {
		return refuse("first-frame", "JPEG: %w", err)
	}
	if frame.PixelFormat() == "" {
		return refuse("no-parameters", "a JPEG picture of a rare kind")
	}
	frame.Describe(&t.out)
	return nil
}

// describeFrames describes codecs whose first frame says everything.
func (m *movie) describeFrames(t *track) error {
	if t.index0.count == 0 {
		return refuse("no-parameters", "no samples to tell the parameters of %s from", t.codec)
	}
	p, err := m.head(t, 512)
	if err != nil {
		return err
	}
	if t.codec == "h263" {
		t.out.Video.Width, t.out.Video.Height = 0, 0
		picture, err := h263.Parse(p)
		if err != nil {
			return refuse("first-frame", "H.263: %w", err)
		}
		picture.Describe(&t.out)
		return nil
	}
	switch t.codec {
	case "dnxhd":
		frame, err := dnxhd.ParseFrame(p)
		if err != nil {
			return refuse("first-frame", "VC-3: %w", err)
		}
		frame.Describe(&t.out)
		return nil
	case "jpeg2000":
		picture, err := jpeg2000.ParsePicture(p)
		if err != nil {
			return refuse("first-frame", "JPEG 2000: %w", err)
		}
		picture.Describe(&t.out)
		return nil
	}
	if !prores.Known(t.tag) {
		return refuse("no-parameters", "ProRes under the tag %s", t.tag)
	}
	frame, err := prores.ParseFrame(p)
	if err != nil {
		return refuse("first-frame", "ProRes: %w", err)
	}
	frame.Describe(&t.out)
	return nil
}
