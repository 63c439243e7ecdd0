package matroska

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// The frame rates observed in ffprobe's output where the container states none: twelfths up to
// 30, whole ones up to 60, some high ones, and the usual ones over 1.001. Each is in units of
// 1/12012 frames a second.
var standardRates = makeStandardRates()

const rateUnit = 12 * 1001

func makeStandardRates() []int64 {
	var list []int64
	for i := int64(1); i <= 360; i++ {
		list = append(list, i*1001)
	}
	for i := int64(31); i <= 60; i++ {
		list = append(list, i*rateUnit)
	}
	for _, n := range []int64{80, 120, 240} {
		list = append(list, n*rateUnit)
	}
	for _, n := range []int64{24, 30, 60, 12, 15, 48} {
		list = append(list, n*12_000)
	}
	return list
}

// rateEstimate is what ffprobe gathers of decoding times to tell a frame rate from.
type rateEstimate struct {
	count  int
	sum    int64
	common int64 // greatest common divisor of the later durations
	last   int64
	any    bool
	errors []rateError // of each standard rate; nil until there is a duration
}

// rateError sums how far decoding times are off the grid of one rate, on it and half a step
// beside it. A rate that is ruled out keeps its sums no longer.
type rateError struct {
	sum, square [2]float64
	out         bool
}

const (
	hopeless = 0.04 // variance, in frames, at which a rate is ruled out
	jitter   = 3    // durations at the start that do not count for the divisor
)

// add takes the decoding time of one more frame.
func (e *rateEstimate) add(ts int64, tb media.Timebase) {
	if ts == noTime {
		return
	}
	last, had := e.last, e.any
	e.last, e.any = ts, true
	if !had || ts <= last {
		return
	}
	if e.errors == nil {
		e.errors = make([]rateError, len(standardRates))
	}
	seconds := float64(ts) * (float64(tb.Num) / float64(tb.Den))
	for i := range e.errors {
		r := &e.errors[i]
		if r.out {
			continue
		}
		at := seconds * float64(standardRates[i]) / rateUnit
		for j := range 2 {
			shift := float64(j) * 0.5
			off := at - math.RoundToEven(at+shift) + shift
			r.sum[j] += off
			r.square[j] += off * off
		}
	}
	e.count++
	e.sum += ts - last
	if e.count%10 == 0 {
		e.ruleOut()
	}
	if e.count > jitter {
		e.common = rational.GCD(e.common, ts-last)
	}
}

func (e *rateEstimate) ruleOut() {
	for i := range e.errors {
		if r := &e.errors[i]; r.variance(0, e.count) > hopeless && r.variance(1, e.count) > hopeless {
			r.out = true
		}
	}
}

// variance of the distances to the grid; enormous for a rate that was ruled out.
func (r *rateError) variance(j, count int) float64 {
	if r.out {
		return 2e10 / float64(count)
	}
	mean := r.sum[j] / float64(count)
	return r.square[j]/float64(count) - mean*mean
}

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
	unreliable := m.clockUnreliable(s)
	tick := float64(tb.Num) / float64(tb.Den)
	if unreliable && e.count > 15 && e.common > max(1, tb.Den/(500*tb.Num)) && v.FrameRate.Num == 0 && e.common < math.MaxInt64/tb.Num {
		v.FrameRate = rational.Nearest(tb.Den, tb.Num*e.common, math.MaxInt32)
	}
	if unreliable && e.count > 1 && v.FrameRate.Num == 0 {
		if n := m.bestRate(tick); n != 0 && float64(n)/rateUnit < 1.01*(1/tick) {
			v.FrameRate = rational.Nearest(n, rateUnit, math.MaxInt32)
		}
	}
	if v.AverageFrameRate.Num == 0 && v.FrameRate.Num != 0 && e.sum != 0 && m.timing <= 0 && e.count > 2 &&
		math.Abs(1/(v.FrameRate.Float()*tick)-float64(e.sum)/float64(e.count)) <= 1 {
		v.AverageFrameRate = v.FrameRate
	}
	if v.AverageFrameRate.Num == 0 && m.timing > 0 && m.fields > 0 {
		v.AverageFrameRate = nearStandard(rational.Nearest(m.fields*tb.Den, m.timing*2*tb.Num, 60000))
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

// bestRate is the standard rate whose grid the decoding times fit best, 0 when none fits.
func (m *simulation) bestRate(tick float64) int64 {
	e := &m.rate
	best, least := int64(0), 0.01
	for i, rate := range standardRates {
		if m.timing != 0 && float64(m.timing)*tick < 1001*11.5/float64(rate) {
			continue
		}
		if m.timing == 0 && rate < rateUnit {
			continue
		}
		if tick*float64(e.sum)/float64(e.count) < rateUnit*0.8/float64(rate) {
			continue
		}
		for j := range 2 {
			if v := e.errors[i].variance(j, e.count); v < least && least > 1e-9 {
				best, least = rate, v
			}
		}
	}
	return best
}

// nearStandard gives the standard rate within one per cent of r, else r.
func nearStandard(r media.Rational) media.Rational {
	best, least := int64(0), 0.01
	for _, rate := range standardRates {
		if off := math.Abs(r.Float()/(float64(rate)/rateUnit) - 1); off < least {
			best, least = rate, off
		}
	}
	if best == 0 {
		return r
	}
	return rational.Nearest(best, rateUnit, math.MaxInt32)
}
