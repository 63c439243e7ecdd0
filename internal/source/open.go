package source

import (
	"context"
	"errors"
	"net/http"

	"github.com/mediagauge/mediagauge/internal/netguard"
)

// Opener opens the sources of one account. It is safe for concurrent use.
type Opener struct {
	cfg    Config
	guard  *netguard.Guard
	client *http.Client
}

// New returns an Opener that reaches only what guard allows.
func New(cfg Config, guard *netguard.Guard) (*Opener, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Opener{cfg: cfg, guard: guard, client: guard.Client(cfg.HTTP)}, nil
}

// With returns an Opener for other storages over the same connections.
func (o *Opener) With(storages []Storage) (*Opener, error) {
	cfg := o.cfg
	cfg.Storages = storages
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Opener{cfg: cfg, guard: o.guard, client: o.client}, nil
}

// Close closes idle connections. Objects that are open stay usable.
func (o *Opener) Close() { o.client.CloseIdleConnections() }

// Check says whether Open would try ref, without any network: the error wraps ErrBadRef,
// ErrBucketUnknown, ErrURLInputsOff or ErrDenied and is fit for the caller's eyes.
func (o *Opener) Check(ref string) error { return errors.ErrUnsupported }

// Open asks for the first bytes of ref and returns it as a source. ctx bounds the Object's
// whole life, not only this call. The error is an *Error, or one of Check's.
func (o *Opener) Open(ctx context.Context, ref string) (*Object, error) {
	return nil, errors.ErrUnsupported
}
