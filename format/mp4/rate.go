package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// standardRates is how many frame rates the estimator compares with.
const standardRates = 30*12 + 30 + 3 + 6

// standardRate returns the i-th of them, times 12·1001.
func standardRate(i int) int {
	const whole = 30 * 12
	switch {
	case i < whole:
		return (i + 1) * 1001
	case i < whole+30:
		return (i - whole + 31) * 1001 * 12
	case i < whole+33:
		return [...]int{80, 120, 240}[i-whole-30] * 1001 * 12
	}
	return [...]int{24, 30, 60, 12, 15, 48}[i-whole-33] * 1000 * 12
}

// rateEstimator finds the frame rate that a sequence of decoding times comes from, as ffmpeg's
// does: the standard rate whose grid they lie on best. Its arithmetic is done in the same steps,
// each rounded to 64 bits, so that it comes to the same decision.
type rateEstimator struct {
	timescale int64
	last      int64
	hasLast   bool
	count     int64
	sum       int64
	gcd       int64
	errs      *[2][2][standardRates]float64
}

// add takes the next decoding time into account.
func (e *rateEstimator) add(ts int64) {
	if e.hasLast && ts > e.last {
		e.step(ts, ts-e.last)
	}
	e.last, e.hasLast = ts, true
}

func (e *rateEstimator) step(ts, duration int64) {
	if e.errs == nil {
		e.errs = new([2][2][standardRates]float64)
	}
	seconds := float64(ts) * (1 / float64(e.timescale))
	for i := range standardRates {
		if e.errs[0][1][i] >= 1e10 {
			continue
		}
		at := float64(seconds*float64(standardRate(i))) / (1001 * 12)
		for j := range 2 {
			half := float64(j) * 0.5
			ticks := math.RoundToEven(at + half)
			err := float64(at-ticks) + half
			e.errs[j][0][i] += err
			e.errs[j][1][i] += float64(err * err)
		}
	}
	e.count++
	e.sum += duration
	if e.count%10 == 0 {
		e.drop()
	}
	if e.count > 3 {
		e.gcd = rational.GCD(e.gcd, duration)
	}
}

// drop gives up the rates that fit too badly.
func (e *rateEstimator) drop() {
	n := float64(e.count)
	for i := range standardRates {
		if e.errs[0][1][i] >= 1e10 {
			continue
		}
		bad := true
		for j := range 2 {
			mean := e.errs[j][0][i] / n
			bad = bad && e.errs[j][1][i]/n-float64(mean*mean) > 0.04
		}
		if bad {
			e.errs[0][1][i], e.errs[1][1][i] = 2e10, 2e10
		}
	}
}

// estimate returns the rate that the times seen so far mean; the zero value when they mean none.
// unreliable says whether the timescale may be finer than the frame rate needs; seen is the
// length of the packets read, in ticks, 0 before any was.
func (e *rateEstimator) estimate(unreliable bool, seen int64) media.Rational {
	if !unreliable {
		return media.Rational{}
	}
	if e.count > 15 && e.gcd > max(1, e.timescale/500) {
		return rational.Nearest(e.timescale, e.gcd, math.MaxInt32)
	}
	if e.count <= 1 {
		return media.Rational{}
	}
	best, num := 0.01, 0
	tick := 1 / float64(e.timescale)
	for i := range standardRates {
		rate := standardRate(i)
		if seen != 0 && float64(seen)*tick < 1001*11.5/float64(rate) || seen == 0 && rate < 1001*12 {
			continue
		}
		if float64(tick*float64(e.sum))/float64(e.count) < 1001*12.0*0.8/float64(rate) {
			continue
		}
		for k := range 2 {
			mean := e.errs[k][0][i] / float64(e.count)
			err := e.errs[k][1][i]/float64(e.count) - float64(mean*mean)
			if err < best && best > 0.000000001 {
				best, num = err, rate
			}
		}
	}
	if num != 0 && float64(num)/(12*1001) < 1.01*float64(e.timescale) {
		return rational.Nearest(int64(num), 12*1001, math.MaxInt32)
	}
	return media.Rational{}
}

// reset forgets the times, but not their greatest common divisor: ffmpeg estimates once from
// the header and again from the packets it reads.
func (e *rateEstimator) reset() {
	*e = rateEstimator{timescale: e.timescale, gcd: e.gcd}
}
