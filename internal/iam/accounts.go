package iam

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Account is somebody whom the operator lets use the server. What accounts have is apart.
type Account struct {
	ID      job.AccountID `json:"id"`
	Name    string        `json:"name"`
	Created time.Time     `json:"created"`
}

// KindAccount names accounts in errors.
const KindAccount = "Account"

var accounts = kind{KindAccount, "account", 10_000}

// ErrNotOperator says that only the account that runs the server may do it.
var ErrNotOperator = errors.New("only the operator's own account may do this")

// CreateAccount adds an account, with a key for all of it. operator is who runs the server, by whose records
// accounts are kept.
func (d *Directory) CreateAccount(ctx context.Context, operator job.AccountID, name string) (a Account, keyID, secret string, err error) {
	n, err := rand.Int(rand.Reader, big.NewInt(9e15))
	if err != nil {
		return a, "", "", fmt.Errorf("create account: %w", err)
	}
	a = Account{ID: job.AccountID(1e15 + n.Int64()), Name: name, Created: d.now().UTC()} // 16 digits
	body, err := json.Marshal(a)
	if err != nil {
		return a, "", "", fmt.Errorf("create account: %w", err)
	}
	_, err = d.store.PutRecord(ctx, store.Record{Account: operator, Kind: accounts.record, ID: fmt.Sprint(int64(a.ID)), Alias: name, Created: a.Created, Body: body})
	if errors.Is(err, store.ErrRecordExists) {
		return a, "", "", &ExistsError{KindAccount, name}
	}
	if err != nil {
		return a, "", "", err
	}
	keyID, secret, err = d.auth.CreateKey(ctx, a.ID, "", "first key of the account")
	return a, keyID, secret, err
}

// ListAccounts returns the accounts that CreateAccount made, oldest first.
func (d *Directory) ListAccounts(ctx context.Context, operator job.AccountID) ([]Account, error) {
	return list[Account](ctx, d.store, accounts, operator)
}
