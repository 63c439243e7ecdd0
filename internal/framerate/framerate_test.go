package framerate

import (
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// TestEstimate: times on the grid of a rate, exact or rounded to a coarse clock, give the rate.
func TestEstimate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name     string
		timebase media.Timebase
		frames   int
		at       func(i int64) int64
		want     string
	}{
		{"25 at 90 kHz", media.Timebase{Num: 1, Den: 90000}, 20, func(i int64) int64 { return i * 3600 }, "25/1"},
		{"29.97 at 90 kHz", media.Timebase{Num: 1, Den: 90000}, 20, func(i int64) int64 { return i * 3003 }, "30000/1001"},
		{"23.976 in ms", media.Timebase{Num: 1, Den: 1000}, 40, func(i int64) int64 { return (i*1001*1000 + 12000) / 24000 }, "24000/1001"},
		{"30 in ms", media.Timebase{Num: 1, Den: 1000}, 40, func(i int64) int64 { return (i*1000 + 15) / 30 }, "30/1"},
		{"one frame", media.Timebase{Num: 1, Den: 1000}, 1, func(i int64) int64 { return i * 40 }, "0/0"},
	}
	for _, c := range cases {
		e := Estimator{Timebase: c.timebase}
		for i := range int64(c.frames) {
			e.Add(c.at(i))
		}
		seen := c.at(int64(c.frames)) - c.at(0)
		if got := e.Estimate(true, seen).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if got := e.Estimate(false, seen); got != (media.Rational{}) {
			t.Errorf("%s: %s from a clock that is relied on", c.name, got)
		}
		if e.Count() != max(c.frames-1, 0) || e.Sum() != c.at(int64(c.frames-1))-c.at(0) {
			t.Errorf("%s: %d distances, %d ticks", c.name, e.Count(), e.Sum())
		}
	}
}

// TestNearest: rates within one per cent of a standard one become it.
func TestNearest(t *testing.T) {
	t.Parallel()
	for in, want := range map[media.Rational]string{
		{Num: 2997, Den: 100}: "30000/1001", {Num: 24, Den: 1}: "24/1", {Num: 1000, Den: 7}: "1000/7",
	} {
		if got := Nearest(in).String(); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		e := Estimator{Timebase: media.Timebase{Num: 1, Den: 90000}}
		for i := range int64(40) {
			e.Add(i * 3003)
		}
	}
}
