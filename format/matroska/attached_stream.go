package matroska

import (
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// attachedStream makes the stream of an attachment. A picture is a video stream of one frame.
func (f *file) attachedStream(a *attachment) (*stream, error) {
	codec, picture := a.codec()
	s := &stream{att: a}
	s.t.Kind = media.KindAttachment
	s.t.Timebase = attachedTimebase
	s.t.Codec.Name = codec
	s.meta.set("filename", a.name)
	s.meta.set("mimetype", a.mediaType)
	if a.description != nil {
		s.meta.set("title", a.description)
	}
	if !picture {
		return s, nil
	}
	s.t.Kind = media.KindVideo
	s.t.Video = &media.Video{}
	s.t.Disposition.AttachedPicture = true
	s.sim.ticks = 1
	switch codec {
	case "png":
		return s, f.describePNG(&s.t, a.data, a.size)
	case "mjpeg":
		return s, f.describeJPEG(&s.t, a.data, a.size)
	}
	return nil, probe.Refuse(rulePicture, "%s", codec)
}
