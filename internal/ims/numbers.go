package ims

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// positive prints n; "" when it is not known.
func positive(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// kilobits prints a rate given in bit/s as kbit/s: the shortest decimal, with at least one
// digit after the point (contract 6.1).
func kilobits(rate int64) string {
	if rate <= 0 {
		return ""
	}
	fraction := strings.TrimRight(fmt.Sprintf("%03d", rate%1000), "0")
	if fraction == "" {
		fraction = "0"
	}
	return strconv.FormatInt(rate/1000, 10) + "." + fraction
}

// frameRate prints r as a 32-bit float, shortest, with at least one digit after the point
// (contract 6.1): 24000/1001 is 23.976025.
func frameRate(r media.Rational) string {
	if !r.Positive() {
		return ""
	}
	s := strconv.FormatFloat(float64(float32(r.Float())), 'f', -1, 32)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// codecTimebase is the decoder's timebase, which ffprobe told until version 4. H.264 counts
// fields, so its ticks are half a frame; every other decoder counts frames (contract 6.3).
func codecTimebase(codec string, average media.Rational) string {
	if !average.Positive() {
		return ""
	}
	tb := media.Rational{Num: average.Den, Den: average.Num}.Reduce()
	if codec == "h264" {
		switch {
		case tb.Num%2 == 0:
			tb.Num /= 2
		case tb.Den > math.MaxInt64/2:
			return ""
		default:
			tb.Den *= 2
		}
	}
	return tb.String()
}

// aspect prints a ratio of sides; "0:1" when it is not known, as the service does.
func aspect(r media.Rational) string {
	if !r.Positive() {
		return "0:1"
	}
	return strconv.FormatInt(r.Num, 10) + ":" + strconv.FormatInt(r.Den, 10)
}

func timebase(tb media.Timebase) string {
	if !tb.Known() {
		return ""
	}
	return tb.String()
}
