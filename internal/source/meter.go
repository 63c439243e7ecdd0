package source

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/probe"
)

var (
	errRequests = errors.New("request budget used up")
	errBytes    = errors.New("byte budget used up")
)

// account holds one Object to its budget of requests and body bytes.
type account struct {
	maxRequests int
	maxBytes    int64

	mu    sync.Mutex
	spent probe.Cost
}

func (a *account) cost() probe.Cost {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.spent
}

// room returns how many bytes may still be received.
func (a *account) room() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.maxBytes - a.spent.Bytes
}

func (a *account) request() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.spent.Requests >= a.maxRequests {
		return errRequests
	}
	a.spent.Requests++
	return nil
}

func (a *account) unrequest() {
	a.mu.Lock()
	a.spent.Requests--
	a.mu.Unlock()
}

// reserve takes up to n bytes from the budget; refund gives back what was not received.
func (a *account) reserve(n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	got := int(min(int64(n), a.maxBytes-a.spent.Bytes))
	a.spent.Bytes += int64(got)
	return got
}

func (a *account) refund(n int) {
	a.mu.Lock()
	a.spent.Bytes -= int64(n)
	a.mu.Unlock()
}

type accountKey struct{}

// meter charges every hop of a request, redirects included, to the account in its context.
type meter struct{ base http.RoundTripper }

func (m meter) RoundTrip(req *http.Request) (*http.Response, error) {
	a := req.Context().Value(accountKey{}).(*account)
	if err := a.request(); err != nil {
		return nil, err
	}
	resp, err := m.base.RoundTrip(req)
	if err != nil {
		if neverSent(err) {
			a.unrequest()
		}
		return nil, err
	}
	resp.Body = &meteredBody{resp.Body, a}
	return resp, nil
}

// neverSent tells errors that arose before there was a connection.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.Is(err, netguard.ErrDenied) || errors.As(err, &op) && op.Op == "dial"
}

// CloseIdleConnections serves http.Client.CloseIdleConnections.
func (m meter) CloseIdleConnections() {
	if c, ok := m.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func withAccount(ctx context.Context, a *account) context.Context {
	return context.WithValue(ctx, accountKey{}, a)
}

type meteredBody struct {
	io.ReadCloser
	account *account
}

func (b *meteredBody) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	got := b.account.reserve(len(p))
	if got == 0 {
		return 0, errBytes
	}
	n, err := b.ReadCloser.Read(p[:got])
	b.account.refund(got - n)
	return n, err
}
