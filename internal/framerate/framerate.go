// Package framerate tells a frame rate from the times of frames, where a container states none:
// the standard rate whose grid they lie on best, as ffprobe's answers show it.
package framerate

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// The standard rates are the frame rates observed in ffprobe's output where the container states
// none: twelfths up to 30, whole ones up to 60, some high ones, and the usual ones over 1.001.
const (
	twelfths = 30 * 12
	whole    = 30
	rates    = twelfths + whole + 3 + 6
	unit     = 12 * 1001 // standard rates are counted in 1/unit frames a second
)

// standard returns the i-th standard rate.
func standard(i int) int64 {
	switch {
	case i < twelfths:
		return int64(i+1) * 1001
	case i < twelfths+whole:
		return int64(i-twelfths+31) * unit
	case i < twelfths+whole+3:
		return [...]int64{80, 120, 240}[i-twelfths-whole] * unit
	}
	return [...]int64{24, 30, 60, 12, 15, 48}[i-twelfths-whole-3] * 12_000
}

// table holds the standard rates as they are counted with.
var table = func() (t [rates]float64) {
	for i := range t {
		t[i] = float64(standard(i))
	}
	return t
}()

// Nearest gives the standard rate within one per cent of r, else r.
func Nearest(r media.Rational) media.Rational {
	best, least := int64(0), 0.01
	for i := range rates {
		rate := standard(i)
		if off := math.Abs(r.Float()/(float64(rate)/unit) - 1); off < least {
			best, least = rate, off
		}
	}
	if best == 0 {
		return r
	}
	return rational.Nearest(best, unit, math.MaxInt32)
}

// Estimator takes the decoding times of one track's frames in their order and tells the rate
// they come from. Its arithmetic is rounded to 64 bits at each step, so that it comes to the
// same decisions as ffprobe. Set Timebase before the first Add.
type Estimator struct {
	Timebase media.Timebase

	last   int64
	any    bool
	count  int
	sum    int64
	common int64 // greatest common divisor of the later durations

	waiting []int64 // times whose misfits are not summed yet: most tracks never need them
	summed  int
	errs    *[2][rates]misfit
}

// misfit sums how far times are off the grid of one rate.
type misfit struct{ sum, square float64 }

const (
	hopeless = 0.04 // variance, in frames, at which a rate is ruled out
	jitter   = 3    // durations at the start that do not count for the divisor
	ruledOut = 2e10 // sum of squares of a rate that was ruled out
	patience = 256  // times that wait
)

func (e *Estimator) tick() float64 { return float64(e.Timebase.Num) / float64(e.Timebase.Den) }

// Count returns how many distances between frames were taken into account.
func (e *Estimator) Count() int { return e.count }

// Sum returns the sum of these distances, in ticks.
func (e *Estimator) Sum() int64 { return e.sum }

// Add takes the next decoding time, in ticks, into account. A time that does not come after the
// one before it only becomes the one before the next.
func (e *Estimator) Add(ts int64) {
	last, had := e.last, e.any
	e.last, e.any = ts, true
	if !had || ts <= last {
		return
	}
	e.count++
	e.sum += ts - last
	if e.count > jitter {
		e.common = rational.GCD(e.common, ts-last)
	}
	if e.waiting = append(e.waiting, ts); len(e.waiting) == patience {
		e.sumUp()
	}
}

// sumUp sums the misfits of the times that wait.
func (e *Estimator) sumUp() {
	if e.errs == nil {
		e.errs = new([2][rates]misfit)
	}
	on, between := &e.errs[0], &e.errs[1]
	for _, ts := range e.waiting {
		seconds := float64(ts) * e.tick()
		for i, rate := range &table {
			m := &on[i]
			if m.square >= 1e10 {
				continue
			}
			at := float64(seconds*rate) / unit
			off := at - math.RoundToEven(at)
			m.sum += off
			m.square += float64(off * off)
			m = &between[i]
			off = float64(at-math.RoundToEven(at+0.5)) + 0.5
			m.sum += off
			m.square += float64(off * off)
		}
		if e.summed++; e.summed%10 == 0 {
			e.ruleOut()
		}
	}
	e.waiting = e.waiting[:0]
}

func (e *Estimator) variance(j, i int) float64 {
	n := float64(e.summed)
	mean := e.errs[j][i].sum / n
	return e.errs[j][i].square/n - float64(mean*mean)
}

func (e *Estimator) ruleOut() {
	for i := range rates {
		if e.errs[0][i].square < 1e10 && e.variance(0, i) > hopeless && e.variance(1, i) > hopeless {
			e.errs[0][i].square, e.errs[1][i].square = ruledOut, ruledOut
		}
	}
}

// Estimate returns the rate that the times seen so far mean; the zero value when they mean none.
// unreliable says whether the timebase may be finer than the frame rate needs, which is the only
// case that is estimated; seen is the length of the frames read, in ticks, 0 when not known.
func (e *Estimator) Estimate(unreliable bool, seen int64) media.Rational {
	tb := e.Timebase
	if !unreliable || tb.Num <= 0 {
		return media.Rational{}
	}
	if e.count > 15 && e.common > max(1, tb.Den/(500*tb.Num)) && e.common < math.MaxInt64/tb.Num {
		return rational.Nearest(tb.Den, tb.Num*e.common, math.MaxInt32)
	}
	if e.count <= 1 {
		return media.Rational{}
	}
	if n := e.best(seen); n != 0 && float64(n)/unit < 1.01*(1/e.tick()) {
		return rational.Nearest(n, unit, math.MaxInt32)
	}
	return media.Rational{}
}

// best is the standard rate whose grid the times fit best, 0 when none fits.
func (e *Estimator) best(seen int64) int64 {
	e.sumUp()
	best, least, tick := int64(0), 0.01, e.tick()
	for i := range rates {
		rate := standard(i)
		if seen != 0 && float64(seen)*tick < 1001*11.5/float64(rate) || seen == 0 && rate < unit {
			continue
		}
		if float64(tick*float64(e.sum))/float64(e.count) < unit*0.8/float64(rate) {
			continue
		}
		for j := range 2 {
			if v := e.variance(j, i); v < least && least > 1e-9 {
				best, least = rate, v
			}
		}
	}
	return best
}

// Reset forgets the times, but not their greatest common divisor: ffprobe estimates once from
// a header and again from the packets it reads.
func (e *Estimator) Reset() { *e = Estimator{Timebase: e.Timebase, common: e.common} }
