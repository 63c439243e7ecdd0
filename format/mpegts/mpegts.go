// Package mpegts reads MPEG-2 transport streams (ISO/IEC 13818-1) and the forms of BDAV and DVB: the
// tables and the first frames of each stream at the start, the last time stamps at the end.
package mpegts

import (
	"context"
	"errors"
	"io"
	"math"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads transport streams.
var Format = probe.Format{Name: "mpegts", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"access-units":            "several pictures in one packet, or a picture in several: their times are not told",
	"codec":                   "a codec whose values need more than its first frame's header",
	elementary.RuleFirstFrame: "the first frame does not tell the codec's parameters",
	"frame-rate":              "pictures at uneven distances: the rate depends on more of them than are read",
	"guide":                   "a broadcast, whose event guide ffprobe makes a stream of, wherever it begins",
	"late-streams":            "a stream that the tables list has not shown, or its parameters have not",
	"no-end":                  "the end of a stream's times is not in the last 250,000 bytes",
	"no-tables":               "no program map",
	"odd-tables":              "tables and streams in the same packets",
	"private-stream":          "private data whose codec ffprobe guesses from its content",
	"resync":                  "damage between packets",
	"scrambled":               "packets that need a key",
	"table-change":            "the streams change on the way",
	"timestamps":              "time stamps that are missing or go back",
	"unknown-size":            "the length of the source is not known, so that its end cannot be read",
	"vbr":                     "frames of several bit rates: ffprobe prints a mean over those it read",
	"aac-implicit-sbr":        "only the first frame tells HE-AAC from LC",
	"aac-explicit-sbr":        "only the first frame tells whether spectral band replication is used",
	"aac-object-type":         "an audio object type that ffprobe refuses",
	"aac-channel-layout":      "a channel layout that ffprobe builds in ways of its own, or refuses",
	"aac-first-frame":         "the first AAC frame does not fit the configuration",
	"dts-extension":           "DTS extensions that need decoding",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

// How much is read: the head in steps, most of the time the first, and the tail as ffprobe does.
const (
	tailSize   = 250_000
	wantFrames = 22 // of each stream of pictures, for its rate
)

// steps are the lengths of the head after each read.
var steps = []int64{192 << 10, 640 << 10}

func sniff(head []byte) error {
	if _, _, ok := find(head); !ok {
		return errors.New("no row of sync bytes")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known && !r.Opening() {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	f := &file{r: r, d: newDemux(), size: size, sized: known}
	f.d.whole = known && !r.Opening() && size <= steps[len(steps)-1]
	if err := f.head(); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if !r.Opening() {
		if err := f.end(); err != nil {
			return nil, err
		}
	}
	info := f.info()
	info.Clean()
	return info, nil
}

type file struct {
	r     *probe.Reader
	d     *demux
	size  int64
	sized bool
	lay   layout
	buf   []byte // from the start
	eof   bool
	done  int64 // bytes of buf that were looked through for tables
	taken int64 // bytes of buf that were taken for streams
}

// head reads from the start until the streams are described.
func (f *file) head() error {
	for _, want := range steps {
		if f.sized {
			want = min(want, f.size)
		}
		had := len(f.buf)
		f.buf = append(f.r.Scratch(int(want))[:0], f.buf...)
		n, err := f.r.ReadAt(f.buf[had:want], int64(had))
		f.buf = f.buf[:had+n]
		f.eof = err == io.EOF || f.sized && int64(len(f.buf)) >= f.size
		if err != nil && err != io.EOF {
			return err
		}
		if f.done == 0 {
			l, _, ok := find(f.buf[:min(len(f.buf), 4096)])
			if !ok {
				return probe.Refuse("resync", "fewer than %d packets in a row", least)
			}
			f.lay = l
		}
		whole := (int64(len(f.buf)) - f.done) / f.lay.size * f.lay.size
		if f.eof {
			whole = int64(len(f.buf)) - f.done
		}
		if err := f.lay.packets(f.r, f.buf[f.done:f.done+whole], f.done, f.d.isTable, f.d.takeTable); err != nil {
			return err
		}
		f.done += whole
		if f.d.mapped() || f.eof { // ffprobe starts over once it knows the tables
			if err := f.takeStreams(); err != nil {
				return err
			}
		}
		if f.eof {
			return f.flush()
		}
		if f.complete() {
			return nil
		}
	}
	return nil
}

// portion is how many packets are taken before it is asked whether more are needed.
const portion = 128

// takeStreams takes what was read for streams, until they are described.
func (f *file) takeStreams() error {
	for f.taken < f.done {
		to := min(f.taken+portion*f.lay.size, f.done)
		if err := f.lay.packets(f.r, f.buf[f.taken:to], f.taken, f.d.isStream, f.d.takeStream); err != nil {
			return err
		}
		f.taken = to
		if !f.d.whole && f.complete() {
			return nil
		}
	}
	return nil
}

// flush ends what the end of the file leaves open.
func (f *file) flush() error {
	for _, s := range f.d.list {
		if err := f.d.close(s); err != nil {
			return err
		}
		if s.coding != nil && !s.known && len(s.es) > 0 {
			if err := s.sound(true); err != nil {
				return err
			}
		}
	}
	return nil
}

// complete says whether all streams are described.
func (f *file) complete() bool {
	for _, s := range f.d.list {
		if s.most-s.least > 1 {
			return false // uneven: what comes later counts
		}
	}
	if !f.d.mapped() {
		return false
	}
	for _, s := range f.d.list {
		if s.pictures != nil && (!s.pictures.Settled() || s.rate.Count() < wantFrames) || s.coding != nil && !s.known {
			return false
		}
	}
	return true
}

// check refuses what the head does not tell.
func (f *file) check() error {
	if len(f.d.order) == 0 || len(f.d.list) == 0 {
		return probe.Refuse("no-tables", "no streams in the first %d bytes", len(f.buf))
	}
	if f.d.network && !f.d.guide && !f.eof {
		return probe.Refuse("guide", "a broadcast with an event guide")
	}
	for _, n := range f.d.order {
		if f.d.programs[n].table == nil {
			return probe.Refuse("no-tables", "no map of program %d in the first %d bytes", n, len(f.buf))
		}
	}
	for _, s := range f.d.list {
		switch {
		case (s.pictures != nil || s.coding != nil) && !s.known:
			return probe.Refuse("late-streams", "stream %#x", s.pid)
		case s.pictures == nil:
		case !s.pictures.Settled() && !f.eof:
			return probe.Refuse("late-streams", "stream %#x: the reorder depth is not settled", s.pid)
		default:
			tag := s.t.Codec.Tag
			s.pictures.Describe(&s.t)
			s.t.Codec.Tag = tag
			if err := s.settle(f.eof); err != nil {
				return err
			}
		}
		if s.bitRate < 0 {
			return probe.Refuse("vbr", "stream %#x", s.pid)
		}
	}
	return nil
}

// end reads the last time stamps.
func (f *file) end() error {
	from := max(f.size-tailSize, 0)
	var tail []byte
	if int64(len(f.buf)) >= f.size {
		tail = f.buf[from:]
	} else {
		tail = f.r.Scratch(int(f.size - from))
		if n, err := f.r.ReadAt(tail, from); n < len(tail) {
			if err == io.EOF {
				err = probe.Errorf(probe.Truncated, "%d bytes of %d at the end", n, len(tail))
			}
			return err
		}
	}
	at := f.lay.align(tail)
	if at < 0 {
		return placed(probe.Refuse("resync", "no packets at the end"), from)
	}
	if err := f.lay.packets(f.r, tail[at:], from+at, starts, f.d.takeTail); err != nil {
		return err
	}
	for _, s := range f.d.list {
		if s.start != none && (s.pictures != nil || s.coding != nil) && (s.tailEnd == none || s.tailEnd <= s.start) {
			return probe.Refuse("no-end", "stream %#x", s.pid)
		}
		if f.eof {
			s.meanRate()
		}
	}
	return nil
}

func (f *file) info() *media.Info {
	info := &media.Info{Format: media.Format{Name: "mpegts", LongName: "MPEG-TS (MPEG-2 Transport Stream)"}}
	if f.sized {
		info.Size = f.size
	}
	start, length := f.d.times()
	if start != math.MaxInt64 {
		info.Start = media.Duration{Ticks: media.Ticks(start), Timebase: media.Microseconds}
	}
	if length > 0 && !f.r.Opening() {
		info.Duration = media.Duration{Ticks: media.Ticks(length), Timebase: media.Microseconds}
		info.BitRate = int64(float64(f.size) * 8 * 1e6 / float64(length))
	}
	for i, s := range f.d.list {
		t := s.t
		t.Index = i
		switch {
		case s.start != none:
			t.Start = media.Duration{Ticks: media.Ticks(s.start), Timebase: clock}
			if s.tailEnd != none && s.tailEnd > s.start {
				t.Duration = media.Duration{Ticks: media.Ticks(s.tailEnd - s.start), Timebase: clock}
			}
		case info.Start.Known(): // ffprobe gives the file's times to a stream without its own
			t.Start = media.Duration{Ticks: media.Ticks((start*9 + 50) / 100), Timebase: clock}
			if length > 0 && !f.r.Opening() {
				t.Duration = media.Duration{Ticks: media.Ticks((length*9 + 50) / 100), Timebase: clock}
			}
		}
		info.Tracks = append(info.Tracks, t)
	}
	for _, n := range f.d.order {
		p := media.Program{ID: n, Metadata: f.d.services[n]}
		for _, s := range f.d.programs[n].streams {
			for i, other := range f.d.list {
				if s == other {
					p.Tracks = append(p.Tracks, i)
				}
			}
		}
		info.Programs = append(info.Programs, p)
	}
	return info
}
