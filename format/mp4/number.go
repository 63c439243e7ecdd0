package mp4

import (
	"math"
	"math/bits"

	"github.com/mediagauge/mediagauge/media"
)

// rounding of rescale.
type rounding int

const (
	roundDown rounding = iota // towards zero
	roundNear                 // half away from zero
)

// rescale returns a·b/c, computed with 128 bits; noTime when the result does not fit or c is
// not positive. b is never negative.
func rescale(a, b, c int64, mode rounding) int64 {
	if c <= 0 || b < 0 {
		return noTime
	}
	if a < 0 {
		r := rescale(-max(a, -math.MaxInt64), b, c, mode)
		if r == noTime {
			return noTime
		}
		return -r
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if mode == roundNear {
		var carry uint64
		lo, carry = bits.Add64(lo, uint64(c/2), 0)
		hi += carry
	}
	if hi >= uint64(c) {
		return noTime
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	if q > math.MaxInt64 {
		return noTime
	}
	return int64(q)
}

// microseconds turns ticks of 1/scale into microseconds.
func microseconds(ticks, scale int64) int64 { return rescale(ticks, 1_000_000, scale, roundNear) }

// reduce brings num/den to lowest terms with neither part above limit; when that is not
// possible it takes the best approximation by continued fractions.
func reduce(num, den, limit int64) media.Rational {
	negative := (num < 0) != (den < 0)
	num, den = abs(num), abs(den)
	if g := gcd(num, den); g != 0 {
		num, den = num/g, den/g
	}
	before, now := media.Rational{Num: 0, Den: 1}, media.Rational{Num: 1, Den: 0}
	if num <= limit && den <= limit {
		now, den = media.Rational{Num: num, Den: den}, 0
	}
	for den != 0 {
		x := num / den
		next := media.Rational{Num: x*now.Num + before.Num, Den: x*now.Den + before.Den}
		if next.Num > limit || next.Den > limit {
			if now.Num != 0 {
				x = (limit - before.Num) / now.Num
			}
			if now.Den != 0 {
				x = min(x, (limit-before.Den)/now.Den)
			}
			if den*(2*x*now.Den+before.Den) > num*now.Den {
				now = media.Rational{Num: x*now.Num + before.Num, Den: x*now.Den + before.Den}
			}
			break
		}
		before, now = now, next
		num, den = den, num-den*x
	}
	if negative {
		now.Num = -now.Num
	}
	return now
}

// fromFloat is the ratio nearest to d whose parts fit in 31 bits.
func fromFloat(d float64) media.Rational {
	if math.IsNaN(d) {
		return media.Rational{}
	}
	if math.Abs(d) > math.MaxInt32+3 {
		return media.Rational{Num: 1, Den: 0}
	}
	_, exponent := math.Frexp(d)
	exponent = max(exponent-1, 0)
	den := int64(1) << (61 - exponent)
	return reduce(int64(math.Floor(float64(d*float64(den))+0.5)), den, math.MaxInt32)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func abs(a int64) int64 {
	if a < 0 {
		return -a
	}
	return a
}
