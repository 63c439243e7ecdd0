package matroska

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/mediagauge/mediagauge/media"
)

// approximate returns the fraction nearest to num/den whose parts do not exceed limit. It walks
// down the Stern–Brocot tree, whose two bounds around a number are at every step the nearest
// fractions of such small parts on either side; a run of steps to the same side is one division.
// Of two that are equally near, the one of smaller parts wins, as observed in ffprobe's frame
// rates (TestApproximateTies). A zero den gives 1/0.
func approximate(num, den, limit int64) media.Rational {
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

// gcd is the greatest common divisor of two numbers that are not negative.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// rescale returns v × num/den to the nearest integer, halves away from zero; 0 for a zero den.
// What does not fit stays at the end of the range.
func rescale(v, num, den int64) int64 {
	if den == 0 {
		return 0
	}
	negative := (v < 0) != (num < 0) != (den < 0)
	d := magnitude(den)
	hi, lo := bits.Mul64(magnitude(v), magnitude(num))
	lo, carry := bits.Add64(lo, d/2, 0)
	if hi += carry; hi >= d {
		hi, lo = 0, math.MaxInt64
	} else {
		lo, _ = bits.Div64(hi, lo, d)
	}
	q := int64(min(lo, math.MaxInt64))
	if negative {
		return -q
	}
	return q
}
