package media

import "strconv"

// Rational is an exact ratio. Its zero value (a zero denominator) means unknown.
type Rational struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Known says whether r is a number: its denominator is not zero.
func (r Rational) Known() bool { return r.Den != 0 }

// Positive says whether r is a number above zero.
func (r Rational) Positive() bool { return r.Num > 0 && r.Den > 0 }

// Float returns r as a floating-point number, 0 when unknown.
func (r Rational) Float() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// Reduce divides both parts by their greatest common divisor and makes the denominator positive.
func (r Rational) Reduce() Rational {
	a, b := r.Num, r.Den
	for b != 0 {
		a, b = b, a%b
	}
	if a == 0 {
		return r
	}
	if (a < 0) != (r.Den < 0) {
		a = -a
	}
	return Rational{r.Num / a, r.Den / a}
}

// String spells r as "num/den".
func (r Rational) String() string {
	return strconv.FormatInt(r.Num, 10) + "/" + strconv.FormatInt(r.Den, 10)
}

// Timebase is the length of one tick in seconds, for example 1/90000. Its zero value means unknown.
type Timebase Rational

// Known says whether tb is a usable length: neither part is zero.
func (tb Timebase) Known() bool { return tb.Num != 0 && tb.Den != 0 }

// String spells tb as "num/den".
func (tb Timebase) String() string { return Rational(tb).String() }

// Microseconds is the timebase of times that ffprobe keeps in microseconds.
var Microseconds = Timebase{1, 1_000_000}

// Ticks counts units of a Timebase.
type Ticks int64

// Duration is a point or a length in time: ticks with their timebase. Its zero value means
// unknown; zero seconds is {0, some timebase}.
type Duration struct {
	Ticks    Ticks    `json:"ticks"`
	Timebase Timebase `json:"timebase"`
}

// Known says whether d is a time at all.
func (d Duration) Known() bool { return d.Timebase.Known() }

// Seconds returns d in seconds, 0 when unknown.
func (d Duration) Seconds() float64 {
	if !d.Known() {
		return 0
	}
	return float64(d.Ticks) * (float64(d.Timebase.Num) / float64(d.Timebase.Den))
}

// String spells d in seconds with six decimals, as ffprobe does; "" when unknown.
func (d Duration) String() string {
	if !d.Known() {
		return ""
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 6, 64)
}
