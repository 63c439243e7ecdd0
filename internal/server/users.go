package server

import (
	"context"
	"slices"
	"time"

	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) createUser(ctx context.Context, c *call, in ims.NewUser) (any, error) {
	u, err := s.cfg.IAM.CreateUser(ctx, c.who.Account, iam.User{Name: in.Name, Display: in.Display, Comments: in.Comments})
	return ims.UserResponse{RequestId: c.id, User: spellUser(&u)}, err
}

func spellUser(u *iam.User) ims.User {
	return ims.UserOf(u.ID, u.Name, u.Display, u.Comments, u.Created, u.Updated)
}

func (s *Server) getUser(ctx context.Context, c *call, name string) (any, error) {
	u, err := s.cfg.IAM.GetUser(ctx, c.who.Account, name)
	return ims.UserResponse{RequestId: c.id, User: spellUser(&u)}, err
}

func (s *Server) listUsers(ctx context.Context, c *call, in ims.Listing) (any, error) {
	all, err := s.cfg.IAM.ListUsers(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	part, next, err := page(all, in, func(u *iam.User) string { return u.ID })
	if err != nil {
		return nil, err
	}
	out := ims.UserListResponse{RequestId: c.id, IsTruncated: next != "", Marker: next, Users: ims.Users{User: []ims.User{}}}
	for i := range part {
		out.Users.User = append(out.Users.User, spellUser(&part[i]))
	}
	return out, nil
}

// page cuts a page out of a list. Its marker is the id of the last one before it.
func page[T any](all []T, in ims.Listing, id func(*T) string) (part []T, next string, err error) {
	if in.Marker != "" {
		i := slices.IndexFunc(all, func(v T) bool { return id(&v) == in.Marker })
		if i < 0 {
			return nil, "", ims.Invalid("Marker", "It is not a marker of this list.")
		}
		all = all[i+1:]
	}
	if len(all) > in.Most {
		all = all[:in.Most]
		next = id(&all[in.Most-1])
	}
	return all, next, nil
}

func (s *Server) deleteUser(ctx context.Context, c *call, name string) (any, error) {
	return ims.EmptyResponse{RequestId: c.id}, s.cfg.IAM.DeleteUser(ctx, c.who.Account, name)
}

func (s *Server) createRole(ctx context.Context, c *call, in ims.NewRole) (any, error) {
	r, err := s.cfg.IAM.CreateRole(ctx, c.who.Account, iam.Role{Name: in.Name, Description: in.Description, Trust: in.Trust, MaxSession: in.MaxSession})
	return ims.RoleResponse{RequestId: c.id, Role: spellRole(c, &r, r.Trust)}, err
}

func spellRole(c *call, r *iam.Role, trust string) ims.Role {
	return ims.RoleOf(r.ID, r.Name, iam.RoleARN(c.who.Account, r.Name), r.Description, trust, r.MaxSession, r.Created, r.Updated)
}

func (s *Server) getRole(ctx context.Context, c *call, name string) (any, error) {
	r, err := s.cfg.IAM.GetRole(ctx, c.who.Account, name)
	return ims.RoleResponse{RequestId: c.id, Role: spellRole(c, &r, r.Trust)}, err
}

func (s *Server) listRoles(ctx context.Context, c *call, in ims.Listing) (any, error) {
	all, err := s.cfg.IAM.ListRoles(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	part, next, err := page(all, in, func(r *iam.Role) string { return r.ID })
	if err != nil {
		return nil, err
	}
	out := ims.RoleListResponse{RequestId: c.id, IsTruncated: next != "", Marker: next, Roles: ims.Roles{Role: []ims.Role{}}}
	for i := range part {
		out.Roles.Role = append(out.Roles.Role, spellRole(c, &part[i], ""))
	}
	return out, nil
}

func (s *Server) deleteRole(ctx context.Context, c *call, name string) (any, error) {
	return ims.EmptyResponse{RequestId: c.id}, s.cfg.IAM.DeleteRole(ctx, c.who.Account, name)
}

func (s *Server) createPolicy(ctx context.Context, c *call, in ims.NewPolicy) (any, error) {
	p, err := s.cfg.IAM.CreatePolicy(ctx, c.who.Account, iam.Policy{Name: in.Name, Description: in.Description, Document: in.Document})
	return ims.PolicyResponse{RequestId: c.id, Policy: spellPolicy(&p, time.Time{})}, err
}

func spellPolicy(p *iam.Policy, attached time.Time) ims.Policy {
	return ims.PolicyOf(p.Name, p.Type, p.Description, p.Version, p.Created, p.Updated, attached)
}

func (s *Server) createPolicyVersion(ctx context.Context, c *call, in ims.NewPolicy) (any, error) {
	p, err := s.cfg.IAM.UpdatePolicy(ctx, c.who.Account, in.Name, in.Document)
	return ims.PolicyVersionResponse{RequestId: c.id, PolicyVersion: ims.PolicyVersionOf(p.Version, p.Document, p.Updated)}, err
}

func (s *Server) getPolicy(ctx context.Context, c *call, in ims.PolicyRef) (any, error) {
	p, err := s.cfg.IAM.GetPolicy(ctx, c.who.Account, iam.Ref{Type: in.Type, Name: in.Name})
	return ims.PolicyDocumentResponse{RequestId: c.id, Policy: spellPolicy(&p, time.Time{}),
		DefaultPolicyVersion: ims.PolicyVersionOf(p.Version, p.Document, p.Updated)}, err
}

func (s *Server) listPolicies(ctx context.Context, c *call, in ims.Listing) (any, error) {
	all, err := s.cfg.IAM.ListPolicies(ctx, c.who.Account, in.Kind)
	if err != nil {
		return nil, err
	}
	part, next, err := page(all, in, func(p *iam.Policy) string { return p.Type + "." + p.Name })
	if err != nil {
		return nil, err
	}
	out := ims.PolicyListResponse{RequestId: c.id, IsTruncated: next != "", Marker: next, Policies: ims.Policies{Policy: []ims.Policy{}}}
	for i := range part {
		out.Policies.Policy = append(out.Policies.Policy, spellPolicy(&part[i], time.Time{}))
	}
	return out, nil
}

func (s *Server) deletePolicy(ctx context.Context, c *call, name string) (any, error) {
	return ims.EmptyResponse{RequestId: c.id}, s.cfg.IAM.DeletePolicy(ctx, c.who.Account, name)
}

// attachPolicy and detachPolicy are for users and for roles.
func (s *Server) attachPolicy(kind string) func(context.Context, *call, ims.PolicyRef) (any, error) {
	return func(ctx context.Context, c *call, in ims.PolicyRef) (any, error) {
		return ims.EmptyResponse{RequestId: c.id}, s.cfg.IAM.Attach(ctx, c.who.Account, kind, in.Holder, iam.Ref{Type: in.Type, Name: in.Name})
	}
}

func (s *Server) detachPolicy(kind string) func(context.Context, *call, ims.PolicyRef) (any, error) {
	return func(ctx context.Context, c *call, in ims.PolicyRef) (any, error) {
		return ims.EmptyResponse{RequestId: c.id}, s.cfg.IAM.Detach(ctx, c.who.Account, kind, in.Holder, iam.Ref{Type: in.Type, Name: in.Name})
	}
}

func (s *Server) listPoliciesForUser(ctx context.Context, c *call, name string) (any, error) {
	u, err := s.cfg.IAM.GetUser(ctx, c.who.Account, name)
	if err != nil {
		return nil, err
	}
	return s.attachedPolicies(ctx, c, u.Attached)
}

func (s *Server) listPoliciesForRole(ctx context.Context, c *call, name string) (any, error) {
	r, err := s.cfg.IAM.GetRole(ctx, c.who.Account, name)
	if err != nil {
		return nil, err
	}
	return s.attachedPolicies(ctx, c, r.Attached)
}

func (s *Server) attachedPolicies(ctx context.Context, c *call, refs []iam.Ref) (any, error) {
	out := ims.PolicyListResponse{RequestId: c.id, Policies: ims.Policies{Policy: []ims.Policy{}}}
	for _, ref := range refs {
		p, err := s.cfg.IAM.GetPolicy(ctx, c.who.Account, ref)
		if err != nil {
			return nil, err
		}
		out.Policies.Policy = append(out.Policies.Policy, spellPolicy(&p, ref.Attached))
	}
	return out, nil
}

func (s *Server) assumeRole(ctx context.Context, c *call, in ims.RoleSession) (any, error) {
	k, session, err := s.cfg.IAM.Assume(ctx, &c.who, iam.Assumption{RoleARN: in.RoleARN, Session: in.Name, Policy: in.Policy, For: in.For}, s.ask(c))
	if err != nil {
		return nil, err
	}
	role, err := s.cfg.IAM.GetRole(ctx, session.Account, session.Role)
	if err != nil {
		return nil, err
	}
	return ims.AssumeRoleResponse{RequestId: c.id,
		AssumedRoleUser: ims.AssumedRoleUser{Arn: iam.SessionARN(session.Account, session.Role, session.Name), AssumedRoleId: role.ID + ":" + session.Name},
		Credentials:     ims.CredentialsOf(k.ID, k.Secret, k.Token, session.Expires)}, nil
}

func (s *Server) getCallerIdentity(ctx context.Context, c *call, _ struct{}) (any, error) {
	account := ims.AccountText(int64(c.who.Account))
	out := ims.CallerIdentityResponse{RequestId: c.id, IdentityType: "Account", AccountId: account, PrincipalId: account, UserId: account, Arn: iam.ARN(&c.who)}
	switch {
	case c.who.Session != nil:
		role, err := s.cfg.IAM.GetRole(ctx, c.who.Account, c.who.Session.Role)
		if err != nil {
			return nil, err
		}
		out.IdentityType, out.UserId, out.RoleId, out.PrincipalId = "AssumedRoleUser", "", role.ID, role.ID+":"+c.who.Session.Name
	case c.who.User != "":
		u, err := s.cfg.IAM.GetUser(ctx, c.who.Account, c.who.User)
		if err != nil {
			return nil, err
		}
		out.IdentityType, out.UserId, out.PrincipalId = "RAMUser", u.ID, u.ID
	}
	return out, nil
}
