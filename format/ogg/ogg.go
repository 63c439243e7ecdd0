// Package ogg reads Ogg files (RFC 3533): the header packets and the first page of data of each stream
// at the start, the last granule positions at the end.
package ogg

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads Ogg files.
var Format = probe.Format{Name: "ogg", Sniff: sniff, Probe: read}

var rules = map[string]string{
	cover.Rule:     "a picture whose headers are damaged, or in the older form",
	"chained":      "streams that follow one another",
	"codec":        "a codec without a reader, or a skeleton",
	"headers":      "header packets that are damaged or missing",
	"late-data":    "a stream without data in the first 512 KiB",
	"long-packet":  "a packet of more than 1 MiB",
	"no-end":       "a stream without a granule position in the last 65,307 bytes",
	"resync":       "damage between pages",
	"start":        "a granule position at the start that does not fit the packets before it",
	"unknown-size": "the length of the source is not known, so that its end cannot be read",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	step       = 64 << 10
	mostRead   = 512 << 10
	tailSize   = maxPage // as ffprobe does
	maxStreams = 64
)

const none = int64(-1) << 62

func sniff(head []byte) error {
	if len(head) < headerSize || string(head[:4]) != capture || head[4] != 0 {
		return errors.New("no OggS page")
	}
	return nil
}

type stream struct {
	t       media.Track
	serial  uint32
	coding  coding
	magic   []byte // what its first packet begins with
	packets packets
	headers int
	ready   bool // all headers were read

	start    int64
	started  bool
	frames   int64 // packets of data on the first pages
	span     int64 // their length
	end      int64
	last     bool // its first page of data is its last
	pictures [][]byte
	chapters []media.Chapter
}

// base sets the timebase of sound.
func (s *stream) base(rate int) {
	s.t.Timebase = media.Timebase{Num: 1, Den: int64(max(rate, 1))}
}

type file struct {
	r       *probe.Reader
	size    int64
	buf     []byte
	eof     bool
	streams []*stream
	begun   int64 // where the last stream begins
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	f := &file{r: r, size: size}
	if err := f.head(); err != nil {
		return nil, err
	}
	if err := f.tail(); err != nil {
		return nil, err
	}
	info, err := f.info()
	if err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// more reads on until buf is n bytes long or the file ends.
func (f *file) more(n int) error {
	for len(f.buf) < n && !f.eof {
		if len(f.buf) >= mostRead+mostPacket {
			return probe.Refuse("late-data", "more than %d bytes", len(f.buf))
		}
		b := make([]byte, max(step, n-len(f.buf)))
		got, err := f.r.ReadAt(b, int64(len(f.buf)))
		f.buf = append(f.buf, b[:got]...)
		if err == io.EOF {
			f.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// head reads pages until each stream has shown its headers and its first page of data.
func (f *file) head() error {
	at := 0
	for !f.ready() {
		if err := f.more(at + headerSize + 255); err != nil {
			return err
		}
		if at >= len(f.buf) {
			break
		}
		if err := f.r.Element(int64(at)); err != nil {
			return err
		}
		p, ok := parsePage(f.buf[at:], int64(at))
		if !ok && len(p.lacing) > 0 {
			if err := f.more(at + maxPage); err != nil {
				return err
			}
			p, ok = parsePage(f.buf[at:], int64(at))
		}
		if !ok {
			if f.eof {
				break
			}
			return placed(probe.Refuse("resync", "no page"), int64(at))
		}
		if err := f.page(p); err != nil {
			return placed(err, int64(at))
		}
		at += int(p.size)
		if at > mostRead+mostPacket {
			return probe.Refuse("late-data", "%d bytes", at)
		}
	}
	if len(f.streams) == 0 {
		return probe.Errorf(probe.Truncated, "no whole page")
	}
	for _, s := range f.streams {
		if !s.ready {
			return probe.Refuse("headers", "stream %#x without all of its headers", s.serial)
		}
		if !s.started {
			return probe.Refuse("late-data", "stream %#x without data", s.serial)
		}
	}
	return nil
}

// placed adds where in the file an error arose.
func placed(err error, off int64) error {
	if e, ok := err.(*probe.Error); ok && e.Offset < 0 {
		e.Offset, e.Path = off, "page"
	}
	return err
}

func (f *file) ready() bool {
	for _, s := range f.streams {
		if !s.started {
			return false
		}
	}
	return len(f.streams) > 0
}

func (f *file) find(serial uint32) *stream {
	for _, s := range f.streams {
		if s.serial == serial {
			return s
		}
	}
	return nil
}

func (f *file) page(p page) error {
	s := f.find(p.serial)
	if p.flags&flagFirst != 0 {
		for _, other := range f.streams {
			if other.ready || s != nil {
				return probe.Refuse("chained", "a stream that begins later")
			}
		}
		if len(f.streams) >= maxStreams {
			return probe.Errorf(probe.Limit, "more than %d streams", maxStreams)
		}
		s = &stream{serial: p.serial, start: none, end: none}
		f.streams = append(f.streams, s)
		f.begun = p.off
	}
	if s == nil {
		return probe.Refuse("chained", "a page of a stream %#x that never began", p.serial)
	}
	if s.started {
		return nil
	}
	s.frames, s.span = 0, 0
	if err := s.packets.add(p, s.packet); err != nil {
		return err
	}
	_, odd := s.coding.(*speexCoding) // whose pages without a position ffprobe takes at their word
	if s.ready && s.frames > 0 && (p.granule != -1 || odd) {
		s.begin(p)
	}
	return nil
}

// packet takes a packet of s.
func (s *stream) packet(packet []byte) error {
	if s.coding == nil {
		if err := s.open(packet); err != nil {
			return err
		}
	}
	if !s.ready {
		done, err := s.coding.head(s, s.headers, packet)
		s.headers++
		s.ready = done
		return err
	}
	s.frames++
	s.span += s.coding.samples(packet)
	return nil
}

// begin settles where s begins, by the first granule position of its data.
func (s *stream) begin(p page) {
	s.started = true
	s.start = s.coding.ticks(p.granule) - s.span
	s.last = p.flags&flagLast != 0
}

// tail reads the last granule positions.
func (f *file) tail() error {
	from := max(f.size-tailSize, 0)
	var b []byte
	if f.eof && int64(len(f.buf)) >= f.size {
		b = f.buf[from:]
	} else {
		b = make([]byte, f.size-from)
		if n, err := f.r.ReadAt(b, from); n < len(b) {
			if err == io.EOF {
				err = probe.Errorf(probe.Truncated, "%d bytes of %d at the end", n, len(b))
			}
			return err
		}
	}
	for at := 0; at < len(b); {
		next := bytes.Index(b[at:], []byte(capture))
		if next < 0 {
			break
		}
		at += next
		p, ok := parsePage(b[at:], from+int64(at))
		if !ok {
			at++
			continue
		}
		if err := f.r.Element(p.off); err != nil {
			return err
		}
		at += int(p.size)
		s, err := f.link(p)
		if err != nil {
			return placed(err, p.off)
		}
		if p.granule != -1 && p.granule >= 0 && !(p.granule == 0 && s.end == none) {
			s.end = s.coding.ticks(p.granule)
		}
	}
	for _, s := range f.streams {
		if s.end == none {
			return probe.Refuse("no-end", "stream %#x", s.serial)
		}
	}
	return nil
}

// link finds the stream of a page at the end. Where one stream follows another of the same codec ffprobe
// takes them for one, as long as the last.
func (f *file) link(p page) (*stream, error) {
	s := f.find(p.serial)
	if s != nil && (p.flags&flagFirst == 0 || p.off <= f.begun) {
		return s, nil
	}
	only := f.streams[0]
	if p.flags&flagFirst != 0 && len(f.streams) == 1 && len(p.body) >= len(only.magic) && bytes.Equal(p.body[:len(only.magic)], only.magic) {
		only.serial, f.begun, only.end = p.serial, p.off, none
		return only, nil
	}
	return nil, probe.Refuse("chained", "stream %#x", p.serial)
}

func (f *file) info() (*media.Info, error) {
	info := &media.Info{Format: media.Format{Name: "ogg", LongName: "Ogg"}, Size: f.size}
	first, last := none, none
	var pictures []cover.Picture
	for i, s := range f.streams {
		if err := s.settle(len(f.streams)); err != nil {
			return nil, err
		}
		s.t.Index = i
		info.Tracks = append(info.Tracks, s.t)
		from, ok := rational.Scale(int64(s.t.Start.Ticks), 1_000_000*s.t.Timebase.Num, s.t.Timebase.Den)
		length, ok2 := rational.Scale(int64(s.t.Duration.Ticks), 1_000_000*s.t.Timebase.Num, s.t.Timebase.Den)
		if !ok || !ok2 || length <= 0 {
			return nil, probe.Refuse("start", "stream %#x from %d to %d", s.serial, s.t.Start.Ticks, s.end)
		}
		if first == none || from < first {
			first = from
		}
		last = max(last, from+length)
		info.Chapters = append(info.Chapters, s.chapters...)
		for _, b := range s.pictures {
			more, err := cover.FromFLAC(bytes.NewReader(b), 0, int64(len(b)))
			if err != nil {
				return nil, err
			}
			pictures = append(pictures, more...)
		}
	}
	info.Start = media.Duration{Ticks: media.Ticks(first), Timebase: media.Microseconds}
	info.Duration = media.Duration{Ticks: media.Ticks(last - first), Timebase: media.Microseconds}
	info.BitRate = int64(float64(f.size) * 8 * 1e6 / float64(last-first))
	for i := range info.Chapters { // a chapter ends where the next one begins
		end := media.Duration{Ticks: media.Ticks((last - first) / 1000), Timebase: info.Chapters[i].Start.Timebase}
		if i+1 < len(info.Chapters) {
			end = info.Chapters[i+1].Start
		}
		info.Chapters[i].End = end
	}
	return info, cover.Attach(info, pictures)
}

// settle fills in the times of a stream among others.
func (s *stream) settle(streams int) error {
	start := s.start
	switch s.coding.(type) {
	case *speexCoding:
	case *theoraCoding:
		if start != 0 {
			return probe.Refuse("start", "Theora whose first picture is number %d", start)
		}
	case *flacCoding:
		if s.start > 0 && !s.last {
			return probe.Refuse("start", "FLAC that begins at sample %d or later", s.start)
		}
		start = 0
	default:
		if start < 0 || s.last {
			start = 0
		}
	}
	s.t.Start = media.Duration{Ticks: media.Ticks(start), Timebase: s.t.Timebase}
	length := s.end - max(start, 0)
	switch s.coding.(type) { // as observed
	case *speexCoding:
		length = s.end - start
	case *opusCoding:
		length = s.end
	}
	s.t.Duration = media.Duration{Ticks: media.Ticks(length), Timebase: s.t.Timebase}
	if v := s.t.Video; v != nil {
		if streams > 1 && length > 2 {
			v.AverageFrameRate = v.FrameRate
		}
		if v.SAR.Positive() {
			v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
		}
	}
	return nil
}
