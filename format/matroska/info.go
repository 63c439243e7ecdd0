package matroska

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// attachedTimebase is what ffprobe gives streams that are attachments.
var attachedTimebase = media.Timebase{Num: 1, Den: 90000}

// info puts the answer together.
func (f *file) info() (*media.Info, error) {
	start, duration := f.times()
	info := &media.Info{
		Format: media.Format{Name: formatName, LongName: longName},
		Size:   f.in.size,
	}
	if duration == noTime {
		duration = f.durationFromRate(info)
		start2, _ := f.startTime()
		start = start2
	}
	if start != noTime {
		info.Start = media.Duration{Ticks: media.Ticks(start), Timebase: media.Microseconds}
	}
	if duration > 0 {
		info.Duration = media.Duration{Ticks: media.Ticks(duration), Timebase: media.Microseconds}
		if f.in.size > 0 {
			info.BitRate = int64(float64(f.in.size) * 8 * 1e6 / float64(duration))
		}
	}
	for _, s := range f.streams {
		if s.t.Video != nil {
			s.settleRates()
			s.setAspect()
		}
		s.t.Codec.LongName = media.CodecLongName(s.t.Codec.Name)
		s.t.Metadata = s.meta.m
		s.t.Language = s.t.Metadata.Lookup("language")
		info.Tracks = append(info.Tracks, s.t)
	}
	end := int64(0)
	if duration > 0 {
		end = duration
		if start != noTime {
			end += start
		}
	}
	info.Chapters = f.chapterList(end)
	info.Metadata = f.meta.m
	first := true // what is needed to play stands in front of the Clusters, or there is no answer
	for _, p := range f.parsed {
		first = first && (p.id != idTracks && p.id != idInfo || p.off < f.cluster)
	}
	info.Container = media.Container{Faststart: &first, Seekable: &f.cues}
	return info, nil
}

// stated is the duration of Info in microseconds, noTime when it gives none.
func (f *file) stated() int64 {
	if f.segInfo.duration == 0 {
		return noTime
	}
	d := f.segInfo.duration * float64(f.segInfo.scale) * 1000 / 1e6
	if d >= math.MaxInt64 || d <= math.MinInt64 {
		return noTime
	}
	return int64(d)
}

// times gives the file's start and duration in microseconds and hands them on to the streams
// that showed no packet, as ffprobe does.
func (f *file) times() (start, duration int64) {
	for _, s := range f.streams {
		if s.sim.count > 0 && s.sim.started {
			s.t.Start = media.Duration{Ticks: media.Ticks(s.sim.start), Timebase: s.t.Timebase}
		}
	}
	duration = f.stated()
	start, _ = f.startTime()
	if duration == noTime {
		return start, noTime
	}
	for _, s := range f.streams {
		if s.t.Start.Known() {
			continue
		}
		tb := s.t.Timebase
		if start != noTime {
			s.t.Start = media.Duration{Ticks: media.Ticks(rescale(start, tb.Den, tb.Num*1_000_000)), Timebase: tb}
		}
		s.t.Duration = media.Duration{Ticks: media.Ticks(rescale(duration, tb.Den, tb.Num*1_000_000)), Timebase: tb}
	}
	return start, duration
}

// startTime is the earliest start of the streams in microseconds. One of text counts when it
// is less than a second before the others.
func (f *file) startTime() (int64, bool) {
	start, text := int64(math.MaxInt64), int64(math.MaxInt64)
	for _, s := range f.streams {
		if !s.t.Start.Known() {
			continue
		}
		at := rescale(int64(s.t.Start.Ticks), s.t.Timebase.Num*1_000_000, s.t.Timebase.Den)
		if s.t.Kind == media.KindSubtitle || s.t.Kind == media.KindData {
			text = min(text, at)
		} else {
			start = min(start, at)
		}
	}
	if start == math.MaxInt64 || start > text && start-text < 1_000_000 {
		start = text
	}
	if start == math.MaxInt64 {
		return noTime, false
	}
	return start, true
}

// durationFromRate is for files without a duration: when every stream tells a bit rate, their
// sum and the file's size give one.
func (f *file) durationFromRate(info *media.Info) int64 {
	var sum int64
	for _, s := range f.streams {
		if s.t.BitRate > 0 {
			sum += s.t.BitRate
		} else if s.t.Kind == media.KindVideo && s.sim.count > 1 {
			sum = 0
			break
		}
	}
	info.BitRate = sum
	left := f.in.size - f.cluster
	if sum <= 0 || left <= 0 {
		return noTime
	}
	longest := int64(noTime)
	for _, s := range f.streams {
		tb := s.t.Timebase
		ticks := rescale(left, 8*tb.Den, sum*tb.Num)
		s.t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: tb}
		longest = max(longest, rescale(ticks, tb.Num*1_000_000, tb.Den))
	}
	return longest
}

// rescale returns v × num/den to the nearest integer; 0 for a zero den. What does not fit stays at
// the end of the range.
func rescale(v, num, den int64) int64 {
	q, ok := rational.Scale(v, num, den)
	switch {
	case ok || den == 0:
		return q
	case (v < 0) != (num < 0) != (den < 0):
		return -math.MaxInt64
	}
	return math.MaxInt64
}
