package auth

import (
	"errors"
	"fmt"
)

// Why a request is refused. Types below carry what the answer has to name.
var (
	ErrNoSignature       = errors.New("request is not signed")
	ErrBearerUnsupported = errors.New("bearer tokens are not supported")
	ErrUnknownKey        = errors.New("access key is unknown")
	ErrInactiveKey       = errors.New("access key is inactive")
	ErrSecurityToken     = errors.New("the access key is a permanent one and takes no security token")
	ErrTokenMissing      = errors.New("the access key is a temporary one and needs its security token")
	ErrTokenMalformed    = errors.New("security token was not issued here")
	ErrTokenMismatch     = errors.New("security token belongs to another access key")
	ErrTokenExpired      = errors.New("security token has expired")
	ErrSignatureMethod   = errors.New("signature method is not supported")
	ErrTimestampMissing  = errors.New("timestamp is missing")
	ErrTimestampFormat   = errors.New("timestamp is not of the form yyyy-MM-ddTHH:mm:ssZ")
	ErrTimestampExpired  = errors.New("timestamp is too far from the server's time")
	ErrReplayed          = errors.New("signature nonce was used before")
)

// Why a key cannot be made or read.
var (
	ErrKeyNotFound = errors.New("access key not found")
	ErrKeyTaken    = errors.New("access key belongs to another account")
	ErrBadKey      = errors.New("malformed access key")
	ErrSeal        = errors.New("sealed secret does not open")
)

// MissingError names a parameter (V1) or header (V3) that a signed request must have.
type MissingError struct{ Name string }

func (e *MissingError) Error() string { return fmt.Sprintf("%q is missing", e.Name) }

// IncompleteError says what about the signature does not conform.
type IncompleteError struct{ Reason string }

func (e *IncompleteError) Error() string { return "incomplete signature: " + e.Reason }

func incomplete(format string, args ...any) error {
	return &IncompleteError{Reason: fmt.Sprintf(format, args...)}
}

// MismatchError says that the signature is not the one computed here. Both strings are made from
// what the client sent and are meant for its eyes; neither depends on the secret.
type MismatchError struct {
	StringToSign string
	Canonical    string // V3 only: the request whose hash is in StringToSign
}

func (e *MismatchError) Error() string { return "signature does not match" }
