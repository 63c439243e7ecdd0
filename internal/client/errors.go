package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// Error is an error that the server told.
type Error struct {
	Status    int // HTTP
	Code      string
	Message   string // as it came; it may have several lines
	RequestID string
}

// Error returns one line: code, message, request id.
func (e *Error) Error() string {
	message := e.Message
	if e.Code == string(ims.SignatureDoesNotMatch) {
		// The message ends with the server's string to sign, many lines that only help who
		// writes a client.
		message, _, _ = strings.Cut(message, " server string to sign is:")
		message += " The access key secret is probably wrong."
	}
	s := e.Code + ": " + strings.Join(strings.Fields(message), " ")
	if e.RequestID != "" {
		s += " (request " + e.RequestID + ")"
	}
	return s
}

// UnreachableError says that no reply came from the endpoint.
type UnreachableError struct {
	Endpoint string
	Within   time.Duration // how long the try was allowed to take
	Err      error
}

func (e *UnreachableError) Error() string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens at %s: start a server with \"mediagauge serve\", or name another with --endpoint", e.Endpoint)
	case errors.As(e.Err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("no such host %q (endpoint %s)", dns.Name, e.Endpoint)
	case errors.Is(e.Err, context.DeadlineExceeded) || errors.As(e.Err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no answer from %s within %s", e.Endpoint, e.Within)
	}
	return fmt.Sprintf("no answer from %s: %v", e.Endpoint, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// unreachable wraps err without the URL that net/http puts into it, which holds all parameters.
func unreachable(endpoint string, within time.Duration, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return &UnreachableError{Endpoint: endpoint, Within: within, Err: err}
}

// ForeignError says that something answers at the endpoint that does not speak this API.
type ForeignError struct {
	Endpoint    string
	Status      int
	ContentType string
	Location    string // of a redirect
}

func (e *ForeignError) Error() string {
	answer := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	switch {
	case e.Location != "":
		to, _, _ := strings.Cut(e.Location, "?") // the query would be ours, echoed
		answer += fmt.Sprintf(" to %q", to)
	case e.ContentType != "":
		answer += fmt.Sprintf(" with %q", e.ContentType)
	}
	return fmt.Sprintf("the server at %s does not speak the media-information API: it answered %s; is --endpoint right?", e.Endpoint, answer)
}

// Throttled says whether the server turned the call away for now: it was not carried out.
func (e *Error) Throttled() bool { return strings.HasPrefix(e.Code, string(ims.Throttling)) }

// passing says whether err is worth a second try.
func passing(err error) bool {
	if told, ok := errors.AsType[*Error](err); ok {
		return told.Status == http.StatusServiceUnavailable
	}
	if foreign, ok := errors.AsType[*ForeignError](err); ok {
		return foreign.Status == http.StatusServiceUnavailable
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
