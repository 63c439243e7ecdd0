package ims

import (
	"fmt"
	"regexp"
	"time"
)

// The kinds that the actions of users, roles and policies are about, as error codes name them.
var (
	userName   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	roleName   = userName
	policyName = regexp.MustCompile(`^[A-Za-z0-9-]{1,128}$`)
)

const (
	maxDescription = 1024 // bytes
	maxDisplayName = 128  // bytes
)

// nameParam reads a mandatory name.
func nameParam(r *Request, param string, form *regexp.Regexp) (string, error) {
	name := r.Params[param]
	switch {
	case name == "":
		return "", Missing(param)
	case !form.MatchString(name):
		return name, Invalid(param, "It must have the form "+form.String()+".")
	}
	return name, nil
}

// NewUser asks for a user.
type NewUser struct{ Name, Display, Comments string }

// DecodeCreateUser reads UserName, DisplayName and Comments.
func DecodeCreateUser(r *Request) (NewUser, error) {
	u := NewUser{Display: r.Params["DisplayName"], Comments: r.Params["Comments"]}
	var err error
	u.Name, err = nameParam(r, "UserName", userName)
	return u, firstError(err, atMost("DisplayName", u.Display, maxDisplayName), atMost("Comments", u.Comments, maxDescription))
}

// DecodeUserName reads the one parameter of GetUser, DeleteUser and ListPoliciesForUser.
func DecodeUserName(r *Request) (string, error) { return nameParam(r, "UserName", userName) }

// DecodeRoleName reads the one parameter of GetRole, DeleteRole and ListPoliciesForRole.
func DecodeRoleName(r *Request) (string, error) { return nameParam(r, "RoleName", roleName) }

// DecodePolicyName reads the one parameter of DeletePolicy.
func DecodePolicyName(r *Request) (string, error) { return nameParam(r, "PolicyName", policyName) }

// Listing asks for a page of a list.
type Listing struct {
	Kind   string // PolicyType, or ""
	Marker string
	Most   int
}

// DecodeListing reads Marker, MaxItems and PolicyType.
func DecodeListing(r *Request) (Listing, error) {
	l := Listing{Kind: r.Params["PolicyType"], Marker: r.Params["Marker"]}
	var err error
	if err = policyType(l.Kind); err != nil {
		return l, err
	}
	l.Most, err = number("MaxItems", r.Params["MaxItems"], 100, 1, 1000)
	return l, err
}

func policyType(s string) error { return oneOf("PolicyType", s, "Custom", "System") }

// NewPolicy asks for a policy, or for another document of one.
type NewPolicy struct{ Name, Description, Document string }

// DecodeCreatePolicy reads PolicyName, Description and PolicyDocument.
func DecodeCreatePolicy(r *Request) (NewPolicy, error) {
	p := NewPolicy{Description: r.Params["Description"], Document: r.Params["PolicyDocument"]}
	var err error
	if p.Name, err = nameParam(r, "PolicyName", policyName); err != nil {
		return p, err
	}
	if err := atMost("Description", p.Description, maxDescription); err != nil {
		return p, err
	}
	if p.Document == "" {
		return p, Missing("PolicyDocument")
	}
	return p, nil
}

// PolicyRef names a policy and whom it is given to.
type PolicyRef struct{ Type, Name, Holder string }

// DecodePolicyRef reads PolicyType and PolicyName.
func DecodePolicyRef(r *Request) (PolicyRef, error) {
	p := PolicyRef{Type: r.Params["PolicyType"]}
	var err error
	switch {
	case p.Type == "":
		return p, Missing("PolicyType")
	default:
		if err = policyType(p.Type); err != nil {
			return p, err
		}
	}
	p.Name, err = nameParam(r, "PolicyName", policyName)
	return p, err
}

// DecodeUserPolicy reads PolicyType, PolicyName and UserName.
func DecodeUserPolicy(r *Request) (p PolicyRef, err error) {
	if p, err = DecodePolicyRef(r); err == nil {
		p.Holder, err = DecodeUserName(r)
	}
	return p, err
}

// DecodeRolePolicy reads PolicyType, PolicyName and RoleName.
func DecodeRolePolicy(r *Request) (p PolicyRef, err error) {
	if p, err = DecodePolicyRef(r); err == nil {
		p.Holder, err = DecodeRoleName(r)
	}
	return p, err
}

// NewRole asks for a role.
type NewRole struct {
	Name, Description, Trust string
	MaxSession               time.Duration
}

// DecodeCreateRole reads RoleName, AssumeRolePolicyDocument, Description and MaxSessionDuration.
func DecodeCreateRole(r *Request) (NewRole, error) {
	n := NewRole{Description: r.Params["Description"], Trust: r.Params["AssumeRolePolicyDocument"]}
	var err error
	if n.Name, err = nameParam(r, "RoleName", roleName); err != nil {
		return n, err
	}
	if n.Trust == "" {
		return n, Missing("AssumeRolePolicyDocument")
	}
	if err := atMost("Description", n.Description, maxDescription); err != nil {
		return n, err
	}
	seconds, err := number("MaxSessionDuration", r.Params["MaxSessionDuration"], 3600, 3600, 43200)
	n.MaxSession = time.Duration(seconds) * time.Second
	return n, err
}

// User is a user on the wire.
type User struct {
	UserId      string
	UserName    string
	DisplayName string
	Comments    string
	CreateDate  string
	UpdateDate  string
}

// UserResponse answers CreateUser and GetUser.
type UserResponse struct {
	RequestId string
	User      User
}

// UserListResponse answers ListUsers.
type UserListResponse struct {
	RequestId   string
	IsTruncated bool
	Marker      string `json:",omitempty"`
	Users       Users
}

// Users is a list inside an object, as this version has it.
type Users struct{ User []User }

// UserOf spells a user.
func UserOf(id, name, display, comments string, created, updated time.Time) User {
	return User{id, name, display, comments, formatTime(created), formatTime(updated)}
}

// Role is a role on the wire. Lists leave the document out.
type Role struct {
	RoleId                   string
	RoleName                 string
	Arn                      string
	Description              string
	AssumeRolePolicyDocument string `json:",omitempty"`
	MaxSessionDuration       int64
	CreateDate               string
	UpdateDate               string
}

// RoleResponse answers CreateRole and GetRole.
type RoleResponse struct {
	RequestId string
	Role      Role
}

// RoleListResponse answers ListRoles.
type RoleListResponse struct {
	RequestId   string
	IsTruncated bool
	Marker      string `json:",omitempty"`
	Roles       Roles
}

// Roles is a list inside an object.
type Roles struct{ Role []Role }

// RoleOf spells a role.
func RoleOf(id, name, arn, description, trust string, longest time.Duration, created, updated time.Time) Role {
	return Role{id, name, arn, description, trust, int64(longest / time.Second), formatTime(created), formatTime(updated)}
}

// Policy is a policy on the wire.
type Policy struct {
	PolicyName     string
	PolicyType     string
	Description    string
	DefaultVersion string
	CreateDate     string `json:",omitempty"`
	UpdateDate     string `json:",omitempty"`
	AttachDate     string `json:",omitempty"`
}

// PolicyOf spells a policy.
func PolicyOf(name, kind, description string, version int, created, updated, attached time.Time) Policy {
	return Policy{name, kind, description, fmt.Sprintf("v%d", version), formatTime(created), formatTime(updated), formatTime(attached)}
}

// PolicyResponse answers CreatePolicy.
type PolicyResponse struct {
	RequestId string
	Policy    Policy
}

// PolicyDocumentResponse answers GetPolicy.
type PolicyDocumentResponse struct {
	RequestId            string
	Policy               Policy
	DefaultPolicyVersion PolicyVersion
}

// PolicyVersionResponse answers CreatePolicyVersion.
type PolicyVersionResponse struct {
	RequestId     string
	PolicyVersion PolicyVersion
}

// PolicyVersion is a policy's document. Only the newest is kept.
type PolicyVersion struct {
	VersionId        string
	IsDefaultVersion bool
	PolicyDocument   string
	CreateDate       string
}

// PolicyVersionOf spells a policy's document.
func PolicyVersionOf(version int, document string, created time.Time) PolicyVersion {
	return PolicyVersion{fmt.Sprintf("v%d", version), true, document, formatTime(created)}
}

// PolicyListResponse answers ListPolicies, ListPoliciesForUser and ListPoliciesForRole.
type PolicyListResponse struct {
	RequestId   string
	IsTruncated bool
	Marker      string `json:",omitempty"`
	Policies    Policies
}

// Policies is a list inside an object.
type Policies struct{ Policy []Policy }
