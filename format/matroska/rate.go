package matroska

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// clockUnreliable says whether ffprobe distrusts the codec's clock. It starts as the track's
// timebase and becomes the codec's frame rate once that is known.
func (m *simulation) clockUnreliable(s *stream) bool {
	switch s.t.Codec.Name {
	case "mpeg2video", "gif", "hevc", "h264":
		return true
	}
	tb := s.codecClock()
	return tb.Den >= 101*tb.Num || tb.Den < 5*tb.Num
}

// codecClock is the length of a tick of the codec's clock.
func (s *stream) codecClock() media.Rational {
	if r := s.sim.codecRate; r.Positive() && s.sim.count > 0 {
		return media.Rational{Num: r.Den, Den: r.Num * int64(max(s.sim.ticks, 1))}
	}
	return media.Rational(s.t.Timebase)
}

// settleRates fills in the frame rates that no default duration gave.
func (s *stream) settleRates() {
	v, m, tb := s.t.Video, &s.sim, s.t.Timebase
	e := &m.rate
	tick := float64(tb.Num) / float64(tb.Den)
	if v.FrameRate.Num == 0 {
		if r := e.Estimate(m.clockUnreliable(s), m.timing); r.Num != 0 {
			v.FrameRate = r
		}
	}
	if v.AverageFrameRate.Num == 0 && v.FrameRate.Num != 0 && e.Sum() != 0 && m.timing <= 0 && e.Count() > 2 &&
		math.Abs(1/(v.FrameRate.Float()*tick)-float64(e.Sum())/float64(e.Count())) <= 1 {
		v.AverageFrameRate = v.FrameRate
	}
	if v.AverageFrameRate.Num == 0 && m.timing > 0 && m.fields > 0 {
		v.AverageFrameRate = framerate.Nearest(rational.Nearest(m.fields*tb.Den, m.timing*2*tb.Num, 60000))
	}
	if v.FrameRate.Num == 0 {
		clock, ticks := s.codecClock(), int64(max(m.ticks, 1))
		if clock.Den*tb.Num <= clock.Num*ticks*tb.Den {
			v.FrameRate = rational.Nearest(clock.Den, clock.Num*ticks, math.MaxInt32)
		} else {
			v.FrameRate = media.Rational{Num: tb.Den, Den: tb.Num}
		}
	}
}
