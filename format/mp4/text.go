package mp4

import (
	"fmt"
	"math"
	"strings"
)

// macText turns text in Mac OS Roman into UTF-8.
func macText(p []byte) string {
	plain := true
	for _, c := range p {
		plain = plain && c < 0x80
	}
	if plain {
		return string(p)
	}
	var s strings.Builder
	for _, c := range p {
		if c < 0x80 {
			s.WriteByte(c)
		} else {
			s.WriteRune(macRoman[c-0x80])
		}
	}
	return s.String()
}

// floatText spells a number in IEEE 754 single precision with six decimals.
func floatText(b uint32) string {
	return fmt.Sprintf("%f", math.Float32frombits(b))
}

// placeText spells a place in ISO 6709's order, numbers being 16.16 fixed point.
func placeText(latitude, longitude, altitude int32) string {
	fixed := func(v int32) float64 { return float64(float32(v) / (1 << 16)) }
	s := fmt.Sprintf("%+08.4f%+09.4f", fixed(latitude), fixed(longitude))
	if altitude != 0 {
		s += fmt.Sprintf("%+f", fixed(altitude))
	}
	return s
}
