package rational

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// nearest looks at every denominator for the fraction nearest to num/den; of two that are
// equally near it gives the one of smaller parts.
func nearest(num, den, limit int64) media.Rational {
	x := big.NewRat(num, den)
	var best media.Rational
	var least *big.Rat
	for q := int64(1); q <= limit; q++ {
		for p := num * q / den; p <= num*q/den+1; p++ {
			c := big.NewRat(min(p, limit), q)
			off := new(big.Rat).Sub(c, x)
			off.Abs(off)
			if least == nil || off.Cmp(least) < 0 || off.Cmp(least) == 0 && c.Num().Int64()+c.Denom().Int64() < best.Num+best.Den {
				best, least = media.Rational{Num: c.Num().Int64(), Den: c.Denom().Int64()}, off
			}
		}
	}
	return best
}

// TestNearestOfAll holds Nearest to a search of all fractions.
func TestNearestOfAll(t *testing.T) {
	t.Parallel()
	for limit := int64(1); limit <= 9; limit++ {
		for num := int64(0); num <= 60; num++ {
			for den := int64(1); den <= 60; den++ {
				got, want := Nearest(num, den, limit), nearest(num, den, limit)
				if got != want {
					t.Fatalf("%d/%d within %d: %s, want %s", num, den, limit, got, want)
				}
				if back := Nearest(-num, den, limit); back.Num != -got.Num || back.Den != got.Den {
					t.Fatalf("-%d/%d within %d: %s", num, den, limit, back)
				}
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		num, den, limit := r.Int64N(1<<20), 1+r.Int64N(1<<20), 1+r.Int64N(300)
		if got, want := Nearest(num, den, limit), nearest(num, den, limit); got != want {
			t.Fatalf("%d/%d within %d: %s, want %s", num, den, limit, got, want)
		}
	}
}

// TestNearestTies holds what ffprobe printed for default durations whose rate lies exactly
// between two fractions of parts up to 30000.
func TestNearestTies(t *testing.T) {
	t.Parallel()
	for d, want := range map[int64]string{
		153_600: "13021/2", 6_510_416_665_600: "2/13021", 696_320: "11489/8", 1_436_121_323_520: "8/11489",
		2_451_456: "15501/38", 7_354_368: "5167/38", 3_999_744: "15501/62", 250_016_001_024: "62/15501",
		135_973_614_592: "38/5167", 407_920_843_776: "38/15501",
	} {
		if got := Nearest(1_000_000_000, d, 30000).String(); got != want {
			t.Errorf("every %d ns: %s, want %s", d, got, want)
		}
	}
}

// TestNearestLarge: what fits is exact, and nothing overflows.
func TestNearestLarge(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		num, den := r.Int64()>>r.IntN(62), 1+r.Int64()>>r.IntN(62)
		limit := int64(math.MaxInt64) >> r.IntN(62)
		den = max(den, 1)
		got := Nearest(num, den, limit)
		if got.Num < 0 || got.Num > limit || got.Den < 1 || got.Den > limit || GCD(got.Num, got.Den) != 1 {
			t.Fatalf("%d/%d within %d: %s", num, den, limit, got)
		}
		if exact := (media.Rational{Num: num, Den: den}).Reduce(); num != 0 && exact.Num <= limit && exact.Den <= limit && got != exact {
			t.Fatalf("%d/%d within %d: %s, want %s", num, den, limit, got, exact)
		}
	}
	for _, c := range []struct {
		num, den, limit int64
		want            string
	}{
		{math.MinInt64, math.MinInt64, 1000, "1/1"},
		{math.MinInt64, math.MaxInt64, 1000, "-1/1"},
		{math.MinInt64, 1, 1000, "-1000/1"},
		{1, math.MinInt64, 1000, "0/1"},
		{1 << 62, 3 << 60, 1000, "4/3"},
	} {
		if got := Nearest(c.num, c.den, c.limit).String(); got != c.want {
			t.Errorf("%d/%d within %d: %s, want %s", c.num, c.den, c.limit, got, c.want)
		}
	}
}

// TestRescaleExact holds rescale to arithmetic of any size.
func TestRescaleExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		v, num, den := r.Int64()>>r.IntN(62), r.Int64()>>r.IntN(62), 1+r.Int64N(1<<40)
		if r.IntN(2) == 0 {
			v = -v
		}
		twice := new(big.Int).Mul(big.NewInt(2), new(big.Int).Mul(new(big.Int).Abs(big.NewInt(v)), big.NewInt(num)))
		want := new(big.Int).Quo(twice.Add(twice, big.NewInt(den)), big.NewInt(2*den))
		fits := want.IsInt64()
		if v < 0 {
			want.Neg(want)
		}
		if got, ok := Scale(v, num, den); ok != fits || ok && got != want.Int64() {
			t.Fatalf("%d × %d/%d: %d, want %s", v, num, den, got, want)
		}
	}
}

// TestFraction holds luminances and chromaticities as ffprobe prints them.
func TestFraction(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{
		0: "0/1", 1: "1/1", 1000: "1000/1", 0.5: "1/2", 0.68: "17/25", 0.31996: "7999/25000", 0.3127: "3127/10000",
		0.0001: "1/10000", 0.001: "1/1000", -0.25: "-1/4", math.MaxInt32: "2147483647/1", 1e-300: "0/1",
	} {
		if got := FromFloat(f).String(); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
}

// TestNearestRates holds the frame rates that default durations stand for, as ffprobe prints them.
func TestNearestRates(t *testing.T) {
	t.Parallel()
	cases := []struct {
		num, den, limit int64
		want            string
	}{
		{1_000_000_000, 40_000_000, 30000, "25/1"},
		{1_000_000_000, 41_708_333, 30000, "24000/1001"},
		{1_000_000_000, 33_366_667, 30000, "30000/1001"},
		{1_000_000_000, 16_683_333, 30000, "19001/317"},
		{1_000_000_000, 1_000_000, 30000, "1000/1"},
		{320 * 4, 240 * 3, math.MaxInt32, "16/9"},
		{-3, 6, 100, "-1/2"},
		{0, 5, 100, "0/1"},
		{5, 0, 100, "1/0"},
		{math.MaxInt64, 1, math.MaxInt32, "2147483647/1"},
		{1, math.MaxInt64, math.MaxInt32, "0/1"},
	}
	for _, c := range cases {
		if got := Nearest(c.num, c.den, c.limit).String(); got != c.want {
			t.Errorf("%d/%d within %d: %s, want %s", c.num, c.den, c.limit, got, c.want)
		}
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	cases := []struct{ v, num, den, want int64 }{
		{1, 1, 2, 1}, {-1, 1, 2, -1}, {1, 1, 3, 0}, {7, 1_000_000, 1000, 7000},
		{1 << 40, 90000, 1_000_000, 98956046500}, {5, 1, 0, 0},
	}
	for _, c := range cases {
		if got, _ := Scale(c.v, c.num, c.den); got != c.want {
			t.Errorf("%d × %d/%d: %d, want %d", c.v, c.num, c.den, got, c.want)
		}
	}
}

// TestScaleEnds: what does not fit is told, and rounding down goes towards zero.
func TestScaleEnds(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int64{{1, 1, 0}, {math.MaxInt64, 2, 1}, {math.MinInt64, 1, 1}, {math.MaxInt64, math.MaxInt64, 1}} {
		if got, ok := Scale(c[0], c[1], c[2]); ok {
			t.Errorf("%d: %d", c, got)
		}
	}
	for v, want := range map[int64]int64{5: 2, -5: -2, 4: 2} {
		if got, ok := ScaleDown(v, 1, 2); !ok || got != want {
			t.Errorf("%d halved: %d, want %d", v, got, want)
		}
	}
}

// TestFromFloat: floating-point numbers come back as the fractions they were written from.
func TestFromFloat(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{
		0: "0/1", 1.5: "3/2", -0.25: "-1/4", 4.0 / 3: "4/3", 10.0 / 11: "10/11", 1e-30: "0/1", 1000: "1000/1",
		math.Inf(1): "0/0", 1e12: "0/0",
	} {
		if got := FromFloat(f).String(); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
}
