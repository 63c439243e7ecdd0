package iam

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/policy"
)

// Ask is what somebody wants to do, and from where.
type Ask struct {
	Action   string // "ice:GetMediaInfoJob"
	Resource string // an ARN
	Source   netip.Addr
	Secure   bool // over TLS
}

// Authorize says whether the caller may do it; the error is a *DeniedError, or a fault of the store.
func (d *Directory) Authorize(ctx context.Context, who *auth.Identity, ask Ask) error {
	if who.Root() {
		return nil
	}
	have, err := d.policiesOf(ctx, who)
	if err != nil {
		return err
	}
	r := d.request(who, ask)
	denied := &DeniedError{Action: ask.Action, PrincipalType: "SubUser", Owner: who.Account, DisplayName: who.User,
		PolicyType: "AccountLevelIdentityBasedPolicy"}
	if s := who.Session; s != nil {
		denied.PrincipalType, denied.DisplayName = "AssumedRoleUser", s.Role+":"+s.Name
		if s.Policy != "" {
			own, err := policy.Parse([]byte(s.Policy))
			if err != nil {
				return fmt.Errorf("session policy: %w", err) // it was checked when the key was issued
			}
			if v := policy.Evaluate([]*policy.Policy{own}, r); v != policy.Allow {
				denied.PolicyType, denied.Explicit = "AssumeRoleSessionPolicy", v == policy.ExplicitDeny
				return denied
			}
		}
	}
	switch policy.Evaluate(have, r) {
	case policy.Allow:
		return nil
	case policy.ExplicitDeny:
		denied.Explicit = true
	}
	return denied
}

func (d *Directory) request(who *auth.Identity, ask Ask) policy.Request {
	context := map[string]string{
		policy.CurrentTime:     d.now().UTC().Format(time.RFC3339),
		policy.SecureTransport: strconv.FormatBool(ask.Secure),
		policy.MFAPresent:      "false",
		policy.PrincipalARN:    ARN(who),
	}
	if ask.Source.IsValid() {
		context[policy.SourceIP] = ask.Source.Unmap().String()
	}
	return policy.Request{Action: ask.Action, Resource: ask.Resource, Principal: ARN(who), Context: context}
}

// policiesOf returns what the caller's user or role has. Whoever is gone has nothing.
func (d *Directory) policiesOf(ctx context.Context, who *auth.Identity) ([]*policy.Policy, error) {
	kind, name := KindUser, who.User
	if who.Session != nil {
		kind, name = KindRole, who.Session.Role
	}
	now := d.now()
	if have, ok := d.known.get(who.Account, kind+"/"+name, now); ok {
		return have, nil
	}
	var attached []Ref
	var err error
	if kind == KindRole {
		var r Role
		r, err = d.GetRole(ctx, who.Account, name)
		attached = r.Attached
	} else {
		var u User
		u, err = d.GetUser(ctx, who.Account, name)
		attached = u.Attached
	}
	var gone *NotFoundError
	if err != nil && !errors.As(err, &gone) {
		return nil, err
	}
	var have []*policy.Policy
	for _, ref := range attached {
		p, err := d.GetPolicy(ctx, who.Account, ref)
		if err != nil {
			if errors.As(err, &gone) {
				continue // it was deleted between two looks
			}
			return nil, err
		}
		parsed, err := policy.Parse([]byte(p.Document))
		if err != nil {
			return nil, fmt.Errorf("policy %q of account %d: %w", p.Name, who.Account, err)
		}
		have = append(have, parsed)
	}
	d.known.put(who.Account, kind+"/"+name, have, now)
	return have, nil
}

// cache remembers parsed policies for a moment. Changes made here are seen at once, those of other nodes
// when the moment is over.
type cache struct {
	mu  sync.Mutex
	all map[job.AccountID]map[string]cached
}

type cached struct {
	have []*policy.Policy
	at   time.Time
}

const (
	fresh      = 2 * time.Second
	mostCached = 10_000 // accounts
)

func (c *cache) get(account job.AccountID, name string, now time.Time) ([]*policy.Policy, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.all[account][name]
	return e.have, ok && now.Sub(e.at) < fresh
}

func (c *cache) put(account job.AccountID, name string, have []*policy.Policy, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil || len(c.all) >= mostCached {
		c.all = map[job.AccountID]map[string]cached{}
	}
	if c.all[account] == nil || len(c.all[account]) > users.most+roles.most {
		c.all[account] = map[string]cached{}
	}
	c.all[account][name] = cached{have, now}
}

func (c *cache) forget(account job.AccountID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, account)
}

// Assumption asks for a role.
type Assumption struct {
	RoleARN string
	Session string
	Policy  string        // restricts the session further; "" does not
	For     time.Duration // 15 min to the role's longest
}

// The bounds of a session's time.
const (
	MinSession = 15 * time.Minute
	MaxSession = 12 * time.Hour
)

var roleARN = regexp.MustCompile(`^acs:ram::([0-9]{1,19}):role/([A-Za-z0-9._-]{1,64})$`)

// ErrSessionTooLong says that a session was asked for that is longer than its role allows.
var ErrSessionTooLong = errors.New("longer than the role's longest session")

// Assume issues a temporary key for a role to the caller. The role's own policy must trust the caller, and
// a user's policies must allow sts:AssumeRole. A role of another account that does not trust the caller is
// answered like one that does not exist.
func (d *Directory) Assume(ctx context.Context, who *auth.Identity, a Assumption, ask Ask) (auth.TemporaryKey, auth.Session, error) {
	none := func(err error) (auth.TemporaryKey, auth.Session, error) {
		return auth.TemporaryKey{}, auth.Session{}, err
	}
	if a.Policy != "" {
		if _, err := policy.Parse([]byte(a.Policy)); err != nil {
			return none(&BadDocumentError{"Policy", err})
		}
	}
	denied := &DeniedError{Action: ask.Action, PrincipalType: principalType(who), Owner: who.Account, DisplayName: who.User, PolicyType: "AssumeRolePolicy"}
	m := roleARN.FindStringSubmatch(a.RoleARN)
	if m == nil {
		return none(&NotFoundError{KindRole, a.RoleARN})
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return none(&NotFoundError{KindRole, a.RoleARN})
	}
	owner := job.AccountID(n)
	role, err := d.findRole(ctx, owner, m[2])
	var gone *NotFoundError
	if errors.As(err, &gone) {
		if owner != who.Account {
			return none(denied)
		}
		return none(err)
	}
	if err != nil {
		return none(err)
	}
	if trusts, err := d.trusts(&role, who, ask); err != nil || !trusts {
		if err == nil {
			err = denied
		}
		return none(err)
	}
	if a.For > role.MaxSession {
		return none(ErrSessionTooLong)
	}
	s := auth.Session{Account: owner, Role: role.Name, Name: a.Session, Policy: a.Policy, Expires: d.now().Add(a.For).UTC().Truncate(time.Second)}
	k, err := d.auth.IssueKey(s)
	return k, s, err
}

// findRole finds a role by the name in its ARN, which is in lower case.
func (d *Directory) findRole(ctx context.Context, account job.AccountID, name string) (Role, error) {
	r, err := d.GetRole(ctx, account, name)
	var gone *NotFoundError
	if !errors.As(err, &gone) {
		return r, err
	}
	all, lerr := d.ListRoles(ctx, account)
	if lerr != nil {
		return r, lerr
	}
	for _, r := range all {
		if strings.EqualFold(r.Name, name) {
			return r, nil
		}
	}
	return r, err
}

func principalType(who *auth.Identity) string {
	switch {
	case who.Session != nil:
		return "AssumedRoleUser"
	case who.User != "":
		return "SubUser"
	}
	return "CloudAccount"
}

// trusts says whether a role may be taken on by the caller, as such or as one of its account.
func (d *Directory) trusts(role *Role, who *auth.Identity, ask Ask) (bool, error) {
	trust, err := policy.ParseTrust([]byte(role.Trust))
	if err != nil {
		return false, fmt.Errorf("trust of role %q: %w", role.Name, err)
	}
	principals := []string{ARN(who), RootARN(who.Account)}
	if who.Session != nil {
		principals = append(principals, RoleARN(who.Account, who.Session.Role))
	}
	allowed := false
	for _, p := range principals {
		r := d.request(who, ask)
		r.Principal = p
		switch policy.Evaluate([]*policy.Policy{trust}, r) {
		case policy.ExplicitDeny:
			return false, nil
		case policy.Allow:
			allowed = true
		}
	}
	return allowed, nil
}
