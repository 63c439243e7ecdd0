package source

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mediagauge/mediagauge/internal/netguard"
)

// errorBody bounds what is read of an error document.
const errorBody = 4 << 10

// maxRetryAfter bounds what an origin may ask for.
const maxRetryAfter = time.Hour

var (
	errStatus   = errors.New("unexpected answer")
	errBusy     = errors.New("origin is busy or failing")
	errRefused  = errors.New("origin refused access")
	errAbsent   = errors.New("no such object")
	errRunOut   = errors.New("the url or its token has expired")
	errTimeout  = errors.New("timeout")
	errNoAnswer = errors.New("no usable answer")
)

// xmlCode finds the code of an OSS or S3 error document. It is not an XML parser on purpose:
// the document comes from a stranger and one word of it is wanted.
var xmlCode = regexp.MustCompile(`<Code>([A-Za-z0-9.]{1,64})</Code>`)

// bucketCodes are the error codes of OSS and S3 that say more than the HTTP status does.
var bucketCodes = map[string]Code{
	"ExpiredToken":                 Expired, // S3
	"InvalidAccessKeyId":           Forbidden,
	"InvalidObjectState":           Forbidden, // archived
	"NoSuchBucket":                 NotFound,
	"NoSuchKey":                    NotFound,
	"PreconditionFailed":           Changed,
	"RequestTimeTooSkewed":         Forbidden,
	"SecurityTokenExpired":         Expired, // OSS
	"SignatureDoesNotMatch":        Forbidden,
	"InvalidSecurityToken":         Forbidden,
	"SlowDown":                     Unreachable,
	"TokenRefreshRequired":         Expired,
	"AccessDenied":                 Forbidden,
	"AuthorizationHeaderMalformed": Forbidden,
}

// statusError explains an answer that is neither 200, 206 nor 416.
func (o *Object) statusError(a *answer) *Error {
	var body []byte
	if a.StatusCode >= 400 { // a 101 has no end
		body = o.readStart(a, errorBody)
	}
	e := &Error{Ref: o.target.ref, Status: a.StatusCode}
	e.Code, e.Err, e.Temporary = o.explain(a.StatusCode, body)
	if e.Temporary {
		e.RetryAfter = retryAfter(a.Header, o.opener.cfg.now())
	}
	o.report(fmt.Errorf("status %d: %w", a.StatusCode, e.Err))
	return e
}

// explain maps an HTTP status, and the code of an error document where there is one.
func (o *Object) explain(status int, body []byte) (code Code, reason error, temporary bool) {
	switch {
	case status == 408 || status == 425 || status == 429 || status >= 500 && status <= 599:
		return Unreachable, errBusy, true
	case status == 412:
		return Changed, errChanged, true
	case status < 400 || status > 499:
		return Unreachable, errStatus, false
	}
	if o.presignedRanOut(status) || bytes.Contains(body, []byte("Request has expired")) {
		return Expired, errRunOut, false
	}
	if m := xmlCode.FindSubmatch(body); m != nil {
		if code := bucketCodes[string(m[1])]; code != "" {
			return code, fmt.Errorf("%w: %s", reasons[code], m[1]), code == Unreachable || code == Changed
		}
	}
	switch status {
	case 401, 403, 407, 451:
		return Forbidden, errRefused, false
	case 404, 410:
		return NotFound, errAbsent, false
	}
	return Unreachable, errStatus, false
}

// presignedRanOut says whether status is what an origin answers to a signature whose time,
// written in the URL, is over.
func (o *Object) presignedRanOut(status int) bool {
	at := o.target.expires
	refusal := status == 400 || status == 401 || status == 403 || status == 410
	return refusal && !at.IsZero() && at.Before(o.opener.cfg.now())
}

var reasons = map[Code]error{
	Changed:     errChanged,
	Expired:     errRunOut,
	Forbidden:   errRefused,
	NotFound:    errAbsent,
	Unreachable: errBusy,
}

// xmlError recognises an error document sent with a status of success.
func (o *Object) xmlError(h http.Header, head []byte) (Code, error) {
	if !strings.Contains(h.Get("Content-Type"), "xml") || !bytes.Contains(head[:min(len(head), 512)], []byte("<Error>")) {
		return "", nil
	}
	m := xmlCode.FindSubmatch(head[:min(len(head), errorBody)])
	if m == nil || bucketCodes[string(m[1])] == "" {
		return "", nil
	}
	code := bucketCodes[string(m[1])]
	return code, fmt.Errorf("%w: %s", reasons[code], m[1])
}

// readStart returns up to limit bytes of a body; why it ended does not matter.
func (o *Object) readStart(a *answer, limit int) []byte {
	cfg := o.opener.cfg
	w := newWatch(cfg.RateWindow, cfg.MinRate, cfg.RateWindow, a.cancel)
	defer w.stop()
	p, n := make([]byte, limit), 0
	for n < limit {
		got, err := a.Body.Read(p[n:])
		n += got
		w.add(got)
		if err != nil {
			break
		}
	}
	return p[:n]
}

func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	wait := time.Duration(0)
	if sec, err := strconv.ParseInt(text, 10, 64); err == nil {
		wait = time.Duration(min(max(sec, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// failStatus is fail for an answer that came but cannot be used.
func (o *Object) failStatus(status int, err error) *Error {
	e := o.fail(err)
	e.Status = status
	return e
}

// fail makes an *Error of anything that went wrong. What the network said is shown only as a
// reason from a short list: raw errors name addresses, resolvers and signed URLs.
func (o *Object) fail(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err // without the URL, which may be signed
	}
	o.report(err)
	e := &Error{Ref: o.target.ref}
	if ended := o.ended(); ended != nil {
		err = ended
	}
	e.Code, e.Err, e.Temporary = classify(err)
	e.Reason = e.Err.Error()
	return e
}

// ended says why the Object may do nothing more, or nil. The caller's own cause is not passed
// on: only that it gave up, or that its time is over.
func (o *Object) ended() error {
	cause := context.Cause(o.ctx)
	if cause == nil || cause == errClosed || cause == errDeadline {
		return cause
	}
	return o.ctx.Err()
}

func (o *Object) report(err error) {
	if hook := o.opener.cfg.OnFailure; hook != nil {
		hook(o.target.ref, err)
	}
}

// ownReasons are the errors of this package, which are fit to be shown as they are.
var ownReasons = []struct {
	err       error
	code      Code
	temporary bool
}{
	{errBytes, BudgetExceeded, false},
	{errRequests, BudgetExceeded, false},
	{errChanged, Changed, true},
	{errShort, Truncated, true},
	{errNoRanges, NotSeekable, false},
	{errOtherRange, NotSeekable, false},
	{errEncoded, NotSeekable, false},
	{errSlow, Unreachable, true},
	{errDeadline, DeadlineExceeded, false},
	{context.DeadlineExceeded, DeadlineExceeded, false},
	{errClosed, Cancelled, false},
	{netguard.ErrRedirects, Unreachable, false},
}

func classify(err error) (code Code, reason error, temporary bool) {
	if errors.Is(err, netguard.ErrDenied) || errors.Is(err, netguard.ErrBadURL) {
		return AddressDenied, ErrDenied, false
	}
	for _, own := range ownReasons {
		// Not errors.Is: a network timeout says that it is context.DeadlineExceeded.
		if err == own.err {
			return own.code, own.err, own.temporary
		}
	}
	return classifyNetwork(err)
}

func classifyNetwork(err error) (code Code, reason error, temporary bool) {
	var (
		dns     *net.DNSError
		timeout net.Error
		verify  *tls.CertificateVerificationError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return Cancelled, context.Canceled, false
	case errors.As(err, &dns) && dns.IsNotFound:
		return Unreachable, errors.New("no such host"), false
	case errors.As(err, &dns):
		return Unreachable, errors.New("host lookup failed"), true
	case errors.As(err, &verify), errors.As(err, &host), errors.As(err, &unknown), errors.As(err, &invalid):
		return Unreachable, errors.New("certificate is not valid for the host"), false
	case refusedTLS(err):
		return Unreachable, errors.New("tls handshake refused"), false
	case errors.Is(err, syscall.ECONNREFUSED):
		return Unreachable, errors.New("connection refused"), true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Unreachable, errors.New("connection reset"), true
	case errors.As(err, &timeout) && timeout.Timeout():
		return Unreachable, errTimeout, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Unreachable, errors.New("connection closed"), true
	}
	return Unreachable, errNoAnswer, true
}

// refusedTLS recognises a handshake that ended in words: an alert from either side, which
// crypto/tls wraps under these two names, or an answer that was no TLS at all.
func refusedTLS(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") {
		return true
	}
	var notTLS tls.RecordHeaderError
	return errors.As(err, &notTLS) || errors.Is(err, http.ErrSchemeMismatch)
}
