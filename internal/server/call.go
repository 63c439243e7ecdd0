package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// call is one request on its way through the steps.
type call struct {
	*ims.Request
	id     string // RequestId
	began  time.Time
	docs   string // address of the page that explains errors
	action ims.Action
	who    auth.Identity
	secure bool // came over TLS

	status  int // what was answered
	code    ims.Code
	written int
	err     error
	stack   string
}

func newCall(r *http.Request, now time.Time) *call {
	return &call{Request: &ims.Request{Format: ims.JSON}, id: newRequestID(), began: now, docs: docsAddress(r)}
}

// newRequestID makes an upper-case UUID of version 4.
func newRequestID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails on supported systems
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%X-%X-%X-%X-%X", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// answer takes a call through its steps. The order is fixed: can it be read, is there such an
// action, who calls, may they, do the parameters make sense, and only then the action itself.
func (s *Server) answer(r *http.Request, c *call) (any, error) {
	if r.URL.Path != "/" {
		return nil, ims.NewError(ims.PathNotFound)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, ims.NewError(ims.UnsupportedMethod)
	}
	c.secure = overTLS(r)
	if s.cfg.RequireTLS && !c.secure {
		return nil, ims.NewError(ims.NeedTLS)
	}
	var err error
	if c.Request, err = ims.ParseRequest(r, s.cfg.MaxBody); err != nil {
		return nil, err
	}
	if c.action, err = ims.LookUp(c.Request); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.cfg.CallTimeout)
	defer cancel()
	if c.who, err = s.cfg.Auth.Authenticate(ctx, authRequest(c)); err != nil {
		return nil, err
	}
	if err = s.throttle.admit(c.who.Account, c.action, s.cfg.Now()); err != nil {
		return nil, err
	}
	if err = s.authorize(ctx, c); err != nil {
		return nil, err
	}
	in, err := c.action.Decode(c.Request)
	if err != nil {
		return nil, err
	}
	client, gone := context.WithCancel(r.Context())
	defer gone()
	defer context.AfterFunc(s.waits, gone)()
	return s.handlers[c.action.Version][c.action.Name](ctx, client, c, in)
}

// authRequest hands over the same maps that the parameters are read from later: what was signed
// is what is done.
func authRequest(c *call) *auth.Request {
	remote, _ := netip.ParseAddrPort(c.RemoteAddr) // unknown stays the zero address
	return &auth.Request{
		Method: c.Method, Host: c.Host, Path: c.Path, Query: c.Query, Form: c.Form, Header: c.Header,
		BodySHA256: c.BodySHA256, HasBody: c.HasBody, Remote: remote.Addr(), Durable: c.action.Durable,
	}
}

// overTLS says whether the client's call was encrypted: on this connection, or on the way to a
// proxy on this machine, which says so. Nobody else is believed.
func overTLS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && remote.Addr().IsLoopback() && r.Header.Get("X-Forwarded-Proto") == "https"
}
