package flv

import (
	"encoding/binary"
	"fmt"

	"github.com/mediagauge/mediagauge/probe"
)

// The types of tags (E.4.1).
const (
	tagAudio  = 8
	tagVideo  = 9
	tagScript = 18
	tagFilter = 0x20 // the body is encrypted or otherwise filtered
)

// analyzeMillis is how much of a single stream ffprobe looks at, where it does not wait for
// another.
const analyzeMillis = 5000

// rateFrames is how many distances between pictures ffprobe wants to tell a frame rate from.
const rateFrames = 40

// scan reads tags as long as ffprobe reads packets.
func (f *file) scan() error {
	head, err := f.at(0, headerSize)
	if err != nil {
		return err
	}
	for off := int64(binary.BigEndian.Uint32(head[5:])) + 4; ; {
		h, err := f.at(off, tagHeader)
		if err != nil {
			return err
		}
		if len(h) < tagHeader {
			return nil // the end
		}
		if err := f.r.Element(off); err != nil {
			return err
		}
		size := int64(h[1])<<16 | int64(h[2])<<8 | int64(h[3])
		ts := int64(int32(uint32(h[7])<<24 | uint32(h[4])<<16 | uint32(h[5])<<8 | uint32(h[6])))
		kind := h[0]
		body, err := f.at(off+tagHeader, size)
		if err != nil {
			return err
		}
		if int64(len(body)) < size {
			return nil // cut off
		}
		if err := f.tag(kind, ts, body); err != nil {
			return placed(err, off)
		}
		if f.done() {
			return nil
		}
		off += tagHeader + size + 4
	}
}

// placed adds where in the file an error arose.
func placed(err error, off int64) error {
	if e, ok := err.(*probe.Error); ok && e.Offset < 0 {
		e.Offset, e.Path = off, "tag"
	}
	return err
}

func (f *file) tag(kind byte, ts int64, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	switch kind {
	case tagAudio:
		return f.sound(ts, body)
	case tagVideo:
		return f.picture(ts, body)
	case tagScript:
		event, s := readScript(body)
		if event != "onMetaData" || ts != 0 {
			return probe.Refuse("data-tags", "an event %q at %d ms", printable(event), ts)
		}
		f.script = *s
		return nil
	case tagAudio | tagFilter, tagVideo | tagFilter, tagScript | tagFilter:
		return probe.Refuse("codec", "encrypted tags")
	}
	return nil // ffprobe steps over them
}

func printable(s string) string {
	return fmt.Sprintf("%.40q", s)
}

// done says whether ffprobe would read no more.
func (f *file) done() bool {
	for _, s := range f.order {
		if !s.known || s == f.video && s.rate.Count() < rateFrames {
			return len(f.order) == 1 && f.alone() && f.looked()
		}
	}
	return len(f.order) == 2 || len(f.order) == 1 && f.alone() && f.looked()
}

// alone says whether the header announces no more than the one stream there is.
func (f *file) alone() bool {
	return f.video == nil && f.flags&hasVideo == 0 || f.audio == nil && f.flags&hasAudio == 0
}

// looked says whether a single stream was looked at for long enough.
func (f *file) looked() bool {
	s := f.order[0]
	return s.packets > 1 && s.last-s.start >= analyzeMillis+analyzeMillis/4
}

// packet counts a frame of s that is decoded at dts and shown at pts.
func (f *file) packet(s *stream, dts, pts int64) error {
	if s.packets > 0 && dts < s.last {
		return probe.Refuse("timestamps", "%d ms after %d ms", dts, s.last)
	}
	if s.packets == 0 {
		s.start = pts
	}
	s.last = dts
	s.packets++
	if s != f.video {
		return nil
	}
	if d := s.frameMillis(); s.packets > 1 && d > 0 {
		s.timing += d
		s.fields += 2
	}
	s.rate.Add(dts)
	return nil
}

// frameMillis is how long a picture lasts by the codec's own clock, rounded down.
func (s *stream) frameMillis() int64 {
	if r := s.codecRate; r.Positive() && r.Den*1000 > r.Num {
		return r.Den * 1000 / r.Num
	}
	return 0
}
