// Package rational does the arithmetic of frame rates, aspect ratios and timestamps: fractions with
// bounded parts, and ticks of one clock in another, without overflow.
package rational

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/mediagauge/mediagauge/media"
)

// Nearest returns the fraction nearest to num/den whose parts do not exceed limit. It walks
// down the Stern–Brocot tree, whose two bounds around a number are at every step the nearest
// fractions of such small parts on either side; a run of steps to the same side is one division.
// Of two that are equally near, the one of smaller parts wins, as observed in ffprobe's frame
// rates (TestNearestTies). A zero den gives 1/0.
func Nearest(num, den, limit int64) media.Rational {
	sign := int64(1)
	if (num < 0) != (den < 0) {
		sign = -1
	}
	n, d, most := magnitude(num), magnitude(den), uint64(limit)
	if n == 0 {
		return media.Rational{Num: 0, Den: int64(min(d, 1))}
	}
	if d == 0 {
		return media.Rational{Num: sign, Den: 0}
	}
	low, high := bound{0, 1, n}, bound{1, 0, d}
	for {
		whole := low.approach(high, most)
		if low.off == 0 {
			return media.Rational{Num: sign * int64(low.num), Den: int64(low.den)}
		}
		if !whole {
			break
		}
		whole = high.approach(low, most)
		if high.off == 0 {
			return media.Rational{Num: sign * int64(high.num), Den: int64(high.den)}
		}
		if !whole {
			break
		}
	}
	near := low
	if order := compare(high, low); high.den != 0 && (order < 0 || order == 0 && high.num+high.den < low.num+low.den) {
		near = high
	}
	return media.Rational{Num: sign * int64(near.num), Den: int64(near.den)}
}

// bound is a fraction on one side of the number n/d that is looked for. off is how far away it
// is, as a multiple of 1/(d × den).
type bound struct{ num, den, off uint64 }

// approach takes mediants of b and other for b as long as they stay on b's side and within
// limit. It says whether the limit left room for all of them.
func (b *bound) approach(other bound, limit uint64) bool {
	wanted := b.off / other.off
	steps := wanted
	if other.num > 0 {
		steps = min(steps, (limit-b.num)/other.num)
	}
	if other.den > 0 {
		steps = min(steps, (limit-b.den)/other.den)
	}
	b.num += steps * other.num
	b.den += steps * other.den
	b.off -= steps * other.off
	return steps == wanted
}

// compare orders a and b by how near they are to the number, exactly: a.off/a.den - b.off/b.den.
func compare(a, b bound) int {
	hiA, loA := bits.Mul64(a.off, b.den)
	hiB, loB := bits.Mul64(b.off, a.den)
	return cmp.Or(cmp.Compare(hiA, hiB), cmp.Compare(loA, loB))
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// GCD is the greatest common divisor of two numbers that are not negative.
func GCD(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Scale returns v × num/den to the nearest integer, halves away from zero; false when den is zero
// or the result does not fit.
func Scale(v, num, den int64) (int64, bool) { return scale(v, num, den, magnitude(den)/2) }

// ScaleDown is Scale, rounding towards zero.
func ScaleDown(v, num, den int64) (int64, bool) { return scale(v, num, den, 0) }

func scale(v, num, den int64, half uint64) (int64, bool) {
	d := magnitude(den)
	hi, lo := bits.Mul64(magnitude(v), magnitude(num))
	lo, carry := bits.Add64(lo, half, 0)
	if hi += carry; hi >= d {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, d)
	if q > math.MaxInt64 {
		return 0, false
	}
	if (v < 0) != (num < 0) != (den < 0) {
		return -int64(q), true
	}
	return int64(q), true
}

// FromFloat gives the fraction of 31-bit parts nearest to f, which is itself a whole number over a
// power of two; 0/0 for what is no number or larger.
func FromFloat(f float64) media.Rational {
	if math.IsNaN(f) || math.Abs(f) > math.MaxInt32 {
		return media.Rational{}
	}
	const mantissa, widest = 53, 62 // bits
	part, exponent := math.Frexp(f)
	shift := mantissa - exponent
	whole := math.Ldexp(part, mantissa)
	if shift > widest { // smaller than any ratio that is printed could tell
		whole, shift = math.Round(math.Ldexp(whole, widest-shift)), widest
	}
	return Nearest(int64(whole), 1<<shift, math.MaxInt32)
}
