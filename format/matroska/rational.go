package matroska

import (
	"math"
	"math/bits"

	"github.com/mediagauge/mediagauge/media"
)

// approximate returns num/den with neither part above limit: exact when it can be, else the
// convergent of the continued fraction, or the semiconvergent behind it when that is nearer.
func approximate(num, den, limit int64) media.Rational {
	if den == 0 {
		return media.Rational{Num: sign(num)}
	}
	negative := (num < 0) != (den < 0)
	num, den = magnitude(num), magnitude(den)
	if g := gcd(num, den); g > 1 {
		num, den = num/g, den/g
	}
	before, last := media.Rational{Num: 0, Den: 1}, media.Rational{Num: 1, Den: 0}
	if num <= limit && den <= limit {
		last, den = media.Rational{Num: num, Den: den}, 0
	}
	for den != 0 {
		whole := num / den
		rest := num - den*whole
		next := media.Rational{Num: clampedMul(whole, last.Num, before.Num), Den: clampedMul(whole, last.Den, before.Den)}
		if next.Num > limit || next.Den > limit {
			x := whole
			if last.Num != 0 {
				x = (limit - before.Num) / last.Num
			}
			if last.Den != 0 {
				x = min(x, (limit-before.Den)/last.Den)
			}
			if den*(2*x*last.Den+before.Den) > num*last.Den {
				last = media.Rational{Num: x*last.Num + before.Num, Den: x*last.Den + before.Den}
			}
			break
		}
		before, last = last, next
		num, den = den, rest
	}
	if negative {
		last.Num = -last.Num
	}
	return last
}

// clampedMul returns a*b+c, or the largest number where that does not fit.
func clampedMul(a, b, c int64) int64 {
	if b != 0 && a > (math.MaxInt64-c)/b {
		return math.MaxInt64
	}
	return a*b + c
}

func sign(n int64) int64 {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func magnitude(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return magnitude(a)
}

// rescale returns v*num/den to the nearest whole number, halves away from zero.
func rescale(v, num, den int64) int64 {
	if den == 0 {
		return 0
	}
	f := float64(v) * float64(num) / float64(den)
	if math.Abs(f) > 1<<51 {
		return int64(math.Round(f))
	}
	if v < 0 {
		return -rescale(-v, num, den)
	}
	hi, lo := bits.Mul64(uint64(v), uint64(num))
	lo, carry := bits.Add64(lo, uint64(den)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(den))
	return int64(q)
}
