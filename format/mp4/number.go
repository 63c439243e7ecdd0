package mp4

import "github.com/mediagauge/mediagauge/internal/rational"

// rounding of rescale.
type rounding int

const (
	roundDown rounding = iota // towards zero
	roundNear                 // half away from zero
)

// rescale returns a·b/c; noTime when the result does not fit or c is not positive. b is never
// negative.
func rescale(a, b, c int64, mode rounding) int64 {
	if c <= 0 || b < 0 {
		return noTime
	}
	scale := rational.Scale
	if mode == roundDown {
		scale = rational.ScaleDown
	}
	if v, ok := scale(a, b, c); ok {
		return v
	}
	return noTime
}

// microseconds turns ticks of 1/scale into microseconds.
func microseconds(ticks, scale int64) int64 { return rescale(ticks, 1_000_000, scale, roundNear) }

func abs(a int64) int64 {
	if a < 0 {
		return -a
	}
	return a
}
