package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// Temporary keys start differently from permanent ones, so that one cannot be taken for the other.
const (
	temporaryPrefix = "STS."
	tokenPrefix     = "CAIS"
	tokenName       = "security token"
	maxToken        = 16 << 10 // characters
)

// Session is what a temporary key stands for: a role that somebody took on for a while.
type Session struct {
	Account job.AccountID `json:"a"` // of the role
	Role    string        `json:"r"`
	Name    string        `json:"n"`           // that whoever took it on gave the session
	Policy  string        `json:"p,omitempty"` // of the session alone: what it does not allow is denied
	Expires time.Time     `json:"e"`
}

// TemporaryKey is a key that is good until its session expires.
type TemporaryKey struct {
	ID, Secret, Token string
}

// tokenBody is what a token holds, sealed. Nothing of it is kept on the server: whoever has the master key
// can read it, and nobody else.
type tokenBody struct {
	Session
	KeyID  string `json:"k"`
	Secret string `json:"s"`
}

// IssueKey makes a temporary key for a session.
func (a *Authenticator) IssueKey(s Session) (TemporaryKey, error) {
	k := TemporaryKey{ID: temporaryPrefix + randomText(keyIDLen), Secret: randomText(secretLen)}
	body, err := json.Marshal(tokenBody{s, k.ID, k.Secret})
	if err != nil {
		return TemporaryKey{}, fmt.Errorf("issue key: %w", err)
	}
	k.Token = tokenPrefix + base64.RawURLEncoding.EncodeToString(a.sealer.Seal(tokenName, string(body)))
	return k, nil
}

// token returns the security token of a request, "" when it has none.
func (at *attempt) token() string {
	if at.scheme == V1 {
		return at.params["SecurityToken"]
	}
	return at.header("X-Acs-Security-Token")
}

// refuseSession opens the token that a temporary key comes with.
func (a *Authenticator) refuseSession(at *attempt) error {
	token := at.token()
	if token == "" {
		return ErrTokenMissing
	}
	body, err := a.openToken(token)
	switch {
	case err != nil:
		return err
	case body.KeyID != at.keyID:
		return ErrTokenMismatch
	case !a.config.Now().Before(body.Expires):
		return ErrTokenExpired
	}
	at.account, at.secret, at.session = body.Account, body.Secret, &body.Session
	return nil
}

func (a *Authenticator) openToken(token string) (*tokenBody, error) {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(token) > maxToken {
		return nil, ErrTokenMalformed
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, ErrTokenMalformed
	}
	plain, err := a.sealer.Open(tokenName, sealed)
	if err != nil {
		return nil, ErrTokenMalformed
	}
	var body tokenBody
	if err := json.Unmarshal([]byte(plain), &body); err != nil {
		return nil, ErrTokenMalformed
	}
	return &body, nil
}

// KeyUser says whose key it is: the name of a user, or "" for the account. ErrKeyNotFound when the account
// has no such key.
func (a *Authenticator) KeyUser(ctx context.Context, account job.AccountID, id string) (string, error) {
	k, err := a.keys.GetKey(ctx, id)
	if err == nil && k.Account != account {
		err = ErrKeyNotFound
	}
	if isUnknown(err) || errors.Is(err, ErrKeyNotFound) {
		return "", fmt.Errorf("access key %q: %w", id, ErrKeyNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("access key %q: %w", id, err)
	}
	return k.User, nil
}
