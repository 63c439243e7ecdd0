package riff

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/wave"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// AVI recognises and reads Audio Video Interleave files (AVI RIFF File Reference, and the OpenDML
// extensions 1.02).
var AVI = probe.Format{Name: "avi", Sniff: sniffAVI, Probe: readAVI}

func sniffAVI(head []byte) error {
	if len(head) >= headerSize && string(head[:4]) == "RIFF" {
		switch string(head[8:12]) {
		case "AVI ", "AVI\x19", "AVIX":
			return nil
		}
	}
	return errors.New("no RIFF header of type AVI")
}

const (
	aviHead    = 64 << 10  // bytes read at first
	aviMore    = 256 << 10 // bytes read where headers or first frames lie farther
	aviIndex   = 192 << 10 // bytes of an index that are read
	maxStreams = 100
)

// aviStream is one of the streams that a list of headers describes.
type aviStream struct {
	t        media.Track
	kind     string // "vids", "auds", "txts"
	scale    int64
	rate     int64
	start    int64
	length   int64
	sample   int64 // bytes of a sample; 0 for a chunk each
	bitmap   *bitmap
	sound    *wave.Format
	first    []byte // its first chunk, as far as it was read
	far      bool   // first is cut off
	known    bool
	name     string
	sar      media.Rational
	pictures elementary.Pictures

	index indexSum
}

// bitmap is BITMAPINFOHEADER.
type bitmap struct {
	width, height int
	depth         int
	fourCC        string
	extra         []byte
}

// indexSum is what the index says of a stream.
type indexSum struct {
	count       int
	bytes       int64
	clock       int64
	first, last int64
	lastPos     int64
	lastAt      int64
}

type avi struct {
	r       *probe.Reader
	size    int64
	buf     []byte
	eof     bool
	streams []*aviStream
	tags    media.Metadata
	movi    int64 // of the list of chunks, with its head
	moviEnd int64
	openDML bool
	idx     []byte
	header  bool
}

func readAVI(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	a := &avi{r: r, size: size}
	if err := a.chunks(); err != nil {
		return nil, err
	}
	if !a.header || a.movi == 0 || len(a.streams) == 0 {
		return nil, probe.Errorf(probe.Truncated, "no headers and chunks")
	}
	if a.moviEnd > a.size {
		return nil, probe.Refuse("cut-off", "chunks up to %d in a file of %d bytes", a.moviEnd, a.size)
	}
	if err := a.frames(); err != nil {
		return nil, err
	}
	if err := a.behind(); err != nil {
		return nil, err
	}
	info, err := a.info()
	if err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// at returns n bytes at off, fewer at the end of the file or of what is read.
func (a *avi) at(off, n int64) ([]byte, error) {
	for want := off + n; int64(len(a.buf)) < want && !a.eof && len(a.buf) < aviMore; {
		to := int64(aviHead)
		if len(a.buf) > 0 {
			to = aviMore
		}
		b := make([]byte, to-int64(len(a.buf)))
		got, err := a.r.ReadAt(b, int64(len(a.buf)))
		a.buf = append(a.buf, b[:got]...)
		if err == io.EOF {
			a.eof = true
		} else if err != nil {
			return nil, err
		}
	}
	if off >= int64(len(a.buf)) {
		return nil, nil
	}
	return a.buf[off:min(off+n, int64(len(a.buf)))], nil
}

// chunks walks over the file's own chunks up to the frames.
func (a *avi) chunks() error {
	for off := int64(headerSize); ; {
		h, err := a.at(off, chunkHead+4)
		if err != nil {
			return err
		}
		if len(h) < chunkHead+4 {
			if !a.eof {
				return probe.Refuse("late-data", "no chunks of media in the first %d bytes", len(a.buf))
			}
			return nil
		}
		if err := a.r.Element(off); err != nil {
			return err
		}
		kind, size := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		if kind == "LIST" {
			switch string(h[8:12]) {
			case "hdrl":
				if err := a.headers(off+chunkHead+4, off+chunkHead+size); err != nil {
					return err
				}
			case "INFO":
				if err := a.info1(off+chunkHead+4, size-4); err != nil {
					return err
				}
			case "movi":
				a.movi, a.moviEnd = off+chunkHead, off+chunkHead+size
				return nil
			}
		}
		off += chunkHead + size + size&1
	}
}

// headers reads the list hdrl.
func (a *avi) headers(off, end int64) error {
	a.header = true
	var s *aviStream
	for off+chunkHead <= end {
		h, err := a.at(off, chunkHead+4)
		if err != nil {
			return err
		}
		if len(h) < chunkHead {
			return probe.Errorf(probe.Truncated, "headers that end at %d", off)
		}
		if err := a.r.Element(off); err != nil {
			return err
		}
		kind, size := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		if kind == "LIST" && len(h) >= chunkHead+4 {
			switch string(h[8:12]) {
			case "strl":
				if len(a.streams) >= maxStreams {
					return probe.Errorf(probe.Limit, "more than %d streams", maxStreams)
				}
				s = &aviStream{}
				a.streams = append(a.streams, s)
				off += chunkHead + 4
				continue // into the list
			case "odml":
				a.openDML = true
			case "INFO":
				if err := a.info1(off+chunkHead+4, size-4); err != nil {
					return err
				}
			}
			off += chunkHead + size + size&1
			continue
		}
		if s != nil && kind != "JUNK" {
			if size > 64<<10 {
				if kind == "indx" {
					return probe.Refuse("index", "a super index of %d bytes", size)
				}
				return probe.Refuse("odd-format", "a chunk %q of %d bytes", kind, size)
			}
			p, err := a.at(off+chunkHead, size)
			if err != nil {
				return err
			}
			if int64(len(p)) < size {
				return probe.Errorf(probe.Truncated, "a chunk %q of %d bytes at %d", kind, size, off)
			}
			if err := a.stream(s, kind, p); err != nil {
				return err
			}
		}
		off += chunkHead + size + size&1
	}
	return nil
}

// stream reads a chunk of a stream's list.
func (a *avi) stream(s *aviStream, kind string, p []byte) error {
	c := bits.NewCursor(p)
	switch kind {
	case "strh":
		s.kind = string(c.Bytes(4))
		c.Skip(4 + 4 + 4 + 4) // handler, flags, priority and language, frames in advance
		s.scale, s.rate, s.start, s.length = int64(c.U32LE()), int64(c.U32LE()), int64(c.U32LE()), int64(c.U32LE())
		c.Skip(4 + 4)
		s.sample = int64(c.U32LE())
		if c.Err() != nil {
			return probe.Errorf(probe.Truncated, "a stream header of %d bytes", len(p))
		}
	case "strf":
		switch s.kind {
		case "vids":
			b := &bitmap{}
			c.Skip(4)
			b.width, b.height = int(int32(c.U32LE())), int(int32(c.U32LE()))
			c.Skip(2)
			b.depth, b.fourCC = int(c.U16LE()), string(c.Bytes(4))
			if c.Skip(20); c.Err() != nil {
				return probe.Errorf(probe.Truncated, "a format of %d bytes", len(p))
			}
			b.extra = c.Rest()
			s.bitmap = b
		case "auds":
			f, err := wave.Parse(p)
			if err != nil {
				return probe.Refuse("odd-format", "%v", err)
			}
			s.sound = f
		}
	case "strn":
		name, _, _ := strings.Cut(string(p), "\x00")
		s.name = name
	case "vprp":
		c.Skip(4 * 5)
		aspect, width, height := c.U32LE(), c.U32LE(), c.U32LE()
		if c.Err() == nil && aspect != 0 && width > 0 && height > 0 && aspect>>16 > 0 && aspect&0xffff > 0 {
			s.sar = rational.Nearest(int64(aspect>>16)*int64(height), int64(aspect&0xffff)*int64(width), 1<<31-1)
		}
	case "indx":
		if len(p) >= 4 && p[3] == 0 {
			a.openDML = true
		}
	}
	return nil
}

// aviKeys are the chunks of an INFO list that ffprobe names; others keep their name.
var aviKeys = map[string]string{
	"IART": "artist", "ICMT": "comment", "ICOP": "copyright", "ICRD": "date", "IGNR": "genre", "ILNG": "language",
	"INAM": "title", "IPRD": "album", "IPRT": "track", "ISFT": "software", "ISMP": "timecode", "ITCH": "encoded_by", "ITRK": "track",
}

// info1 reads an INFO list.
func (a *avi) info1(off, size int64) error {
	if size < 0 || size > mostInfo {
		return probe.Refuse("other-tags", "a list of %d bytes", size+4)
	}
	p, err := a.at(off, size)
	if err != nil {
		return err
	}
	if int64(len(p)) < size {
		return probe.Refuse("other-tags", "a list that is cut off")
	}
	for len(p) >= chunkHead {
		kind, n := string(p[:4]), int64(binary.LittleEndian.Uint32(p[4:]))
		if p = p[chunkHead:]; n > int64(len(p)) || !letters(kind) {
			return probe.Refuse("other-tags", "a damaged list")
		}
		if text, _, _ := strings.Cut(string(p[:n]), "\x00"); len(text) > 0 {
			key := kind
			if name := aviKeys[kind]; name != "" {
				key = name
			}
			if a.tags == nil {
				a.tags = media.Metadata{}
			}
			a.tags[key] = text
		}
		p = p[min(n+n&1, int64(len(p))):]
	}
	return nil
}

// number is the stream of a chunk of media by its name, -1 for none.
func number(name []byte) int {
	if len(name) < 4 || name[0] < '0' || name[0] > '9' || name[1] < '0' || name[1] > '9' {
		return -1
	}
	return int(name[0]-'0')*10 + int(name[1]-'0')
}

// frames finds the first chunk of each stream that needs one.
func (a *avi) frames() error {
	needed := 0
	for _, s := range a.streams {
		if err := s.prepare(); err != nil {
			return err
		}
		if !s.known {
			needed++
		}
	}
	for off := a.movi + 4; needed > 0 && off+chunkHead <= min(a.moviEnd, a.size); {
		h, err := a.at(off, chunkHead+4)
		if err != nil {
			return err
		}
		if len(h) < chunkHead {
			break
		}
		if err := a.r.Element(off); err != nil {
			return err
		}
		size := int64(binary.LittleEndian.Uint32(h[4:]))
		if string(h[:4]) == "LIST" {
			off += chunkHead + 4 // "rec ": a group of chunks
			continue
		}
		n := number(h)
		if n >= 0 && n < len(a.streams) && size > 0 && string(h[2:4]) != "pc" && h[2] != 'i' {
			s := a.streams[n]
			if !s.known {
				p, err := a.at(off+chunkHead, size)
				if err != nil {
					return err
				}
				if s.known, err = s.take(p, int64(len(p)) < size); err != nil {
					return err
				}
				if s.known {
					needed--
				}
			}
		}
		off += chunkHead + size + size&1
	}
	for i, s := range a.streams {
		if !s.known && !s.end(a.eof && a.moviEnd <= int64(len(a.buf))) {
			return probe.Refuse("late-data", "stream %d has no frame, or not enough, in the first %d bytes", i, len(a.buf))
		}
	}
	return nil
}

// behind reads what stands behind the frames: the index, and texts.
func (a *avi) behind() error {
	if a.openDML && a.moviEnd+chunkHead+4 < a.size {
		h, err := a.tail(a.moviEnd+a.moviEnd&1, chunkHead)
		if err != nil || len(h) < chunkHead {
			return err
		}
	}
	off := a.moviEnd + a.moviEnd&1
	if off >= a.size {
		return nil
	}
	rest := a.size - off
	if rest > aviIndex {
		return nil // its sums are left out
	}
	p, err := a.tail(off, rest)
	if err != nil {
		return err
	}
	for at := int64(0); at+chunkHead <= int64(len(p)); {
		if err := a.r.Element(off + at); err != nil {
			return err
		}
		kind, size := string(p[at:at+4]), int64(binary.LittleEndian.Uint32(p[at+4:]))
		body := p[at+chunkHead : min(at+chunkHead+size, int64(len(p)))]
		if kind == "idx1" && int64(len(body)) == size && a.idx == nil {
			a.idx = body
		}
		at += chunkHead + size + size&1
	}
	return nil
}

// tail returns n bytes at off, from what was read where they are there.
func (a *avi) tail(off, n int64) ([]byte, error) {
	if off+n <= int64(len(a.buf)) {
		return a.buf[off : off+n], nil
	}
	b := make([]byte, n)
	got, err := a.r.ReadAt(b, off)
	if err == io.EOF {
		err = nil
	}
	return b[:got], err
}
