package ims

import (
	"regexp"
	"strconv"
	"time"
)

var sessionName = regexp.MustCompile(`^[A-Za-z0-9.@_-]{2,64}$`)

const maxSessionPolicy = 2048 // bytes

// RoleSession asks to take on a role.
type RoleSession struct {
	RoleARN string
	Name    string
	Policy  string
	For     time.Duration
}

// DecodeAssumeRole reads RoleArn, RoleSessionName, DurationSeconds and Policy.
func DecodeAssumeRole(r *Request) (RoleSession, error) {
	s := RoleSession{RoleARN: r.Params["RoleArn"], Name: r.Params["RoleSessionName"], Policy: r.Params["Policy"]}
	switch {
	case s.RoleARN == "":
		return s, Missing("RoleArn")
	case s.Name == "":
		return s, Missing("RoleSessionName")
	case !sessionName.MatchString(s.Name):
		return s, Invalid("RoleSessionName", "It must be 2 to 64 letters, digits and . @ - _.")
	}
	seconds, err := number("DurationSeconds", r.Params["DurationSeconds"], 3600, 900, 43200)
	s.For = time.Duration(seconds) * time.Second
	return s, firstError(err, atMost("Policy", s.Policy, maxSessionPolicy))
}

// AssumeRoleResponse answers AssumeRole.
type AssumeRoleResponse struct {
	RequestId       string
	AssumedRoleUser AssumedRoleUser
	Credentials     Credentials
}

// AssumedRoleUser names a session.
type AssumedRoleUser struct {
	Arn           string
	AssumedRoleId string
}

// Credentials are a temporary key.
type Credentials struct {
	AccessKeyId     string
	AccessKeySecret string
	SecurityToken   string
	Expiration      string
}

// CredentialsOf spells a temporary key.
func CredentialsOf(id, secret, token string, expires time.Time) Credentials {
	return Credentials{id, secret, token, formatTime(expires)}
}

// DecodeNothing accepts no parameter.
func DecodeNothing(*Request) (struct{}, error) { return struct{}{}, nil }

// CallerIdentityResponse answers GetCallerIdentity.
type CallerIdentityResponse struct {
	RequestId    string
	IdentityType string // "Account", "RAMUser" or "AssumedRoleUser"
	AccountId    string
	PrincipalId  string
	UserId       string `json:",omitempty"`
	RoleId       string `json:",omitempty"`
	Arn          string
}

// AccountText spells an account's number.
func AccountText(account int64) string { return strconv.FormatInt(account, 10) }
