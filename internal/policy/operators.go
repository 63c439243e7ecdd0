package policy

import (
	"math/big"
	"net/netip"
	"strings"
	"time"
)

// value is a value as an operator reads it; each class uses its own field.
type value struct {
	text   string
	number *big.Rat
	time   time.Time
	truth  bool
	prefix netip.Prefix
}

// operator compares a value of the request with one of the policy.
type operator struct {
	name        string
	negates     bool   // it holds when no value matches
	wants       string // of values, for people
	read        func(string) (value, bool)
	readRequest func(string) (value, bool) // of the request's value
	match       func(got, want value) bool
}

func operatorNamed(name string) *operator {
	for i := range operators {
		if operators[i].name == name {
			return &operators[i]
		}
	}
	return nil
}

// operators are those of the documentation.
var operators = func() []operator {
	equal := func(got, want value) bool { return got.text == want.text }
	fold := func(got, want value) bool { return strings.EqualFold(got.text, want.text) }
	like := func(got, want value) bool { return match(want.text, got.text) }
	all := []operator{
		{"StringEquals", false, "text", readText, readText, equal},
		{"StringNotEquals", true, "text", readText, readText, equal},
		{"StringEqualsIgnoreCase", false, "text", readText, readText, fold},
		{"StringNotEqualsIgnoreCase", true, "text", readText, readText, fold},
		{"StringLike", false, "text", readText, readText, like},
		{"StringNotLike", true, "text", readText, readText, like},
		{"Bool", false, `"true" or "false"`, readBool, readBool, func(got, want value) bool { return got.truth == want.truth }},
		{"IpAddress", false, "an address or a CIDR", readPrefix, readAddress, inside},
		{"NotIpAddress", true, "an address or a CIDR", readPrefix, readAddress, inside},
	}
	for _, c := range []struct {
		suffix  string
		negates bool
		holds   func(compared int) bool
	}{
		{"Equals", false, func(c int) bool { return c == 0 }},
		{"NotEquals", true, func(c int) bool { return c == 0 }},
		{"LessThan", false, func(c int) bool { return c < 0 }},
		{"LessThanEquals", false, func(c int) bool { return c <= 0 }},
		{"GreaterThan", false, func(c int) bool { return c > 0 }},
		{"GreaterThanEquals", false, func(c int) bool { return c >= 0 }},
	} {
		all = append(all,
			operator{"Numeric" + c.suffix, c.negates, "a number", readNumber, readNumber,
				func(got, want value) bool { return c.holds(got.number.Cmp(want.number)) }},
			operator{"Date" + c.suffix, c.negates, "a time such as 2026-01-31T23:59:59Z", readTime, readTime,
				func(got, want value) bool { return c.holds(got.time.Compare(want.time)) }})
	}
	return all
}()

func readText(s string) (value, bool) { return value{text: s}, true }

func readBool(s string) (value, bool) {
	switch strings.ToLower(s) {
	case "true":
		return value{truth: true}, true
	case "false":
		return value{}, true
	}
	return value{}, false
}

const maxNumber = 40 // characters

// readNumber reads a decimal number. Exponents are refused: they would let a short text stand for a number
// of any size.
func readNumber(s string) (value, bool) {
	if len(s) > maxNumber || strings.Trim(s, "0123456789.+-") != "" {
		return value{}, false
	}
	n, ok := new(big.Rat).SetString(s)
	return value{number: n}, ok
}

func readTime(s string) (value, bool) {
	t, err := time.Parse(time.RFC3339, s)
	return value{time: t}, err == nil
}

// readPrefix reads an address or a CIDR.
func readPrefix(s string) (value, bool) {
	if a, ok := address(s); ok {
		return value{prefix: netip.PrefixFrom(a, a.BitLen())}, true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return value{}, false
	}
	if a := p.Addr(); a.Is4In6() {
		if p.Bits() < 96 {
			return value{}, false
		}
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return value{prefix: p.Masked()}, true
}

func readAddress(s string) (value, bool) {
	a, ok := address(s)
	if !ok {
		return value{}, false
	}
	return value{prefix: netip.PrefixFrom(a, a.BitLen())}, true
}

// address reads an address without a zone, one of IPv4 in IPv6 as what it stands for.
func address(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil && a.Zone() == ""
}

func inside(got, want value) bool { return want.prefix.Contains(got.prefix.Addr()) }
