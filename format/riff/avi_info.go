package riff

import (
	"encoding/binary"
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// sums adds up the index (AVIOLDINDEX) by stream. Chunks without bytes count time and nothing else.
func (a *avi) sums() {
	base := int64(0)
	for i, p := 0, a.idx; len(p) >= 16; i, p = i+1, p[16:] {
		n := number(p)
		pos, size := int64(binary.LittleEndian.Uint32(p[8:])), int64(binary.LittleEndian.Uint32(p[12:]))
		if i == 0 && pos > a.movi {
			base = -a.movi // positions in the file, not in the list
		}
		if n < 0 || n >= len(a.streams) || string(p[2:4]) == "pc" {
			continue
		}
		s := a.streams[n]
		x := &s.index
		if size > 0 && (x.count == 0 || pos != x.lastPos) {
			if x.count == 0 {
				x.first = x.clock
			}
			x.count++
			x.bytes += size
			x.last, x.lastPos, x.lastAt = x.clock, pos, pos+base+a.movi
		}
		x.clock += s.ticks(size)
	}
}

// ticks is how long a chunk of so many bytes lasts.
func (s *aviStream) ticks(size int64) int64 {
	if s.sample > 0 {
		return size / s.sample
	}
	return 1
}

// rates fills in the bit rates that ffprobe takes from the index, where it covers the file.
func (a *avi) rates() {
	if a.idx == nil || a.openDML {
		return
	}
	a.sums()
	last, sum := int64(0), int64(0)
	for _, s := range a.streams {
		last = max(last, s.index.lastAt)
		sum += s.index.bytes
	}
	if last < a.size*9/10 || sum*9/10 > last || sum < last*9/10 { // it covers another file, or not all of this one
		return
	}
	for _, s := range a.streams {
		x := &s.index
		if s.t.BitRate != 0 || x.count < 2 || x.last <= x.first {
			continue
		}
		if rate, ok := rational.Scale(8*x.bytes, s.t.Timebase.Den, (x.last-x.first)*s.t.Timebase.Num); ok {
			s.t.BitRate = rate
		}
	}
}

func (a *avi) info() (*media.Info, error) {
	info := &media.Info{Format: media.Format{Name: "avi", LongName: "AVI (Audio Video Interleaved)"}, Size: a.size, Metadata: a.tags}
	longest := int64(0)
	for i, s := range a.streams {
		if s.scale <= 0 || s.rate <= 0 || s.scale > math.MaxInt32 || s.rate > math.MaxInt32 || s.start != 0 {
			return nil, probe.Refuse("odd-format", "stream %d: %d/%d s a tick, from %d on", i, s.scale, s.rate, s.start)
		}
		tb := media.Rational{Num: s.scale, Den: s.rate}.Reduce()
		t := &s.t
		t.Index = i
		t.Timebase = media.Timebase{Num: tb.Num, Den: tb.Den}
		t.Start = media.Duration{Timebase: t.Timebase}
		t.NumFrames = s.length
		if s.name != "" {
			t.Metadata = media.Metadata{"title": s.name}
		}
		if s.sample == 0 || t.Kind == media.KindVideo {
			t.Duration = media.Duration{Ticks: media.Ticks(s.length), Timebase: t.Timebase}
			micros, ok := rational.Scale(s.length, 1_000_000*tb.Num, tb.Den)
			if !ok {
				return nil, probe.Refuse("odd-format", "stream %d of %d ticks", i, s.length)
			}
			longest = max(longest, micros)
		}
		if v := t.Video; v != nil {
			v.FrameRate = media.Rational{Num: tb.Den, Den: tb.Num}
			v.AverageFrameRate = v.FrameRate
			if s.sar.Positive() {
				v.SAR = s.sar
			}
			if v.SAR.Positive() {
				v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
			}
		}
	}
	if longest <= 0 {
		return nil, probe.Refuse("no-duration", "no stream whose header states how long it is")
	}
	a.rates()
	for _, s := range a.streams {
		info.Tracks = append(info.Tracks, s.t)
	}
	info.Start = media.Duration{Timebase: media.Microseconds}
	info.Duration = media.Duration{Ticks: media.Ticks(longest), Timebase: media.Microseconds}
	info.BitRate = int64(float64(a.size) * 8 * 1e6 / float64(longest))
	return info, nil
}
