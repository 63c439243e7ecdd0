package policy

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// operator makes tests of a policy's values, or says what a value is not.
type operator struct {
	negated bool // the condition holds when none of the tests does
	compile func(value string) (t test, wrong string)
}

// operators is the table of condition operators: RAM, policy elements, condition operator types.
var operators = map[string]operator{
	"Bool":                      {false, boolean},
	"DateEquals":                {false, date(equal)},
	"DateGreaterThan":           {false, date(greater)},
	"DateGreaterThanEquals":     {false, date(greater, equal)},
	"DateLessThan":              {false, date(less)},
	"DateLessThanEquals":        {false, date(less, equal)},
	"DateNotEquals":             {true, date(equal)},
	"IpAddress":                 {false, block},
	"NotIpAddress":              {true, block},
	"NumericEquals":             {false, number(equal)},
	"NumericGreaterThan":        {false, number(greater)},
	"NumericGreaterThanEquals":  {false, number(greater, equal)},
	"NumericLessThan":           {false, number(less)},
	"NumericLessThanEquals":     {false, number(less, equal)},
	"NumericNotEquals":          {true, number(equal)},
	"StringEquals":              {false, exactly},
	"StringEqualsIgnoreCase":    {false, ignoringCase},
	"StringLike":                {false, like},
	"StringNotEquals":           {true, exactly},
	"StringNotEqualsIgnoreCase": {true, ignoringCase},
	"StringNotLike":             {true, like},
}

// How the value of the context may compare with the value of the policy.
const (
	less    = -1
	equal   = 0
	greater = 1
)

func exactly(want string) (t test, wrong string) {
	return func(value string) bool { return value == want }, ""
}

func ignoringCase(want string) (t test, wrong string) {
	return func(value string) bool { return strings.EqualFold(value, want) }, ""
}

func like(pattern string) (t test, wrong string) {
	return func(value string) bool { return match(pattern, value) }, ""
}

func boolean(want string) (t test, wrong string) {
	if want != "true" && want != "false" {
		return nil, `"true" or "false"`
	}
	return exactly(want)
}

func number(accepted ...int) func(string) (test, string) {
	return ordered(parseDecimal, decimal.compare, "a number", accepted)
}

func date(accepted ...int) func(string) (test, string) {
	return ordered(parseDate, time.Time.Compare, "a date, yyyy-MM-ddTHH:mm:ssZ", accepted)
}

// ordered makes the tests of a type whose values have an order.
func ordered[T any](parse func(string) (T, bool), compare func(a, b T) int, name string, accepted []int) func(string) (test, string) {
	return func(s string) (t test, wrong string) {
		want, ok := parse(s)
		if !ok {
			return nil, name
		}
		return func(value string) bool {
			v, ok := parse(value)
			return ok && slices.Contains(accepted, compare(v, want))
		}, ""
	}
}

// parseDate reads RFC 3339. What time.Parse takes beyond that is refused: hours of one digit, a
// comma before the fraction, zones of a day and more.
func parseDate(s string) (t time.Time, ok bool) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || len(s) < len("2006-01-02T15:04:05Z") || s[len("2006-01-02T15")] != ':' || s[len("2006-01-02T15:04:05")] == ',' {
		return t, false
	}
	if zone := s[len(s)-len("07:00"):]; !strings.HasSuffix(s, "Z") && (zone[:2] > "23" || zone[3:] > "59") {
		return t, false
	}
	return t, true
}

// block makes the test of an address or a CIDR. Bits of the address beyond the mask are ignored.
func block(want string) (t test, wrong string) {
	prefix, ok := parseBlock(want)
	if !ok {
		return nil, "an address or a CIDR"
	}
	return func(value string) bool {
		addr, ok := parseAddr(value)
		return ok && prefix.Contains(addr)
	}, ""
}

func parseBlock(s string) (netip.Prefix, bool) {
	if addr, ok := parseAddr(s); ok {
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if prefix.Addr().Is4In6() {
		const mapped = 96 // bits before the IPv4 address; a wider block is no block of IPv4
		if prefix.Bits() < mapped {
			return netip.Prefix{}, false
		}
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-mapped)
	}
	return prefix, true
}

// parseAddr reads an address without a zone, which would name an interface of the client.
func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	return addr.Unmap(), err == nil && addr.Zone() == ""
}
