package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/media"
)

// extent is where something starts, ends and how long it lasts, in microseconds.
type extent struct{ start, end, length int64 }

func newExtent() extent {
	return extent{start: math.MaxInt64, end: math.MinInt64, length: math.MinInt64}
}

func (e *extent) add(t *track) {
	if t.start != noTime {
		start := microseconds(t.start, t.timescale)
		e.start = min(e.start, start)
		if t.duration != noTime {
			if length := microseconds(t.duration, t.timescale); length != noTime && start <= math.MaxInt64-max(0, length) {
				e.end = max(e.end, start+length)
			}
		}
	}
	if t.duration != noTime {
		e.length = max(e.length, microseconds(t.duration, t.timescale))
	}
}

// joined puts the pictures and sound of a movie together with its text, which counts only when
// it is not far off. Differences are taken without regard to overflow, as ffmpeg does.
func joined(av, text extent) extent {
	const second = 1_000_000
	near := func(a, b int64) bool { return uint64(a)-uint64(b) < second }
	if av.start == math.MaxInt64 || av.start > text.start && near(av.start, text.start) {
		av.start = text.start
	}
	if av.end == math.MinInt64 || av.end < text.end && near(text.end, av.end) {
		av.end = text.end
	}
	if av.length == math.MinInt64 || av.length < text.length && near(text.length, av.length) {
		av.length = text.length
	}
	return av
}

// updateTimes sets start and length of the file from those of its tracks.
func (m *movie) updateTimes() {
	av, text := newExtent(), newExtent()
	for _, t := range m.tracks {
		if t.kind == media.KindSubtitle || t.kind == media.KindData {
			text.add(t)
		} else {
			av.add(t)
		}
	}
	all := joined(av, text)
	if all.start != math.MaxInt64 {
		m.start = all.start
		if all.end != math.MinInt64 && all.end >= all.start {
			all.length = max(all.length, all.end-all.start)
		}
	}
	if all.length > 0 && m.duration == noTime {
		m.duration = all.length
	}
}

// setTimes works out the times of the file, and gives those to tracks that have none.
func (m *movie) setTimes() error {
	m.start = noTime
	known := m.duration != noTime
	for _, t := range m.tracks {
		known = known || t.duration != noTime
	}
	if !known {
		return refuse("no-duration", "no track has a length")
	}
	m.updateTimes()
	for _, t := range m.tracks {
		if t.start != noTime {
			continue
		}
		if m.start != noTime {
			t.start = rescale(m.start, t.timescale, 1_000_000, roundNear)
		}
		if m.duration != noTime {
			t.duration = rescale(m.duration, t.timescale, 1_000_000, roundNear)
		}
	}
	m.updateTimes()
	return nil
}
