package policy

import "slices"

// Request is what someone wants to do.
type Request struct {
	Action   string // ice:SubmitMediaInfoJob
	Resource string // acs:ice:cn-shanghai:1234567890123456:*; no matter to trust policies
	// Principal is who asks: the ARN of a user or a role, or the name of a service. Only trust
	// policies look at it.
	Principal string
	// Context holds the circumstances by condition key.
	Context map[string]string
}

// Verdict is what policies say about a request.
type Verdict int

// The verdicts. Only Allow permits anything.
const (
	ImplicitDeny Verdict = iota // no statement matches
	Allow                       // an Allow matches and no Deny does
	ExplicitDeny                // a Deny matches
)

func (v Verdict) String() string {
	switch v {
	case Allow:
		return "Allow"
	case ExplicitDeny:
		return "ExplicitDeny"
	default:
		return "ImplicitDeny"
	}
}

// Evaluate tells what policies, taken together, say about r. Their order does not matter.
func Evaluate(policies []*Policy, r Request) Verdict {
	r.Action = lower(r.Action)
	verdict := ImplicitDeny
	for _, p := range policies {
		for i := range p.statements {
			s := &p.statements[i]
			switch {
			case !s.deny && verdict == Allow, !s.matches(r):
			case s.deny:
				return ExplicitDeny
			default:
				verdict = Allow
			}
		}
	}
	return verdict
}

// matches asks the cheap questions first. The action of r is in lower case.
func (s *statement) matches(r Request) bool {
	return s.actions.selects(r.Action) && s.resources.selects(r.Resource) && s.admits(r.Principal) &&
		!slices.ContainsFunc(s.conditions, func(c condition) bool { return !c.holds(r.Context) })
}

func (s *statement) admits(name string) bool {
	return s.anyone || slices.ContainsFunc(s.principals, func(p principal) bool { return p.matches(name) })
}

func (s selection) selects(name string) bool {
	return s.not != slices.ContainsFunc(s.patterns, func(pattern string) bool { return match(pattern, name) })
}
