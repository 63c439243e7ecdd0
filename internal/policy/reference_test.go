package policy

import (
	"encoding/json"
	"math/big"
	"net"
	"regexp"
	"strings"
	"time"
)

// The reference is another evaluator, written from the grammar alone and sharing nothing with the package:
// it walks the decoded JSON, makes regular expressions of patterns and knows nothing of reading ahead.

func refVerdict(documents []string, r Request) Verdict {
	denied, allowed := false, false
	for _, d := range documents {
		var doc struct{ Statement json.RawMessage }
		if json.Unmarshal([]byte(d), &doc) != nil {
			panic("the reference got a bad document")
		}
		var list []map[string]any
		if json.Unmarshal(doc.Statement, &list) != nil {
			var one map[string]any
			if json.Unmarshal(doc.Statement, &one) != nil {
				panic("the reference got a bad statement")
			}
			list = []map[string]any{one}
		}
		for _, s := range list {
			if refApplies(s, r) {
				if s["Effect"] == "Deny" {
					denied = true
				} else {
					allowed = true
				}
			}
		}
	}
	if denied {
		return ExplicitDeny
	}
	if allowed {
		return Allow
	}
	return ImplicitDeny
}

func refList(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	var out []string
	for _, e := range v.([]any) {
		out = append(out, e.(string))
	}
	return out
}

func refGlob(pattern, s, flags string) bool {
	var b strings.Builder
	for _, c := range pattern {
		switch c {
		case '*':
			b.WriteString("(?s:.*)")
		case '?':
			b.WriteString("(?s:.)")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile("^" + flags + b.String() + "$").MatchString(s)
}

func refAny(v any, s string, lower bool) bool {
	for _, p := range refList(v) {
		if lower {
			p, s = strings.ToLower(p), strings.ToLower(s)
		}
		if refGlob(p, s, "") {
			return true
		}
	}
	return false
}

func refApplies(s map[string]any, r Request) bool {
	if v, ok := s["Action"]; ok && !refAny(v, r.Action, true) {
		return false
	}
	if v, ok := s["NotAction"]; ok && refAny(v, r.Action, true) {
		return false
	}
	if v, ok := s["Resource"]; ok && !refAny(v, r.Resource, false) {
		return false
	}
	if v, ok := s["NotResource"]; ok && refAny(v, r.Resource, false) {
		return false
	}
	conditions, _ := s["Condition"].(map[string]any)
	for op, keys := range conditions {
		for key, want := range keys.(map[string]any) {
			if !refHolds(op, key, refList(want), r.Context) {
				return false
			}
		}
	}
	return true
}

func refHolds(op, key string, want []string, context map[string]string) bool {
	negated := map[string]string{
		"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "StringNotLike": "StringLike",
		"NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress",
	}
	if positive, ok := negated[op]; ok {
		return !refHolds(positive, key, want, context)
	}
	got, there := context[key]
	if !there {
		return false
	}
	for _, w := range want {
		if refOne(op, got, w) {
			return true
		}
	}
	return false
}

func refOne(op, got, want string) bool {
	switch {
	case op == "StringEquals":
		return got == want
	case op == "StringEqualsIgnoreCase":
		return strings.EqualFold(got, want)
	case op == "StringLike":
		return refGlob(want, got, "")
	case op == "Bool":
		g := strings.ToLower(got)
		return (g == "true" || g == "false") && g == strings.ToLower(want)
	case op == "IpAddress":
		if strings.Contains(got, "%") {
			return false
		}
		ip := net.ParseIP(got)
		if ip == nil {
			return false
		}
		if _, network, err := net.ParseCIDR(want); err == nil {
			return network.Contains(ip)
		}
		other := net.ParseIP(want)
		return other != nil && other.Equal(ip)
	case strings.HasPrefix(op, "Numeric"):
		g, ok := refNumber(got)
		w, ok2 := refNumber(want)
		return ok && ok2 && refOrder(strings.TrimPrefix(op, "Numeric"), g.Cmp(w))
	case strings.HasPrefix(op, "Date"):
		g, err := time.Parse(time.RFC3339, got)
		w, err2 := time.Parse(time.RFC3339, want)
		if err != nil || err2 != nil {
			return false
		}
		c := 0
		if g.Before(w) {
			c = -1
		} else if g.After(w) {
			c = 1
		}
		return refOrder(strings.TrimPrefix(op, "Date"), c)
	}
	panic("the reference does not know " + op)
}

var refDigits = regexp.MustCompile(`^[0-9.+-]{1,40}$`)

func refNumber(s string) (*big.Rat, bool) {
	if !refDigits.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

func refOrder(op string, c int) bool {
	switch op {
	case "Equals":
		return c == 0
	case "LessThan":
		return c == -1
	case "LessThanEquals":
		return c != 1
	case "GreaterThan":
		return c == 1
	case "GreaterThanEquals":
		return c != -1
	}
	panic(op)
}
