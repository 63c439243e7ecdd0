package netguard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ErrRedirects is returned when a chain of redirects is longer than allowed.
var ErrRedirects = errors.New("too many redirects")

// Options shape a client. A zero field means the default.
type Options struct {
	ConnectTimeout time.Duration  // default 5 s
	TLSTimeout     time.Duration  // default 5 s
	HeaderTimeout  time.Duration  // from request written to headers read; default 10 s
	MaxHeaderBytes int64          // default 64 KiB
	MaxRedirects   int            // default 10
	NoRedirects    bool           // hand a 3xx back as the response
	MaxIdlePerHost int            // default 16
	RootCAs        *x509.CertPool // nil: the system's
}

func (o Options) withDefaults() Options {
	setDefault(&o.ConnectTimeout, 5*time.Second)
	setDefault(&o.TLSTimeout, 5*time.Second)
	setDefault(&o.HeaderTimeout, 10*time.Second)
	setDefault(&o.MaxHeaderBytes, 64<<10)
	setDefault(&o.MaxRedirects, 10)
	setDefault(&o.MaxIdlePerHost, 16)
	return o
}

func setDefault[T int | int64 | time.Duration](p *T, v T) {
	if *p <= 0 {
		*p = v
	}
}

// Client returns an HTTP client that can only reach what the guard allows. It keeps no
// cookies, uses no proxy, and asks for no compression. The caller bounds each request with a
// context: the client has no total timeout of its own.
func (g *Guard) Client(o Options) *http.Client {
	o = o.withDefaults()
	return &http.Client{
		Transport:     &roundTripper{guard: g, base: g.Transport(o)},
		CheckRedirect: g.redirectPolicy(o),
	}
}

// Transport returns the transport under Client: it judges every address it dials, but leaves
// the URL check and the redirect rules to the caller.
func (g *Guard) Transport(o Options) *http.Transport {
	o = o.withDefaults()
	dialer := &net.Dialer{
		Timeout:        o.ConnectTimeout,
		KeepAlive:      30 * time.Second,
		Resolver:       g.resolver(),
		ControlContext: g.control,
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		// A proxy would be the only address the dial check ever sees.
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    o.TLSTimeout,
		ResponseHeaderTimeout:  o.HeaderTimeout,
		MaxResponseHeaderBytes: o.MaxHeaderBytes,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    o.MaxIdlePerHost,
		IdleConnTimeout:        30 * time.Second,
		DisableCompression:     true,
		Protocols:              protocols,
	}
}

// resolver is never the C library's: getaddrinfo reads octal, hexadecimal and short forms of
// IPv4 as addresses.
func (g *Guard) resolver() *net.Resolver {
	if g.Resolver != nil {
		return g.Resolver
	}
	return &net.Resolver{PreferGo: true}
}

// control runs before each connect, on the address the resolver gave.
func (g *Guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return g.deny(address, "network "+network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return g.deny(address, "unreadable address")
	}
	if err := g.CheckAddr(ap); err != nil || g.dialling == nil {
		return err
	}
	return g.dialling(ap)
}

// roundTripper checks the URL of every hop before its host is looked up.
type roundTripper struct {
	guard *Guard
	base  *http.Transport
}

func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	u, err := t.guard.CheckURL(spell(req.URL))
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	if u.Host != req.URL.Host { // the ASCII form, so that nobody maps the name again
		req = req.Clone(req.Context())
		req.URL.Host = u.Host
	}
	return t.base.RoundTrip(req)
}

// spell is u.String with the host as it was written: String percent-encodes an international
// name, which CheckURL takes for a disguise.
func spell(u *url.URL) string {
	const mark = "h"
	v := *u
	v.Host = mark
	return strings.Replace(v.String(), "//"+mark, "//"+u.Host, 1)
}

// CloseIdleConnections serves http.Client.CloseIdleConnections.
func (t *roundTripper) CloseIdleConnections() { t.base.CloseIdleConnections() }

// keptOnRedirect are the only headers that follow a redirect. Everything else may be a
// credential, a signature over the first URL, or (Referer) a signed URL itself.
var keptOnRedirect = map[string]bool{
	"Accept":              true,
	"Accept-Encoding":     true,
	"If-Match":            true,
	"If-Unmodified-Since": true,
	"Range":               true,
	"User-Agent":          true,
}

func (g *Guard) redirectPolicy(o Options) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if o.NoRedirects {
			return http.ErrUseLastResponse
		}
		if len(via) > o.MaxRedirects {
			return ErrRedirects
		}
		if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
			return g.deny(req.URL.Host, "redirect from https to "+req.URL.Scheme)
		}
		if err := checkText(req.Response.Header.Get("Location")); err != nil {
			return g.deny(req.URL.Host, "redirect: "+err.Error())
		}
		u, err := g.CheckURL(spell(req.URL))
		switch {
		case errors.Is(err, ErrBadURL):
			return g.deny(req.URL.Host, "redirect: "+err.Error())
		case err != nil:
			return err
		}
		req.URL.Host, req.Host = u.Host, ""
		for name := range req.Header {
			if !keptOnRedirect[name] {
				delete(req.Header, name)
			}
		}
		return nil
	}
}
