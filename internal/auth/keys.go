package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Key describes an access key without its secret.
type Key struct {
	ID      string
	Account job.AccountID
	Active  bool
	Created time.Time
	Note    string
	User    string // whose it is; "" is the account
}

const (
	keyPrefix    = "LTAI"
	keyIDLen     = 24
	secretLen    = 30
	maxKeyIDLen  = 128
	maxSecretLen = 256
)

func isUnknown(err error) bool { return errors.Is(err, store.ErrKeyNotFound) }

// CreateKey makes an active key of a user, or of the account when user is "", and returns its id and secret.
// The secret cannot be read again.
func (a *Authenticator) CreateKey(ctx context.Context, account job.AccountID, user, note string) (id, secret string, err error) {
	id, secret = keyPrefix+randomText(keyIDLen-len(keyPrefix)), randomText(secretLen)
	row := a.row(account, id, secret, note)
	row.User = user
	if err := a.keys.CreateKey(ctx, row); err != nil {
		return "", "", fmt.Errorf("create access key: %w", err)
	}
	return id, secret, nil
}

// ImportKey makes sure that the account has this key with this secret. A key that is there with
// another secret gets the new one and keeps its state and age; one that is there already is left
// alone. ErrKeyTaken when another account has it.
func (a *Authenticator) ImportKey(ctx context.Context, account job.AccountID, id, secret, note string) error {
	if err := checkKey(id, secret); err != nil {
		return err
	}
	row := a.row(account, id, secret, note)
	err := a.keys.CreateKey(ctx, row)
	if errors.Is(err, store.ErrKeyExists) {
		err = a.replaceKey(ctx, row, secret)
	}
	if err != nil {
		return fmt.Errorf("import access key %q: %w", id, err)
	}
	return nil
}

// replaceKey gives an existing key another secret. The store has no such operation, so the key is
// deleted and made again. Whoever imports a key holds its secret and does so at every start, so
// that a crash in between is healed by the next import; a failed second step puts the old key back.
func (a *Authenticator) replaceKey(ctx context.Context, row store.AccessKey, secret string) error {
	old, err := a.keys.GetKey(ctx, row.ID)
	if err != nil {
		return err
	}
	if old.Account != row.Account || old.User != row.User {
		return ErrKeyTaken
	}
	if has, err := a.sealer.Open(old.ID, old.Sealed); err == nil && has == secret {
		return nil
	}
	row.Active, row.Created = old.Active, old.Created
	ctx = context.WithoutCancel(ctx) // never stop half way
	if err := a.keys.DeleteKey(ctx, row.Account, row.ID); err != nil {
		return err
	}
	if err := a.keys.CreateKey(ctx, row); err != nil {
		return errors.Join(err, a.keys.CreateKey(ctx, old))
	}
	return nil
}

// ListKeys returns the keys of an account.
func (a *Authenticator) ListKeys(ctx context.Context, account job.AccountID) ([]Key, error) {
	rows, err := a.keys.ListKeys(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list access keys: %w", err)
	}
	keys := make([]Key, len(rows))
	for i, r := range rows {
		keys[i] = Key{ID: r.ID, Account: r.Account, Active: r.Active, Created: r.Created, Note: r.Note, User: r.User}
	}
	return keys, nil
}

// SetKeyActive switches a key on or off. ErrKeyNotFound when the account has no such key.
func (a *Authenticator) SetKeyActive(ctx context.Context, account job.AccountID, id string, active bool) error {
	return keyError(id, a.keys.SetKeyActive(ctx, account, id, active))
}

// DeleteKey removes a key. ErrKeyNotFound when the account has no such key.
func (a *Authenticator) DeleteKey(ctx context.Context, account job.AccountID, id string) error {
	return keyError(id, a.keys.DeleteKey(ctx, account, id))
}

func keyError(id string, err error) error {
	if err == nil {
		return nil
	}
	if isUnknown(err) {
		err = ErrKeyNotFound
	}
	return fmt.Errorf("access key %q: %w", id, err)
}

func (a *Authenticator) row(account job.AccountID, id, secret, note string) store.AccessKey {
	return store.AccessKey{
		ID: id, Account: account, Sealed: a.sealer.Seal(id, secret),
		Active: true, Created: a.config.Now().UTC(), Note: note,
	}
}

// checkKey refuses ids that could not stand in an Authorization header, and secrets that nobody
// could have meant.
func checkKey(id, secret string) error {
	if id == "" || len(id) > maxKeyIDLen {
		return fmt.Errorf("%w: id must have 1 to %d characters", ErrBadKey, maxKeyIDLen)
	}
	for _, c := range []byte(id) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return fmt.Errorf("%w: id may hold letters, digits, '-', '_' and '.'", ErrBadKey)
		}
	}
	if secret == "" || len(secret) > maxSecretLen {
		return fmt.Errorf("%w: secret must have 1 to %d characters", ErrBadKey, maxSecretLen)
	}
	for _, c := range []byte(secret) {
		if c <= ' ' || c > '~' {
			return fmt.Errorf("%w: secret may hold visible ASCII characters only", ErrBadKey)
		}
	}
	return nil
}

// randomText returns n letters and digits, each equally likely.
func randomText(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, 0, n)
	for len(text) < n {
		var b [64]byte
		if _, err := rand.Read(b[:]); err != nil {
			panic(err) // crypto/rand never fails on supported systems
		}
		for _, c := range b {
			// 248 is the largest multiple of 62 in a byte: above it the first letters would gain.
			if c < 248 && len(text) < n {
				text = append(text, alphabet[int(c)%len(alphabet)])
			}
		}
	}
	return string(text)
}
