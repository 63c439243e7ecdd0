package iam

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
)

// ErrBusy says that somebody else changed the same thing at the same time; trying again helps.
var ErrBusy = errors.New("changed by somebody else at the same time")

// The kinds of things, as the wire names them.
const (
	KindUser   = "User"
	KindRole   = "Role"
	KindPolicy = "Policy"
)

// NotFoundError says that the account has no such thing.
type NotFoundError struct{ Kind, Name string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("%s %q not found", e.Kind, e.Name) }

// ExistsError says that the account has such a thing already.
type ExistsError struct{ Kind, Name string }

func (e *ExistsError) Error() string { return fmt.Sprintf("%s %q exists", e.Kind, e.Name) }

// ConflictError says that something is still in use by something else.
type ConflictError struct {
	Kind, Name string
	By         string // "AccessKey", "Policy", "User" or "Role"
	What       string // its name, if there is one
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s %q is in use by %s %q", e.Kind, e.Name, e.By, e.What)
}

// LimitError says that an account has as many of a kind as it may.
type LimitError struct {
	Kind string
	Most int
}

func (e *LimitError) Error() string { return fmt.Sprintf("more than %d of %s", e.Most, e.Kind) }

// BadDocumentError says what is wrong with a policy.
type BadDocumentError struct {
	Parameter string // "PolicyDocument", "AssumeRolePolicyDocument" or "Policy"
	Err       error
}

func (e *BadDocumentError) Error() string { return e.Parameter + ": " + e.Err.Error() }

// Unwrap returns what the policy's reader said.
func (e *BadDocumentError) Unwrap() error { return e.Err }

// DeniedError says that a caller may not do something, and for whose sake.
type DeniedError struct {
	Action        string // such as "ice:GetMediaInfoJob"
	Explicit      bool   // denied by a statement, rather than allowed by none
	PrincipalType string // "SubUser" or "AssumedRoleUser"
	Owner         job.AccountID
	DisplayName   string // of the user, or "role:session"
	PolicyType    string // which policies it was up to
}

func (e *DeniedError) Error() string {
	return fmt.Sprintf("%s %q may not %s", e.PrincipalType, e.DisplayName, e.Action)
}
