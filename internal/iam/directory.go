package iam

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/policy"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Config is what a Directory works with.
type Config struct {
	Store store.Records       // required
	Auth  *auth.Authenticator // required: it knows the keys and issues temporary ones
	Now   func() time.Time    // default time.Now
}

// Directory keeps the users, roles and policies of all accounts. It is safe for concurrent use.
type Directory struct {
	store store.Records
	auth  *auth.Authenticator
	now   func() time.Time
	known cache
}

// New returns a Directory.
func New(c Config) *Directory {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Directory{store: c.Store, auth: c.Auth, now: c.Now}
}

// User is somebody who acts for an account, with keys of their own.
type User struct {
	Name     string    `json:"name"`
	ID       string    `json:"id"` // digits
	Display  string    `json:"display,omitzero"`
	Comments string    `json:"comments,omitzero"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	Attached []Ref     `json:"attached,omitempty"`
}

// Role is what users, also of other accounts, may take on for a while.
type Role struct {
	Name        string        `json:"name"`
	ID          string        `json:"id"`
	Description string        `json:"description,omitzero"`
	Trust       string        `json:"trust"` // the policy that says who may take it on
	MaxSession  time.Duration `json:"max_session"`
	Created     time.Time     `json:"created"`
	Updated     time.Time     `json:"updated"`
	Attached    []Ref         `json:"attached,omitempty"`
}

// Ref names a policy.
type Ref struct {
	Type     string    `json:"type"` // Custom or System
	Name     string    `json:"name"`
	Attached time.Time `json:"attached,omitzero"`
}

// The types of policies.
const (
	Custom = "Custom" // of the account
	System = "System" // of everybody, and unchangeable
)

// Policy is a named document.
type Policy struct {
	Type        string    `json:"type"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitzero"`
	Document    string    `json:"document"`
	Version     int       `json:"version"` // counts its changes
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
}

// systemPolicies are there in every account.
var systemPolicies = []Policy{
	systemPolicy("AdministratorAccess", "everything", `"*"`),
	systemPolicy("AliyunICEFullAccess", "all of media information, pipelines, assets, storage and callbacks", `"ice:*"`),
	systemPolicy("AliyunICEReadOnlyAccess", "reading media information, pipelines, assets, storage and callbacks", `["ice:Get*", "ice:List*", "ice:Search*", "ice:BatchGet*"]`),
	systemPolicy("AliyunMTSFullAccess", "all of the older product", `"mts:*"`),
	systemPolicy("AliyunRAMFullAccess", "all of users, roles, policies and keys", `"ram:*"`),
	systemPolicy("AliyunSTSAssumeRoleAccess", "taking on roles", `"sts:AssumeRole"`),
}

func systemPolicy(name, description, actions string) Policy {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return Policy{Type: System, Name: name, Description: description, Version: 1, Created: began, Updated: began,
		Document: `{"Version": "1", "Statement": [{"Effect": "Allow", "Action": ` + actions + `, "Resource": "*"}]}`}
}

// newID makes the number that a user or a role keeps when names change.
func newID() string {
	var b [17]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails on supported systems
	}
	id := []byte{'2'}
	for _, c := range b {
		id = append(id, '0'+c%10)
	}
	return string(id)
}

// CreateUser adds a user without keys and policies.
func (d *Directory) CreateUser(ctx context.Context, account job.AccountID, u User) (User, error) {
	u.ID, u.Created, u.Attached = newID(), d.now().UTC(), nil
	u.Updated = u.Created
	if u.Display == "" {
		u.Display = u.Name
	}
	return u, create(ctx, d.store, users, account, u.Name, u, u.Created)
}

// GetUser returns a user.
func (d *Directory) GetUser(ctx context.Context, account job.AccountID, name string) (User, error) {
	u, _, err := get[User](ctx, d.store, users, account, name)
	return u, err
}

// ListUsers returns all users, oldest first.
func (d *Directory) ListUsers(ctx context.Context, account job.AccountID) ([]User, error) {
	return list[User](ctx, d.store, users, account)
}

// DeleteUser removes a user who has neither keys nor policies any more.
func (d *Directory) DeleteUser(ctx context.Context, account job.AccountID, name string) error {
	u, err := d.GetUser(ctx, account, name)
	if err != nil {
		return err
	}
	keys, err := d.auth.ListKeys(ctx, account)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.User == name {
			return &ConflictError{KindUser, name, "AccessKey", k.ID}
		}
	}
	if len(u.Attached) > 0 {
		return &ConflictError{KindUser, name, KindPolicy, u.Attached[0].Name}
	}
	defer d.known.forget(account)
	return remove(ctx, d.store, users, account, name)
}

// CreateRole adds a role without policies.
func (d *Directory) CreateRole(ctx context.Context, account job.AccountID, r Role) (Role, error) {
	if _, err := policy.ParseTrust([]byte(r.Trust)); err != nil {
		return r, &BadDocumentError{"AssumeRolePolicyDocument", err}
	}
	r.ID, r.Created, r.Attached = newID(), d.now().UTC(), nil
	r.Updated = r.Created
	if r.MaxSession == 0 {
		r.MaxSession = time.Hour
	}
	return r, create(ctx, d.store, roles, account, r.Name, r, r.Created)
}

// GetRole returns a role.
func (d *Directory) GetRole(ctx context.Context, account job.AccountID, name string) (Role, error) {
	r, _, err := get[Role](ctx, d.store, roles, account, name)
	return r, err
}

// ListRoles returns all roles, oldest first.
func (d *Directory) ListRoles(ctx context.Context, account job.AccountID) ([]Role, error) {
	return list[Role](ctx, d.store, roles, account)
}

// DeleteRole removes a role that has no policies any more. Its sessions may do nothing from then on.
func (d *Directory) DeleteRole(ctx context.Context, account job.AccountID, name string) error {
	r, err := d.GetRole(ctx, account, name)
	if err != nil {
		return err
	}
	if len(r.Attached) > 0 {
		return &ConflictError{KindRole, name, KindPolicy, r.Attached[0].Name}
	}
	defer d.known.forget(account)
	return remove(ctx, d.store, roles, account, name)
}

// CreatePolicy adds a policy.
func (d *Directory) CreatePolicy(ctx context.Context, account job.AccountID, p Policy) (Policy, error) {
	if _, err := policy.Parse([]byte(p.Document)); err != nil {
		return p, &BadDocumentError{"PolicyDocument", err}
	}
	if systemNamed(p.Name) != nil {
		return p, &ExistsError{KindPolicy, p.Name}
	}
	p.Type, p.Version, p.Created = Custom, 1, d.now().UTC()
	p.Updated = p.Created
	return p, create(ctx, d.store, policies, account, p.Name, p, p.Created)
}

// UpdatePolicy gives a policy another document, which holds at once for everybody who has it.
func (d *Directory) UpdatePolicy(ctx context.Context, account job.AccountID, name, document string) (Policy, error) {
	if _, err := policy.Parse([]byte(document)); err != nil {
		return Policy{}, &BadDocumentError{"PolicyDocument", err}
	}
	defer d.known.forget(account)
	return change(ctx, d.store, policies, account, name, func(p *Policy) error {
		p.Document, p.Updated = document, d.now().UTC()
		p.Version++
		return nil
	})
}

func systemNamed(name string) *Policy {
	for i := range systemPolicies {
		if systemPolicies[i].Name == name {
			return &systemPolicies[i]
		}
	}
	return nil
}

// GetPolicy returns a policy by type and name.
func (d *Directory) GetPolicy(ctx context.Context, account job.AccountID, ref Ref) (Policy, error) {
	if ref.Type == System {
		if p := systemNamed(ref.Name); p != nil {
			return *p, nil
		}
		return Policy{}, &NotFoundError{KindPolicy, ref.Name}
	}
	p, _, err := get[Policy](ctx, d.store, policies, account, ref.Name)
	return p, err
}

// ListPolicies returns the policies of a type, or all, the account's own first.
func (d *Directory) ListPolicies(ctx context.Context, account job.AccountID, kind string) ([]Policy, error) {
	var all []Policy
	if kind != System {
		var err error
		if all, err = list[Policy](ctx, d.store, policies, account); err != nil {
			return nil, err
		}
	}
	if kind != Custom {
		all = append(all, systemPolicies...)
	}
	return all, nil
}

// DeletePolicy removes a policy that nobody has any more.
func (d *Directory) DeletePolicy(ctx context.Context, account job.AccountID, name string) error {
	ref := Ref{Type: Custom, Name: name}
	if _, err := d.GetPolicy(ctx, account, ref); err != nil {
		return err
	}
	us, err := d.ListUsers(ctx, account)
	if err != nil {
		return err
	}
	for _, u := range us {
		if holds(u.Attached, ref) {
			return &ConflictError{KindPolicy, name, KindUser, u.Name}
		}
	}
	rs, err := d.ListRoles(ctx, account)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if holds(r.Attached, ref) {
			return &ConflictError{KindPolicy, name, KindRole, r.Name}
		}
	}
	defer d.known.forget(account)
	return remove(ctx, d.store, policies, account, name)
}

func holds(attached []Ref, ref Ref) bool {
	return slices.ContainsFunc(attached, func(r Ref) bool { return r.Type == ref.Type && r.Name == ref.Name })
}

// Attach gives a policy to a user (KindUser) or a role (KindRole).
func (d *Directory) Attach(ctx context.Context, account job.AccountID, kind, name string, ref Ref) error {
	if _, err := d.GetPolicy(ctx, account, ref); err != nil {
		return err
	}
	ref.Attached = d.now().UTC()
	return d.attached(ctx, account, kind, name, func(attached []Ref) ([]Ref, error) {
		switch {
		case holds(attached, ref):
			return nil, &ExistsError{kind + ".Policy", ref.Name}
		case len(attached) >= mostAttached:
			return nil, &LimitError{"policies attached to a " + strings.ToLower(kind), mostAttached}
		}
		return append(attached, ref), nil
	})
}

// Detach takes a policy from a user or a role.
func (d *Directory) Detach(ctx context.Context, account job.AccountID, kind, name string, ref Ref) error {
	return d.attached(ctx, account, kind, name, func(attached []Ref) ([]Ref, error) {
		if !holds(attached, ref) {
			return nil, &NotFoundError{kind + ".Policy", ref.Name}
		}
		return slices.DeleteFunc(attached, func(r Ref) bool { return r.Type == ref.Type && r.Name == ref.Name }), nil
	})
}

func (d *Directory) attached(ctx context.Context, account job.AccountID, kind, name string, f func([]Ref) ([]Ref, error)) error {
	defer d.known.forget(account)
	var err error
	if kind == KindRole {
		_, err = change(ctx, d.store, roles, account, name, func(r *Role) (err error) {
			r.Attached, err = f(r.Attached)
			return err
		})
		return err
	}
	_, err = change(ctx, d.store, users, account, name, func(u *User) (err error) {
		u.Attached, err = f(u.Attached)
		return err
	})
	return err
}

// UserARN, RoleARN and SessionARN name principals.
func UserARN(account job.AccountID, name string) string {
	return fmt.Sprintf("acs:ram::%d:user/%s", account, name)
}

// RoleARN names a role.
func RoleARN(account job.AccountID, name string) string {
	return fmt.Sprintf("acs:ram::%d:role/%s", account, strings.ToLower(name))
}

// SessionARN names somebody who took on a role.
func SessionARN(account job.AccountID, role, session string) string {
	return fmt.Sprintf("acs:ram::%d:assumed-role/%s/%s", account, role, session)
}

// RootARN names an account itself.
func RootARN(account job.AccountID) string { return fmt.Sprintf("acs:ram::%d:root", account) }

// ARN names whoever signed.
func ARN(who *auth.Identity) string {
	switch {
	case who.Session != nil:
		return SessionARN(who.Account, who.Session.Role, who.Session.Name)
	case who.User != "":
		return UserARN(who.Account, who.User)
	}
	return RootARN(who.Account)
}
