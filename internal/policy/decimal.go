package policy

import (
	"cmp"
	"strings"
)

// decimal is a number as it is written, without the zeros that say nothing: big enough for any
// digits, and without the cost of an exponent.
type decimal struct {
	negative bool
	whole    string // no leading zeros
	fraction string // no trailing zeros
}

// parseDecimal reads [-]digits[.digits].
func parseDecimal(s string) (d decimal, ok bool) {
	s, d.negative = strings.CutPrefix(s, "-")
	whole, fraction, point := strings.Cut(s, ".")
	if !digits(whole) || point && !digits(fraction) {
		return decimal{}, false
	}
	d.whole = strings.TrimLeft(whole, "0")
	d.fraction = strings.TrimRight(fraction, "0")
	if d.whole == "" && d.fraction == "" {
		d.negative = false
	}
	return d, true
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (d decimal) compare(o decimal) int {
	if d.negative != o.negative {
		if d.negative {
			return less
		}
		return greater
	}
	if d.negative {
		d, o = o, d
	}
	return cmp.Or(
		cmp.Compare(len(d.whole), len(o.whole)),
		cmp.Compare(d.whole, o.whole),
		cmp.Compare(d.fraction, o.fraction),
	)
}
