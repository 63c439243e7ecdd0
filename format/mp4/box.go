package mp4

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// box is one box whose content is in memory.
type box struct {
	kind string // four characters, as in the file
	off  int64  // of the content, in the file
	body []byte
}

func (b box) cursor() *bits.Cursor { return bits.NewCursor(b.body) }

// header is a box's type and size as written (ISO/IEC 14496-12, 4.2).
type header struct {
	kind string
	len  int64 // of the header: 8 or 16
	body int64 // length of the content; -1 when it runs to the end of the parent
}

// parseHeader reads the header at the start of p, with room bytes left in the parent. ok is
// false when no box starts here: too few bytes, or a size below that of the header.
func parseHeader(p []byte, room int64) (h header, ok bool) {
	if len(p) < 8 {
		return h, false
	}
	size := int64(binary.BigEndian.Uint32(p))
	h = header{kind: kindOf(p[4:8]), len: 8}
	if size == 1 && room >= 16 {
		if len(p) < 16 {
			return h, false
		}
		// As in ffmpeg, a large size of 8 stands for 0, to the end of the parent, and 0 for none.
		size = int64(binary.BigEndian.Uint64(p[8:])) - 8
		if h.len = 16; size > 0 {
			size += 8
		}
	}
	if size == 0 {
		h.body = -1
		return h, true
	}
	h.body = size - h.len
	return h, h.body >= 0
}

// kindOf spells a type without allocating for those that fragments repeat.
func kindOf(p []byte) string {
	switch string(p) {
	case "moof":
		return "moof"
	case "mfhd":
		return "mfhd"
	case "traf":
		return "traf"
	case "tfhd":
		return "tfhd"
	case "tfdt":
		return "tfdt"
	case "trun":
		return "trun"
	case "mdat":
		return "mdat"
	case "free":
		return "free"
	}
	return string(p)
}

// walk calls f for every box in the content of parent the way ffmpeg finds them: a box that
// claims more than its parent has is cut to it, and a size below eight ends the parent.
func (m *movie) walk(parent box, f func(box) error) error {
	if m.depth++; m.depth > m.maxDepth {
		return malformed("boxes nested deeper than %d", m.maxDepth)
	}
	m.path = append(m.path, parent.kind)
	err := m.walkBody(parent, f)
	m.path = m.path[:len(m.path)-1]
	m.depth--
	return err
}

func (m *movie) walkBody(parent box, f func(box) error) error {
	for pos := 0; len(parent.body)-pos >= 8; {
		rest := parent.body[pos:]
		at := parent.off + int64(pos)
		if err := m.r.Element(at); err != nil {
			return err
		}
		h, ok := parseHeader(rest, int64(len(rest)))
		if !ok || parent.kind != "moov" && (h.kind == "trak" || h.kind == "mdat") {
			return nil // what follows in the parent is not read by ffmpeg either
		}
		body := rest[h.len:]
		if h.body >= 0 && h.body < int64(len(body)) {
			body = body[:h.body]
		}
		b := box{kind: h.kind, off: at + h.len, body: body}
		if err := f(b); err != nil {
			return m.place(err, b)
		}
		pos += int(h.len) + len(body)
	}
	return nil
}

// place says where err arose, unless it says so itself.
func (m *movie) place(err error, b box) error {
	var e *probe.Error
	if !errors.As(err, &e) {
		e = &probe.Error{Kind: probe.Malformed, Offset: -1, Err: err}
		err = e
	}
	if e.Path == "" {
		e.Path = m.where(b.kind)
	}
	if e.Offset < 0 {
		e.Offset = b.off
	}
	return err
}

// where spells the way to a box of the one being read: "moov/trak[2]/mdia/minf/stbl/stsd".
func (m *movie) where(last string) string {
	var s strings.Builder
	for _, kind := range append(m.path, last) {
		if kind == "" {
			continue
		}
		if s.Len() > 0 {
			s.WriteByte('/')
		}
		s.WriteString(printable(kind))
		if kind == "trak" {
			fmt.Fprintf(&s, "[%d]", m.traks)
		}
	}
	return s.String()
}

// printable spells a box type, in hexadecimal when it is not text.
func printable(kind string) string {
	for _, c := range []byte(kind) {
		if c < ' ' || c > '~' {
			return fmt.Sprintf("%08x", kind)
		}
	}
	return kind
}

// tagOf turns a four-character code into the number ffprobe prints as codec_tag.
func tagOf(kind string) media.FourCC {
	if len(kind) != 4 {
		return 0
	}
	return media.FourCC(binary.LittleEndian.Uint32([]byte(kind)))
}

func malformed(format string, args ...any) error {
	return probe.Errorf(probe.Malformed, format, args...)
}
