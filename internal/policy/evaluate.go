package policy

import "strings"

// Keys of the context that conditions may be about.
const (
	CurrentTime     = "acs:CurrentTime"     // RFC 3339, UTC
	SecureTransport = "acs:SecureTransport" // "true" or "false"
	SourceIP        = "acs:SourceIp"
	MFAPresent      = "acs:MFAPresent"
	PrincipalARN    = "acs:PrincipalARN"
)

// Request is what somebody wants to do.
type Request struct {
	Action    string // "ice:GetMediaInfoJob"
	Resource  string // an ARN; not looked at by trust policies
	Principal string // an ARN; looked at by trust policies only
	Context   map[string]string
}

// Verdict is what policies say of a request.
type Verdict int

// The verdicts. Only Allow allows.
const (
	ImplicitDeny Verdict = iota // nothing allows it
	ExplicitDeny                // a statement denies it
	Allow
)

func (v Verdict) String() string { return [...]string{"ImplicitDeny", "ExplicitDeny", "Allow"}[v] }

// Evaluate asks all policies together: one statement that denies outweighs all that allow, and without one
// that allows nothing is.
func Evaluate(policies []*Policy, r Request) Verdict {
	v := ImplicitDeny
	action := strings.ToLower(r.Action)
	for _, p := range policies {
		for i := range p.statements {
			s := &p.statements[i]
			if v == Allow && !s.deny || !s.applies(action, &r) {
				continue
			}
			if s.deny {
				return ExplicitDeny
			}
			v = Allow
		}
	}
	return v
}

func (s *statement) applies(action string, r *Request) bool {
	if matchAny(s.actions, action) == s.notActions {
		return false
	}
	if s.resources != nil && matchAny(s.resources, r.Resource) == s.notResources {
		return false
	}
	if s.principals != nil && !matchAny(s.principals, r.Principal) {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r.Context) {
			return false
		}
	}
	return true
}

// holds says whether one value of the list matches, or none when the operator negates.
func (c *condition) holds(context map[string]string) bool {
	text, there := context[c.key]
	if !there {
		return c.operator.negates
	}
	got, ok := c.operator.readRequest(text)
	if !ok {
		return c.operator.negates
	}
	for _, want := range c.values {
		if c.operator.match(got, want) {
			return !c.operator.negates
		}
	}
	return c.operator.negates
}

func matchAny(patterns []string, s string) bool {
	for _, p := range patterns {
		if match(p, s) {
			return true
		}
	}
	return false
}

// match says whether s has the form of pattern, in which "*" is any text and "?" any one character. It goes
// back only to the last "*", so that the time is bounded by the product of the lengths.
func match(pattern, s string) bool {
	p, t := []rune(pattern), []rune(s)
	i, j, star, from := 0, 0, -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, from = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
