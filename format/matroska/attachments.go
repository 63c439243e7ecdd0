package matroska

import (
	"strings"

	"github.com/mediagauge/mediagauge/probe"
)

// maxBinary is the longest binary element that ffprobe reads.
const maxBinary = 256 << 20

// attachment is one AttachedFile, RFC 9559 section 5.1.6.1. Its data stays where it is.
type attachment struct {
	uid         uint64
	name        *string
	mediaType   *string
	description *string
	data        int64 // offset
	size        int64
	stream      *stream
}

// readAttachments walks the attached files without reading their data.
func (f *file) readAttachments(e element) error {
	return f.walk(e, func(e element) error {
		if e.id != idAttachedFile {
			return nil
		}
		if len(f.attached) >= f.r.Limits().MaxTracks {
			return fault(probe.Limit, e.off, "more than %d attachments", len(f.attached))
		}
		a := &attachment{}
		f.attached = append(f.attached, a)
		return f.walk(e, func(e element) error { return f.addAttached(a, e) })
	})
}

// walk calls fn for the children of e, reading only their headers. They are inside e, and e is
// inside the source.
func (f *file) walk(e element, fn func(element) error) error {
	for off := e.data; off < e.end(); {
		c, ok, err := f.element(off)
		if err != nil {
			return err
		}
		if !ok || c.size == unknownSize || c.end() > e.end() {
			return fault(probe.Malformed, off, "an element reaches past the end of its parent")
		}
		if row, known := schema[c.id]; known && row.parent == e.id {
			if err := fits(row.kind, c); err != nil {
				return within(c.id, err)
			}
			if err := fn(c); err != nil {
				return within(c.id, err)
			}
		}
		off = c.end()
	}
	return nil
}

func (f *file) addAttached(a *attachment, e element) error {
	if e.id == idFileData {
		if e.size > maxBinary {
			return fault(probe.Malformed, e.off, "%d bytes of data", e.size)
		}
		a.data, a.size = e.data, e.size
		return nil
	}
	m, err := f.load(e)
	if err != nil {
		return err
	}
	c := child{e, m.data, m.depth, m.r}
	switch e.id {
	case idFileUID:
		a.uid = c.uint(0)
	case idFileName:
		t := c.text()
		a.name = &t
	case idFileMediaType:
		t := c.text()
		a.mediaType = &t
	case idFileDescription:
		t := c.text()
		a.description = &t
	}
	return nil
}

// complete says whether the attachment makes a stream.
func (a *attachment) complete() bool { return a.name != nil && a.mediaType != nil && a.size > 0 }

// mediaTypes gives the codec of an attachment by what its media type starts with; the first
// four are pictures, which become video streams.
var mediaTypes = []struct {
	prefix, codec string
	picture       bool
}{
	{"image/gif", "gif", true},
	{"image/jpeg", "mjpeg", true},
	{"image/png", "png", true},
	{"image/tiff", "tiff", true},
	{"application/x-truetype-font", "ttf", false},
	{"application/x-font", "ttf", false},
	{"application/vnd.ms-opentype", "otf", false},
	{"binary", "bin_data", false},
}

// codec returns the codec of the attachment, "" when ffprobe has no name for it.
func (a *attachment) codec() (name string, picture bool) {
	for _, t := range mediaTypes {
		if strings.HasPrefix(*a.mediaType, t.prefix) {
			return t.codec, t.picture
		}
	}
	return "", false
}
