package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/sign"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Request is what of an HTTP request matters here. Query and Form are decoded and hold each name
// once; whoever builds them refuses repeated names.
type Request struct {
	Method      string
	Host        string // with port, as sent
	Path        string
	Query, Form map[string]string
	Header      map[string][]string // canonical Go names, without Host
	BodySHA256  string              // lower-case hex, also of an empty body
	HasBody     bool
	Remote      netip.Addr
	Durable     bool // the nonce must be on disk before success: requests that change something
}

// Identity is who signed.
type Identity struct {
	Account job.AccountID
	KeyID   string
	User    string   // of the account; "" for the account itself and for sessions
	Session *Session // of a temporary key; nil for permanent ones
	Scheme  Scheme
}

// Root says whether the account itself signed: no policy restricts it.
func (i *Identity) Root() bool { return i.User == "" && i.Session == nil }

// Config sets what may differ between installations. Zero fields get the defaults.
type Config struct {
	Now      func() time.Time // time.Now
	Skew     time.Duration    // how far a timestamp may be off, either way: 15 min
	NonceFor time.Duration    // how long a nonce is remembered at least: 30 min, never below 2×Skew

	// Shared says that other processes accept requests with the same keys. Then every request
	// waits for the store to say that its nonce is new, not only those that change something.
	Shared bool

	MaxNonces int // held in memory; beyond that requests wait for the store: 2,000,000, about 60 MB
	Log       *slog.Logger
}

func (c *Config) setDefaults() {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Skew <= 0 {
		c.Skew = 15 * time.Minute
	}
	if c.NonceFor <= 0 {
		c.NonceFor = 30 * time.Minute
	}
	c.NonceFor = max(c.NonceFor, 2*c.Skew)
	if c.MaxNonces <= 0 {
		c.MaxNonces = 2_000_000
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// Authenticator authenticates requests and manages access keys. It is safe for concurrent use.
type Authenticator struct {
	keys   store.Keys
	sealer *Sealer
	config Config
	nonces *nonces
	decoy  []byte // a sealed secret that nobody knows, for unknown keys
}

// New returns an Authenticator over the keys of a store.
func New(keys store.Keys, sealer *Sealer, c Config) *Authenticator {
	c.setDefaults()
	return &Authenticator{
		keys: keys, sealer: sealer, config: c,
		nonces: newNonces(keys, c),
		decoy:  sealer.Seal("", rand.Text()),
	}
}

// Close waits for what goes on in the background, so that every nonce is written. It is called
// when no more requests come, and before the store is closed.
func (a *Authenticator) Close() error {
	a.nonces.drain()
	return nil
}

// attempt is one request on its way through the checks.
type attempt struct {
	*Request
	scheme    Scheme
	params    map[string]string  // V1: query and form together
	authz     sign.Authorization // V3
	keyID     string
	account   job.AccountID
	user      string
	session   *Session
	secret    string
	timestamp time.Time
}

// Authenticate says who signed r, or why it is refused. The order of refusals is fixed:
//
//	unsigned, bearer, both schemes at once, parameters given twice, fields of the signature missing
//	unknown key, inactive key, security token (missing, malformed, of another key, expired, of no use)
//	signature method or version
//	timestamp missing, malformed, too far off
//	V3: headers given twice, listed but absent, present but not signed
//	signature or body hash different
//	nonce missing, used before
//
// The nonce comes last, so that a request with a bad signature does not use it up.
func (a *Authenticator) Authenticate(ctx context.Context, r *Request) (Identity, error) {
	at, err := begin(r)
	if err != nil {
		return Identity{}, err
	}
	if err := a.refuseKey(ctx, at); err != nil {
		return Identity{}, err
	}
	for _, refuse := range [...]func(*attempt) error{
		refuseSecurityToken,
		refuseMethod,
		a.refuseTimestamp,
		refuseHeaders,
		refuseMismatch,
	} {
		if err := refuse(at); err != nil {
			return Identity{}, err
		}
	}
	if err := a.refuseReplay(ctx, at); err != nil {
		return Identity{}, err
	}
	return Identity{Account: at.account, KeyID: at.keyID, User: at.user, Session: at.session, Scheme: at.scheme}, nil
}

// refuseKey finds the key and opens its secret. For an unknown key it does the same work with a
// secret that nobody knows, so that the time taken does not tell one from the other.
func (a *Authenticator) refuseKey(ctx context.Context, at *attempt) error {
	if strings.HasPrefix(at.keyID, temporaryPrefix) {
		return a.refuseSession(at)
	}
	key, err := a.keys.GetKey(ctx, at.keyID)
	if isUnknown(err) {
		if at.secret, err = a.sealer.Open("", a.decoy); err == nil {
			_ = refuseMismatch(at) // for its duration
		}
		return ErrUnknownKey
	}
	if err != nil {
		return fmt.Errorf("access key %q: %w", at.keyID, err)
	}
	if !key.Active {
		return ErrInactiveKey
	}
	if at.secret, err = a.sealer.Open(key.ID, key.Sealed); err != nil {
		return fmt.Errorf("access key %q: %w", at.keyID, err)
	}
	at.account, at.user = key.Account, key.User
	return nil
}

// refuseSecurityToken refuses a token beside a permanent key, and one beside a temporary key in a place that
// its scheme does not sign.
func refuseSecurityToken(at *attempt) error {
	if at.session != nil {
		if at.scheme == V3 && at.param("SecurityToken") != "" {
			return incomplete("SecurityToken is a parameter: this scheme has it in x-acs-security-token")
		}
		return nil // in V1 the header beside the parameter is signed by nobody and read by nobody
	}
	if at.param("SecurityToken") != "" || at.header("X-Acs-Security-Token") != "" {
		return ErrSecurityToken
	}
	return nil
}

func refuseMethod(at *attempt) error {
	if at.scheme == V3 {
		return refuseMethodV3(at)
	}
	return refuseMethodV1(at)
}

func refuseHeaders(at *attempt) error {
	if at.scheme == V3 {
		return refuseHeadersV3(at)
	}
	return nil // V1 signs no header, and nothing here or later relies on one
}

func refuseMismatch(at *attempt) error {
	if at.scheme == V3 {
		return refuseMismatchV3(at)
	}
	return refuseMismatchV1(at)
}
