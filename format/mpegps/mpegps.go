// Package mpegps reads program streams (ISO/IEC 13818-1, 2.5, and ISO/IEC 11172-1): MPEG-1 system streams,
// MPEG-2 program streams and the video objects of DVDs.
package mpegps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads program streams.
var Format = probe.Format{Name: "mpeg", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"codec":                   "a codec other than MPEG-1 and MPEG-2 video, MP2 and AC-3",
	elementary.RuleFirstFrame: "the first frame does not tell the codec's parameters",
	"frame-rate":              "pictures at other times than their rate says",
	"late-streams":            "a stream whose parameters are not in the first 512 KiB",
	"no-end":                  "the end of a stream's times is not in the last 250,000 bytes",
	"no-streams":              "no packets of pictures or sound in the first 512 KiB",
	"timestamps":              "time stamps that are missing or go back",
	"unknown-size":            "the length of the source is not known, so that its end cannot be read",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	tailSize = 250_000
	wrap     = int64(1) << 33
	enough   = 12 // pictures whose times are compared
)

var (
	steps = []int64{192 << 10, 512 << 10}
	clock = media.Timebase{Num: 1, Den: 90_000}
)

// sniff asks for a pack header and a packet.
func sniff(head []byte) error {
	if len(head) < 16 || !bytes.HasPrefix(head, []byte{0, 0, 1, idPack}) || packSize(head) == 4 {
		return errors.New("no pack header")
	}
	return nil
}

type stream struct {
	t        media.Track
	id       int
	codec    string
	pictures elementary.Pictures
	coding   *elementary.Coding
	es       []byte
	marks    []mark
	start    int64
	end      int64
	known    bool
	count    int
}

// mark is where a packet with a time begins in the elementary stream.
type mark struct {
	at       int
	pts, dts int64
}

type file struct {
	r       *probe.Reader
	size    int64
	buf     []byte
	done    int
	eof     bool
	streams []*stream
	first   int64 // time that others are unwrapped by
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	f := &file{r: r, size: size, first: none}
	if err := f.head(); err != nil {
		return nil, err
	}
	if len(f.streams) == 0 {
		return nil, probe.Refuse("no-streams", "%d bytes", len(f.buf))
	}
	for _, s := range f.streams {
		if !s.known {
			return nil, probe.Refuse("late-streams", "stream %#x", s.id)
		}
	}
	if err := f.tail(); err != nil {
		return nil, err
	}
	info := f.info()
	info.Clean()
	return info, nil
}

func (f *file) head() error {
	for _, want := range steps {
		want = min(want, f.size)
		had := len(f.buf)
		f.buf = append(f.r.Scratch(int(want))[:0], f.buf...)
		n, err := f.r.ReadAt(f.buf[had:want], int64(had))
		f.buf = f.buf[:had+n]
		f.eof = err == io.EOF || int64(len(f.buf)) >= f.size
		if err != nil && err != io.EOF {
			return err
		}
		n, err = walk(f.buf[f.done:], int64(f.done), f.take)
		f.done += n
		if err != nil {
			return err
		}
		complete := len(f.streams) > 0
		for _, s := range f.streams {
			if err := s.describe(f.eof); err != nil {
				return err
			}
			complete = complete && s.known && (s.pictures == nil || s.count >= enough)
		}
		if complete || f.eof {
			return nil
		}
	}
	return nil
}

// unwrap puts a time stamp next to the first one.
func (f *file) unwrap(ts int64) int64 {
	if f.first == none {
		f.first = ts
	}
	return f.first + (ts-f.first+wrap/2)&(wrap-1) - wrap/2
}

// take takes a packet of the head.
func (f *file) take(p packet) error {
	if err := f.r.Element(p.off); err != nil {
		return err
	}
	id, payload, ok := identify(p)
	if !ok {
		return nil
	}
	var s *stream
	for _, other := range f.streams {
		if other.id == id {
			s = other
		}
	}
	if s == nil {
		var err error
		if s, err = open(id); err != nil {
			if e, is := err.(*probe.Error); is {
				e.Offset, e.Path = p.off, "packet"
			}
			return err
		}
		if s.pictures != nil { // most of what was read, and of what is read when that is not enough
			s.es = f.r.Scratch(len(f.buf))[:0]
		}
		f.streams = append(f.streams, s)
	}
	if p.pts != none {
		s.marks = append(s.marks, mark{len(s.es), f.unwrap(p.pts), f.unwrap(p.dts)})
	} else if len(s.marks) == 0 {
		return probe.Refuse("timestamps", "stream %#x begins without a time", s.id)
	}
	s.es = append(s.es, payload...)
	return nil
}

// identify returns the number that ffprobe gives the stream of a packet, and the bytes of it that belong
// to the stream.
func identify(p packet) (id int, payload []byte, ok bool) {
	switch {
	case p.id == idPrivate1:
		if len(p.payload) < 4 {
			return 0, nil, false
		}
		return int(p.payload[0]), p.payload[4:], true
	case p.id == idPrivate2, p.id >= 0xc0 && p.id <= 0xef:
		return 0x100 | int(p.id), p.payload, true
	}
	return 0, nil, false
}

// open makes a stream by its number.
func open(id int) (*stream, error) {
	s := &stream{id: id, start: none, end: none, t: media.Track{ID: fmt.Sprintf("0x%x", id), Timebase: clock}}
	switch {
	case id >= 0x1e0 && id <= 0x1ef:
		s.codec = "mpeg2video"
		s.pictures = elementary.NewPictures(s.codec)
	case id >= 0x1c0 && id <= 0x1df:
		s.codec = "mp2"
		s.coding = &elementary.MPEGAudio
	case id >= 0x80 && id <= 0x87:
		s.codec = "ac3"
		s.coding = &elementary.AC3
	default:
		return nil, probe.Refuse("codec", "stream %#x", id)
	}
	return s, nil
}

// describe reads the first frames that were put together.
func (s *stream) describe(end bool) error {
	if s.pictures != nil {
		return s.picture(end)
	}
	if s.known {
		return nil
	}
	n := 0
	_, err := s.coding.Walk(s.es, func(_ int, _ elementary.Frame, whole bool) bool {
		if whole {
			n++
		}
		return n < 2
	})
	if err != nil && n < 2 {
		return probe.Refuse(elementary.RuleFirstFrame, "stream %#x does not begin with a frame: %v", s.id, err)
	}
	if n < 2 && (!end || n == 0) {
		return nil
	}
	if err := s.coding.Describe(&s.t, s.es); err != nil {
		return err
	}
	if s.t.Codec.Name != s.codec {
		return probe.Refuse("codec", "stream %#x: %s", s.id, s.t.Codec.Name)
	}
	s.start, s.known = s.marks[0].pts, true
	return nil
}

// picture compares the times of the first pictures with their rate.
func (s *stream) picture(end bool) error {
	s.pictures = elementary.NewPictures("mpeg2video")
	s.count = 0
	c := comparison{dts0: none}
	begin := -1
	var unit []byte
	for at, next := range elementary.Units("mpeg2video", s.es) { // one behind: the last one may go on
		if begin >= 0 {
			if err := s.compare(&c, begin, unit); err != nil {
				return err
			}
		}
		begin, unit = at, next
	}
	if begin >= 0 && end {
		if err := s.compare(&c, begin, unit); err != nil {
			return err
		}
	}
	s.known = s.pictures.Known() && s.start != none
	return nil
}

// comparison is how far the times were compared.
type comparison struct {
	mark  int   // the next of the stream's marks
	dts0  int64 // the first time, and
	n0    int64 // the number of its picture
	ticks int64 // how long a picture lasts
}

// compare takes the access unit that begins at at.
func (s *stream) compare(c *comparison, at int, unit []byte) error {
	if elementary.Count("mpeg2video", unit) == 0 {
		return nil
	}
	if !s.pictures.Known() {
		if err := s.pictures.Add(unit); err != nil {
			return probe.Refuse(elementary.RuleFirstFrame, "stream %#x: %v", s.id, err)
		}
		r := s.pictures.FrameRate()
		if !r.Positive() {
			return probe.Refuse("frame-rate", "stream %#x states none", s.id)
		}
		c.ticks = clock.Den * r.Den / r.Num
	}
	var own *mark
	for c.mark < len(s.marks) && s.marks[c.mark].at <= at {
		own = &s.marks[c.mark]
		c.mark++
	}
	if n := int64(s.count); own != nil {
		if s.start == none {
			s.start = own.pts
		}
		if c.dts0 == none {
			c.dts0, c.n0 = own.dts, n
		}
		if off := own.dts - c.dts0 - (n-c.n0)*c.ticks; off < -n-1 || off > n+1 {
			return probe.Refuse("frame-rate", "stream %#x: picture %d is %d ticks off", s.id, n, off)
		}
	}
	s.count++
	return nil
}

// tail reads the last time stamps.
func (f *file) tail() error {
	from := max(f.size-tailSize, 0)
	var b []byte
	if int64(len(f.buf)) >= f.size {
		b = f.buf[from:]
	} else {
		b = f.r.Scratch(int(f.size - from))
		if n, err := f.r.ReadAt(b, from); n < len(b) {
			if err == io.EOF {
				err = probe.Errorf(probe.Truncated, "%d bytes of %d at the end", n, len(b))
			}
			return err
		}
	}
	if i := bytes.Index(b, []byte{0, 0, 1, idPack}); i > 0 && from > 0 {
		b, from = b[i:], from+int64(i)
	}
	_, err := walk(b, from, func(p packet) error {
		if err := f.r.Element(p.off); err != nil {
			return err
		}
		id, _, ok := identify(p)
		if !ok || p.pts == none {
			return nil
		}
		for _, s := range f.streams {
			if s.id == id {
				s.end = max(s.end, f.unwrap(p.pts)+s.last())
				return nil
			}
		}
		return probe.Refuse("late-streams", "stream %#x begins later", id)
	})
	if err != nil {
		return err
	}
	for _, s := range f.streams {
		if s.end == none || s.end <= s.start {
			return probe.Refuse("no-end", "stream %#x", s.id)
		}
	}
	return nil
}

// last is how long ffprobe takes the last packet of s to be: one frame.
func (s *stream) last() int64 {
	switch {
	case s.pictures != nil:
		r := s.pictures.FrameRate()
		return clock.Den * r.Den / r.Num
	case s.codec == "mp2":
		return 1152 * clock.Den / int64(s.t.Audio.SampleRate)
	}
	return 1536 * clock.Den / int64(s.t.Audio.SampleRate)
}

func (f *file) info() *media.Info {
	info := &media.Info{Format: media.Format{Name: "mpeg", LongName: "MPEG-PS (MPEG-2 Program Stream)"}, Size: f.size}
	first, last, length := none, none, int64(0)
	for i, s := range f.streams {
		if s.pictures != nil {
			s.pictures.Describe(&s.t)
			v := s.t.Video
			r := s.pictures.FrameRate()
			v.FrameRate = rational.Nearest(r.Num, r.Den, 1<<30)
			if s.count > 1 {
				v.AverageFrameRate = v.FrameRate
			}
			if v.SAR.Positive() {
				v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
			}
		}
		s.t.Index = i
		s.t.Start = media.Duration{Ticks: media.Ticks(s.start), Timebase: clock}
		s.t.Duration = media.Duration{Ticks: media.Ticks(s.end - s.start), Timebase: clock}
		from, _ := rational.Scale(s.start, 1_000_000, clock.Den)
		span, _ := rational.Scale(s.end-s.start, 1_000_000, clock.Den)
		if first == none || from < first {
			first = from
		}
		last, length = max(last, from+span), max(length, span)
		info.Tracks = append(info.Tracks, s.t)
	}
	length = max(length, last-first)
	info.Start = media.Duration{Ticks: media.Ticks(first), Timebase: media.Microseconds}
	info.Duration = media.Duration{Ticks: media.Ticks(length), Timebase: media.Microseconds}
	info.BitRate = int64(float64(f.size) * 8 * 1e6 / float64(length))
	return info
}
