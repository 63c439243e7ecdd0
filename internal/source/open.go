package source

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mediagauge/mediagauge/internal/netguard"
)

// headWindow is what the opening request asks for, and referenceWindow what it asks for where a text
// leads: the opening of a segment of media then costs one request.
const (
	headWindow      = 64 << 10
	referenceWindow = 192 << 10
)

// Opener opens the sources of one account. It is safe for concurrent use.
type Opener struct {
	cfg    Config
	guard  *netguard.Guard
	client *http.Client
	multi  *origins // shared by Openers of one client
}

// New returns an Opener that reaches only what guard allows.
func New(cfg Config, guard *netguard.Guard) (*Opener, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	client := guard.Client(cfg.HTTP)
	client.Transport = meter{client.Transport}
	return &Opener{cfg: cfg, guard: guard, client: client, multi: &origins{}}, nil
}

// With returns an Opener for other storages over the same connections. It is cheap: make one
// per account, or per job.
func (o *Opener) With(storages []Storage) (*Opener, error) {
	cfg := o.cfg
	cfg.Storages = storages
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Opener{cfg: cfg, guard: o.guard, client: o.client, multi: o.multi}, nil
}

// Close closes idle connections. Objects that are open stay usable.
func (o *Opener) Close() { o.client.CloseIdleConnections() }

// Open asks for the first bytes of ref and returns it as a source. ctx bounds the Object's
// whole life, not only this call; the caller closes the Object. The error is an *Error.
func (o *Opener) Open(ctx context.Context, ref string) (*Object, error) {
	t, err := o.resolve(ref)
	if err != nil {
		return nil, unresolved(ref, err)
	}
	obj := newObject(ctx, o, t)
	if err := obj.open(); err != nil {
		obj.Close()
		var known *Error
		if errors.As(err, &known) {
			known.Spent = obj.Spent()
		}
		return nil, err
	}
	return obj, nil
}

// unresolved makes an *Error of what Check would have said: storages and addresses may have
// changed since a reference was accepted.
func unresolved(ref string, err error) *Error {
	e := &Error{Code: Unreachable, Ref: redactRef(ref), Err: err}
	switch {
	case errors.Is(err, ErrDenied):
		e.Code = AddressDenied
	case errors.Is(err, ErrBucketUnknown), errors.Is(err, ErrURLInputsOff):
		e.Code = Forbidden
	case errors.Is(err, errReference):
		e.Code, e.Reason = Forbidden, "it names another source by a scheme that is not followed: http and https are"
	}
	return e
}

// now is the clock that signatures and expiry are judged by.
func (c Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}
