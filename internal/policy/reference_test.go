package policy

import (
	"encoding/json"
	"math/big"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// reference is the language told a second time, in the plainest words: no code of the package is
// used, documents stay maps, wildcards become regular expressions, numbers fractions, and
// everything is worked out anew for every request. It panics where a document is no policy.
type reference struct {
	trust                       bool
	action, resource, principal string
	context                     map[string]string
	anyAllowed, anyDenied       bool
}

// referenceVerdict is false for a document that is no policy. Repeated keys it cannot see.
func referenceVerdict(documents []string, trust bool, r Request) (verdict string, ok bool) {
	defer func() {
		if recover() != nil {
			verdict, ok = "", false
		}
	}()
	ref := reference{trust: trust, action: r.Action, resource: r.Resource, principal: r.Principal, context: r.Context}
	for _, d := range documents {
		ref.document(d)
	}
	switch {
	case ref.anyDenied:
		return "ExplicitDeny", true
	case ref.anyAllowed:
		return "Allow", true
	}
	return "ImplicitDeny", true
}

func must(ok bool) {
	if !ok {
		panic("no policy")
	}
}

var replacementCharacter = regexp.MustCompile("\uFFFD")

func (ref *reference) document(d string) {
	must(len(d) <= 6144)
	must(strings.ToValidUTF8(d, "") == d)
	var root any
	must(json.Unmarshal([]byte(d), &root) == nil)
	printed, _ := json.Marshal(root)
	must(!replacementCharacter.Match(printed))
	top := root.(map[string]any)
	must(len(top) == 2 && top["Version"].(string) == "1")
	statements, many := top["Statement"].([]any)
	if !many {
		statements = []any{top["Statement"].(map[string]any)}
	}
	must(len(statements) >= 1)
	for _, s := range statements {
		ref.statement(s.(map[string]any))
	}
}

func (ref *reference) statement(s map[string]any) {
	matching := true
	for key := range s {
		allowed := "Effect Action NotAction Resource NotResource Condition"
		if ref.trust {
			allowed = "Effect Action Principal Condition"
		}
		found := false
		for _, word := range strings.Fields(allowed) {
			if word == key {
				found = true
			}
		}
		must(found)
	}
	effect := s["Effect"].(string)
	must(effect == "Allow" || effect == "Deny")

	action, hasAction := s["Action"]
	notAction, hasNotAction := s["NotAction"]
	must(hasAction != hasNotAction)
	if hasAction && !ref.anyAction(listOf(action)) {
		matching = false
	}
	if hasNotAction && ref.anyAction(listOf(notAction)) {
		matching = false
	}
	if ref.trust {
		if !ref.anyPrincipal(s["Principal"].(map[string]any)) {
			matching = false
		}
	} else {
		resource, hasResource := s["Resource"]
		notResource, hasNotResource := s["NotResource"]
		must(hasResource != hasNotResource)
		if hasResource && !ref.anyResource(listOf(resource)) {
			matching = false
		}
		if hasNotResource && ref.anyResource(listOf(notResource)) {
			matching = false
		}
	}
	if condition, has := s["Condition"]; has && !ref.condition(condition.(map[string]any)) {
		matching = false
	}
	if matching && effect == "Allow" {
		ref.anyAllowed = true
	}
	if matching && effect == "Deny" {
		ref.anyDenied = true
	}
}

func listOf(v any) []string {
	if s, single := v.(string); single {
		return []string{s}
	}
	var all []string
	for _, e := range v.([]any) {
		all = append(all, e.(string))
	}
	must(len(all) > 0)
	return all
}

// wild translates wildcards.
func wild(pattern string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.ReplaceAll(quoted, `\*`, `.*`)
	quoted = strings.ReplaceAll(quoted, `\?`, `.`)
	return regexp.MustCompile(`(?s)\A` + quoted + `\z`)
}

func asciiUpper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 32
		}
	}
	return string(b)
}

var referenceAction = regexp.MustCompile(`^(\*|[-\w./*?]+:[-\w./*?]+)$`)

func (ref *reference) anyAction(patterns []string) bool {
	result := false
	for _, p := range patterns {
		must(referenceAction.MatchString(p))
		must(!ref.trust || p == "sts:AssumeRole")
		if wild(asciiUpper(p)).MatchString(asciiUpper(ref.action)) {
			result = true
		}
	}
	return result
}

func (ref *reference) anyResource(patterns []string) bool {
	result := false
	for _, p := range patterns {
		must(regexp.MustCompile(`^(\*|acs:)`).MatchString(p))
		if wild(p).MatchString(ref.resource) {
			result = true
		}
	}
	return result
}

var (
	referenceRoot    = regexp.MustCompile(`^acs:ram::([0-9]+):root$`)
	referenceMember  = regexp.MustCompile(`(?s)^acs:ram::[0-9]+:(user|role)/[^*?]+$`)
	referenceService = regexp.MustCompile(`^[a-z0-9.-]+$`)
)

func (ref *reference) anyPrincipal(principal map[string]any) bool {
	result := false
	must(len(principal) > 0)
	for class, v := range principal {
		for _, name := range listOf(v) {
			switch class {
			case "RAM":
				if account := referenceRoot.FindStringSubmatch(name); account != nil {
					if strings.Index(ref.principal, "acs:ram::"+account[1]+":") == 0 {
						result = true
					}
					continue
				}
				must(referenceMember.MatchString(name))
				if name == ref.principal {
					result = true
				}
			case "Service":
				must(referenceService.MatchString(name))
				if name == ref.principal {
					result = true
				}
			default:
				panic("no such principal")
			}
		}
	}
	return result
}

func (ref *reference) condition(condition map[string]any) bool {
	result := true
	for op, v := range condition {
		keys := v.(map[string]any)
		must(len(keys) > 0)
		for key, values := range keys {
			must(referenceKey.MatchString(key))
			for _, known := range []string{"acs:CurrentTime", "acs:SecureTransport", "acs:SourceIp", "acs:MFAPresent", "acs:PrincipalARN"} {
				must(key == known || !strings.EqualFold(key, known))
			}
			if !ref.operator(op, key, listOf(values)) {
				result = false
			}
		}
	}
	return result
}

// operator spells out what each operator wants, negated ones included.
func (ref *reference) operator(op, key string, values []string) bool {
	got, present := ref.context[key]
	positive := strings.ReplaceAll(op, "Not", "")
	negated := positive != op
	if negated {
		switch op {
		case "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals", "NotIpAddress":
		default:
			panic("no such operator")
		}
	}
	some := false
	for _, want := range values {
		var yes bool
		switch {
		case positive == "StringEquals":
			yes = got == want
		case positive == "StringEqualsIgnoreCase":
			yes = regexp.MustCompile(`(?is)\A` + regexp.QuoteMeta(want) + `\z`).MatchString(got)
		case positive == "StringLike":
			yes = wild(want).MatchString(got)
		case positive == "Bool":
			must(want == "true" || want == "false")
			yes = got == want
		case positive == "IpAddress":
			yes = referenceBlock(want, got)
		case strings.HasPrefix(positive, "Numeric"):
			yes = referenceOrder(strings.TrimPrefix(positive, "Numeric"), referenceNumber(want), referenceNumber(got))
		case strings.HasPrefix(positive, "Date"):
			yes = referenceOrder(strings.TrimPrefix(positive, "Date"), referenceDate(want), referenceDate(got))
		default:
			panic("no such operator")
		}
		if yes && present {
			some = true
		}
	}
	return some != negated
}

// referenceOrder compares fractions; a nil want is a malformed policy.
func referenceOrder(relation string, want, got *big.Rat) bool {
	must(want != nil)
	relations := map[string]string{"Equals": "=", "LessThan": "<", "LessThanEquals": "<=", "GreaterThan": ">", "GreaterThanEquals": ">="}
	sign, known := relations[relation]
	must(known)
	if got == nil {
		return false
	}
	return strings.Contains(sign, string("<=>"[got.Cmp(want)+1]))
}

func referenceNumber(s string) *big.Rat {
	if !referenceDecimal.MatchString(s) {
		return nil
	}
	r, _ := new(big.Rat).SetString(s)
	return r
}

var (
	referenceKey     = regexp.MustCompile(`(?s)^[^:]+:.+$`)
	referenceDecimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	referenceRFC3339 = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|([-+])(\d\d):(\d\d))$`)
)

// referenceDate gives seconds since 1970, with nine digits after the point.
func referenceDate(s string) *big.Rat {
	m := referenceRFC3339.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	n := func(i int) int { v, _ := strconv.Atoi("0" + m[i]); return v }
	t := time.Date(n(1), time.Month(n(2)), n(3), n(4), n(5), n(6), 0, time.UTC)
	if t.Format("2006-01-02T15:04:05") != s[:19] || n(10) > 23 || n(11) > 59 {
		return nil // the 30th of February, a 25th hour
	}
	shift := int64(n(10)*3600 + n(11)*60)
	if m[9] == "+" {
		shift = -shift
	}
	nanoseconds, _ := strconv.ParseInt((m[7] + "0000000000")[1:10], 10, 64)
	if m[7] == "" {
		nanoseconds = 0
	}
	sum := new(big.Rat).SetInt64(t.Unix() + shift)
	return sum.Add(sum, big.NewRat(nanoseconds, 1e9))
}

func referenceBlock(want, got string) bool {
	ip := net.ParseIP(got)
	if single := net.ParseIP(want); single != nil {
		return ip != nil && single.Equal(ip)
	}
	must(regexp.MustCompile(`/(0|[1-9][0-9]*)$`).MatchString(want))
	written, network, err := net.ParseCIDR(want)
	must(err == nil)
	if ones, _ := network.Mask.Size(); written.To4() != nil && strings.Contains(want, ":") {
		must(ones >= 96)
	}
	if ip == nil {
		return false
	}
	// A block of IPv6 below ::ffff:0:0/96 prints like one of IPv4.
	if (ip.To4() == nil) != (written.To4() == nil) {
		return false
	}
	return network.Contains(ip)
}
