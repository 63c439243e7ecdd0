// Package once lets a caller repeat a call that makes something without making it twice: the first call under
// a token decides the id of what is made, and later ones get that id.
package once

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// ErrMismatch says that the token came with other parameters before.
var ErrMismatch = errors.New("the same client token came with other parameters before")

// For is how long a token is remembered.
const For = 24 * time.Hour

const (
	kind  = "client-token"
	tries = 5
)

// Tokens remembers the tokens of all accounts. It is safe for concurrent use.
type Tokens struct {
	store store.Records
	now   func() time.Time
}

// New returns Tokens that are kept in s.
func New(s store.Records, now func() time.Time) *Tokens { return &Tokens{s, now} }

type body struct {
	Digest string `json:"digest"` // of the parameters
	ID     string `json:"id"`
}

// Begin returns the id of what a call makes: candidate for a token that is new, and what it was before for
// one that is known. It is on stable storage when Begin returns. ErrMismatch when digest is another one.
func (t *Tokens) Begin(ctx context.Context, account job.AccountID, action, token, digest, candidate string) (string, error) {
	sum := sha256.Sum256([]byte(token))
	name := action + "/" + hex.EncodeToString(sum[:])
	for range tries {
		now := t.now().UTC()
		r, err := t.store.GetRecord(ctx, account, kind, name)
		switch {
		case err == nil && now.Before(r.Expires):
			var b body
			if err := json.Unmarshal(r.Body, &b); err != nil {
				return "", fmt.Errorf("client token: %w", err)
			}
			if b.Digest != digest {
				return "", ErrMismatch
			}
			return b.ID, nil
		case err != nil && !errors.Is(err, store.ErrRecordNotFound):
			return "", err
		}
		text, err := json.Marshal(body{digest, candidate})
		if err != nil {
			return "", fmt.Errorf("client token: %w", err)
		}
		_, err = t.store.PutRecord(ctx, store.Record{Account: account, Kind: kind, ID: name, Created: now, Expires: now.Add(For), Version: r.Version, Body: text})
		switch {
		case err == nil:
			return candidate, nil
		case !errors.Is(err, store.ErrRecordExists) && !errors.Is(err, store.ErrRecordNotFound):
			return "", err
		}
	}
	return "", errors.New("client token: changed by others again and again")
}
