package matroska

import (
	"math"

	"github.com/mediagauge/mediagauge/media"
)

// masteringEntry is the MasteringMetadata element, RFC 9559 section 5.1.4.1.28.30. Coordinates
// go red, green, blue, white.
type masteringEntry struct {
	x, y     [4]float64
	max, min float64
	hasMin   bool
}

func (e *masteringEntry) add(c child) error {
	v := c.float(0)
	switch c.id {
	case idPrimaryRX:
		e.x[0] = v
	case idPrimaryRY:
		e.y[0] = v
	case idPrimaryGX:
		e.x[1] = v
	case idPrimaryGY:
		e.y[1] = v
	case idPrimaryBX:
		e.x[2] = v
	case idPrimaryBY:
		e.y[2] = v
	case idWhiteX:
		e.x[3] = v
	case idWhiteY:
		e.y[3] = v
	case idLuminanceMax:
		e.max = v
	case idLuminanceMin:
		e.min, e.hasMin = v, true
	}
	return nil
}

// describe gives the display's colours and luminances, each group only when it is complete.
func (e *masteringEntry) describe() *media.Mastering {
	if e == nil {
		return nil
	}
	colours := true
	for i := range e.x {
		colours = colours && e.x[i] > 0 && e.y[i] > 0
	}
	luminance := e.hasMin && e.min >= 0 && e.max > e.min
	if !colours && !luminance {
		return nil
	}
	m := &media.Mastering{}
	if colours {
		m.Red, m.Green, m.Blue, m.WhitePoint = e.point(0), e.point(1), e.point(2), e.point(3)
	}
	if luminance {
		m.MaxLuminance, m.MinLuminance = fraction(e.max), fraction(e.min)
	}
	return m
}

func (e *masteringEntry) point(i int) media.Chromaticity {
	return media.Chromaticity{X: fraction(e.x[i]), Y: fraction(e.y[i])}
}

// fraction gives the ratio that a floating-point number stands for.
func fraction(f float64) media.Rational {
	if math.IsNaN(f) || math.Abs(f) > math.MaxInt32 {
		return media.Rational{}
	}
	_, exponent := math.Frexp(f)
	den := int64(1) << (61 - max(exponent-1, 0))
	return approximate(int64(math.Floor(f*float64(den)+0.5)), den, math.MaxInt32)
}
