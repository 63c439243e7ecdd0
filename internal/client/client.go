// Package client calls a running server: it signs each request with V3 and turns what comes
// back into a reply or into an error that says what to do.
package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// Config says which server to call, and as whom.
type Config struct {
	Endpoint        string // http://host:port or https://host; a bare host:port means http
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string           // of a temporary key; empty for a permanent one
	Timeout         time.Duration    // of one try, beside the time the server is asked to wait; 0 = 30 s
	UserAgent       string           // "" = mediagauge
	RetryPause      time.Duration    // before the second try; 0 = 250 ms
	Once            bool             // nothing is tried a second time
	Connections     int              // that are kept open when idle; 0 = 16
	Now             func() time.Time // nil = time.Now
}

// Client calls one server with one access key. It may be used by several goroutines.
type Client struct {
	cfg  Config
	base url.URL // scheme and host; the API lives at /
	http *http.Client
}

// Times that apply when the Config does not say.
const (
	defaultTimeout    = 30 * time.Second
	defaultRetryPause = 250 * time.Millisecond

	// syncWait is how long the server may hold a SubmitSyncMediaInfoJob.
	syncWait = 60 * time.Second
	// maxReply bounds a reply; a page of 100 jobs with many streams each stays far below it.
	maxReply = 64 << 20
)

// New checks c and makes a client. It opens no connection.
func New(c Config) (*Client, error) {
	base, err := parseEndpoint(c.Endpoint)
	if err != nil {
		return nil, err
	}
	if c.AccessKeyID == "" || c.AccessKeySecret == "" {
		return nil, errors.New("an access key needs both its id and its secret")
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.RetryPause <= 0 {
		c.RetryPause = defaultRetryPause
	}
	if c.UserAgent == "" {
		c.UserAgent = "mediagauge"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: cmp.Or(c.Connections, 16),
		IdleConnTimeout:     30 * time.Second,
		ForceAttemptHTTP2:   true,
	}
	return &Client{cfg: c, base: base, http: &http.Client{
		Transport: transport,
		// A signed request must not be sent on to whoever the answer names.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Endpoint returns the address that is called, as it should be shown.
func (c *Client) Endpoint() string { return c.base.Scheme + "://" + c.base.Host }

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func parseEndpoint(s string) (url.URL, error) {
	if s != "" && !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return url.URL{}, errors.New("endpoint: want http://host:port or https://host")
	case u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return url.URL{}, fmt.Errorf("endpoint of host %q: want only scheme, host and port: the API lives at /", u.Host)
	}
	// The port that the scheme implies is not part of Host, and so not of the signature
	// (contract 2.3).
	host := u.Host
	if implied := map[string]string{"http": "80", "https": "443"}[u.Scheme]; u.Port() == implied {
		host = strings.TrimSuffix(host, ":"+implied)
	}
	return url.URL{Scheme: u.Scheme, Host: host, Path: "/"}, nil
}

// Call performs one action and decodes the reply into out; a *json.RawMessage receives the
// reply as it came. Errors are *Error (the server's own), *UnreachableError, *ForeignError, or
// wrap ctx's.
//
// Get and List actions are tried a second time when the server refuses the connection or
// answers 503; nothing else is ever sent twice.
func (c *Client) Call(ctx context.Context, version, action string, params map[string]string, out any) error {
	err := c.try(ctx, version, action, params, out)
	if err == nil || c.cfg.Once || !safeToRepeat(action) || !passing(err) {
		return err
	}
	timer := time.NewTimer(c.cfg.RetryPause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return err
	case <-timer.C:
	}
	return c.try(ctx, version, action, params, out)
}

func safeToRepeat(action string) bool {
	return strings.HasPrefix(action, "Get") || strings.HasPrefix(action, "List")
}

// try sends the request once, freshly signed.
func (c *Client) try(ctx context.Context, version, action string, params map[string]string, out any) error {
	timeout := c.cfg.Timeout + heldFor(action, params)
	tryCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := c.request(tryCtx, version, action, params)
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	resp, err := c.http.Do(req)
	if err == nil {
		defer func() { _ = resp.Body.Close() }() // everything of worth was read
		var body []byte
		if body, err = readAtMost(resp.Body, maxReply); err == nil {
			return c.decode(action, resp, body, out)
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", action, context.Cause(ctx))
	}
	return unreachable(c.Endpoint(), timeout, err)
}

// heldFor returns how long the server was asked to hold the request.
func heldFor(action string, params map[string]string) time.Duration {
	if action == ims.SubmitSyncMediaInfoJob {
		return syncWait
	}
	seconds, err := strconv.Atoi(params["WaitSeconds"])
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, 3600)) * time.Second
}

func (c *Client) decode(action string, resp *http.Response, body []byte, out any) error {
	var head struct{ RequestId, Code, Message string }
	err := json.Unmarshal(body, &head)
	if resp.StatusCode >= 400 && err == nil && head.Code != "" {
		return &Error{Status: resp.StatusCode, Code: head.Code, Message: head.Message, RequestID: head.RequestId}
	}
	if resp.StatusCode >= 300 || err != nil || head.RequestId == "" {
		return &ForeignError{Endpoint: c.Endpoint(), Status: resp.StatusCode,
			ContentType: resp.Header.Get("Content-Type"), Location: resp.Header.Get("Location")}
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s: reply of request %s: %w", action, head.RequestId, err)
	}
	return nil
}
