package flv

import (
	"encoding/binary"
	"math"

	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// info puts together what was found.
func (f *file) info() (*media.Info, error) {
	if err := f.complete(); err != nil {
		return nil, err
	}
	micros, err := f.duration()
	if err != nil {
		return nil, err
	}
	info := &media.Info{
		Format:   media.Format{Name: "flv", LongName: "FLV (Flash Video)"},
		Duration: media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds},
		Metadata: f.script.tags,
	}
	if size, known := f.r.Size(); known {
		info.Size = size
		info.BitRate = int64(float64(size) * 8 * 1e6 / float64(micros))
	}
	start := int64(math.MaxInt64)
	for i, s := range f.order {
		s.t.Index, s.t.Timebase = i, millis
		s.t.Start = media.Duration{Ticks: media.Ticks(s.start), Timebase: millis}
		start = min(start, s.start)
		if s == f.audio {
			if rate := kilobits(f.script.audioRate); rate > 0 {
				s.t.BitRate = rate
			}
		} else {
			if rate := kilobits(f.script.videoRate); rate > 0 {
				s.t.BitRate = rate
			}
			s.settleRates(f.script.framerate)
			if v := s.t.Video; v.SAR.Positive() {
				v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
			}
		}
		info.Tracks = append(info.Tracks, s.t)
	}
	info.Start = media.Duration{Ticks: media.Ticks(start * 1000), Timebase: media.Microseconds}
	return info, nil
}

// kilobits is a stated data rate in bit/s: ffprobe takes 1024 bits for a kilobit.
func kilobits(rate float64) int64 {
	if rate > 0 && rate < math.MaxInt32/1024 {
		return int64(rate * 1024)
	}
	return 0
}

// complete refuses what ffprobe would read on for.
func (f *file) complete() error {
	missing := byte(0)
	if f.video == nil {
		missing |= f.flags & hasVideo
	}
	if f.audio == nil {
		missing |= f.flags & hasAudio
	}
	if missing != 0 && !f.eof {
		return probe.Refuse("long-scan", "a stream that the header announces has not shown")
	}
	for _, s := range f.order {
		if !s.known || s.packets == 0 {
			return probe.Refuse("first-frame", "no frame that tells the parameters")
		}
	}
	return nil
}

const leastDuration, mostDuration = 1e-6, 1e9 // seconds

// duration is the stated one or, where none is, the time of the last tag, in microseconds.
func (f *file) duration() (int64, error) {
	if d := f.script.duration; d >= leastDuration && d < mostDuration {
		return int64(d * 1e6), nil
	}
	size, known := f.r.Size()
	if !known {
		return 0, probe.Refuse("unknown-size", "no stated duration")
	}
	ms, err := f.lastTag(size)
	if err != nil {
		return 0, err
	}
	if ms <= 0 {
		return 0, probe.Refuse("no-duration", "the last tag is not where the file's end says")
	}
	return ms * 1000, nil
}

// lastTag reads the time of the last tag that has one, by the lengths that follow each tag (E.3).
func (f *file) lastTag(size int64) (int64, error) {
	const most = 64 // tags at the end without a time
	from := max(size-window, 0)
	tail := make([]byte, size-from)
	if int64(len(f.buf)) >= size {
		copy(tail, f.buf[from:])
	} else if n, err := f.r.ReadAt(tail, from); n < len(tail) {
		return 0, err
	}
	for range most {
		if len(tail) < 4 {
			return 0, nil
		}
		length := int64(binary.BigEndian.Uint32(tail[len(tail)-4:]))
		head := tail
		switch at := int64(len(tail)) - 4 - length; {
		case length < tagHeader || length > from+int64(len(tail))-4:
			return 0, nil
		case at >= 0:
			head = tail[at:]
		default: // a tag longer than the window
			head = make([]byte, tagHeader)
			if n, err := f.r.ReadAt(head, from+at); n < len(head) {
				return 0, err
			}
			tail = nil
		}
		if int64(head[1])<<16|int64(head[2])<<8|int64(head[3])+tagHeader != length {
			return 0, nil
		}
		ts := int64(uint32(head[7])<<24 | uint32(head[4])<<16 | uint32(head[5])<<8 | uint32(head[6]))
		if ts != 0 || tail == nil {
			return ts, nil
		}
		tail = tail[:int64(len(tail))-4-length]
	}
	return 0, nil
}

// settleRates fills in the frame rates, of which the average may be stated.
func (s *stream) settleRates(stated float64) {
	v, e := s.t.Video, &s.rate
	if stated > 0 && stated < math.MaxInt32 {
		r := rational.FromFloat(stated)
		v.AverageFrameRate = rational.Nearest(r.Num, r.Den, 1000)
	}
	v.FrameRate = e.Estimate(true, s.timing)
	if v.AverageFrameRate.Num == 0 && v.FrameRate.Num != 0 && e.Sum() != 0 && s.timing <= 0 && e.Count() > 2 &&
		math.Abs(1000/v.FrameRate.Float()-float64(e.Sum())/float64(e.Count())) <= 1 {
		v.AverageFrameRate = v.FrameRate
	}
	if v.AverageFrameRate.Num == 0 && s.timing > 0 {
		v.AverageFrameRate = framerate.Nearest(rational.Nearest(s.fields*1000, s.timing*2, 60000))
	}
	if v.FrameRate.Num == 0 {
		v.FrameRate = media.Rational{Num: 1000, Den: 1}
		if r := s.codecRate; r.Positive() && r.Num <= 1000*r.Den {
			v.FrameRate = rational.Nearest(r.Num, r.Den, math.MaxInt32)
		}
	}
}
