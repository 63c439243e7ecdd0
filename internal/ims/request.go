package ims

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// Bounds of a request that are the same on every server.
const (
	MaxURI        = 64 << 10 // bytes of the request line's target
	MaxParameters = 200      // in query and form together
)

const formType = "application/x-www-form-urlencoded"

// The formats of replies.
const (
	JSON = "JSON"
	XML  = "XML"
)

// Request is one call, decoded but not yet trusted: nothing in it is checked against a
// signature.
type Request struct {
	Action  string
	Version string
	Format  string // JSON or XML

	Method     string
	Host       string
	Path       string
	Query      map[string]string
	Form       map[string]string
	Params     map[string]string // Query and Form together
	Header     http.Header
	BodySHA256 string // lower-case hexadecimal, of the raw body
	HasBody    bool
	RemoteAddr string
}

// ParseRequest reads r: the query and a form body make one set of parameters, in which a name
// occurs once. The Request is never nil, so that even a refused call is answered in the format
// it asked for. The error is an *Error.
func ParseRequest(r *http.Request, maxBody int64) (*Request, error) {
	req := &Request{
		Format: JSON, Method: r.Method, Host: r.Host, Path: r.URL.Path, Header: r.Header,
		RemoteAddr: r.RemoteAddr, BodySHA256: emptySHA256,
		Query: map[string]string{}, Form: map[string]string{}, Params: map[string]string{},
	}
	if len(r.RequestURI) > MaxURI || len(r.URL.RawQuery) > MaxURI {
		return req, Invalid("query", fmt.Sprintf("It is longer than %d bytes.", MaxURI))
	}
	queryErr := req.addPairs(req.Query, r.URL.RawQuery)
	req.guessFormat()
	if queryErr != nil {
		return req, queryErr
	}
	body, err := readBody(r, maxBody)
	if err != nil {
		return req, err
	}
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		req.BodySHA256, req.HasBody = hex.EncodeToString(sum[:]), true
		if err := checkBodyType(r.Header, body); err != nil {
			return req, err
		}
		formErr := req.addPairs(req.Form, string(body))
		req.guessFormat()
		if formErr != nil {
			return req, formErr
		}
	}
	return req, req.identify()
}

var emptySHA256 = func() string { s := sha256.Sum256(nil); return hex.EncodeToString(s[:]) }()

func readBody(r *http.Request, maxBody int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > maxBody {
		return nil, errBodyTooLong(maxBody)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong), err == nil && int64(len(body)) > maxBody:
		return nil, errBodyTooLong(maxBody)
	case err != nil:
		return nil, Invalid("body", "It did not arrive whole.")
	}
	return body, nil
}

func errBodyTooLong(most int64) *Error {
	return Invalid("body", fmt.Sprintf("It is longer than %d bytes.", most))
}

func checkBodyType(h http.Header, body []byte) error {
	if e := h.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return Invalid("Content-Encoding", "Bodies are not to be compressed.")
	}
	if values := h.Values("Content-Type"); len(values) > 1 {
		return Invalid("Content-Type", "It is given more than once.")
	}
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err == nil && t == formType {
		return nil
	}
	reason := "A body must be of type " + formType + "."
	if strings.HasPrefix(t, "application/json") || body[0] == '{' {
		reason += " A JSON body is not read: send each parameter by name, and Input as one parameter whose value is a JSON object."
	}
	return Invalid("Content-Type", reason)
}

// v3 says whether the call claims the newer signature scheme.
func (r *Request) v3() bool {
	const prefix = "ACS3-"
	h := r.Header.Get("Authorization")
	return len(h) >= len(prefix) && strings.EqualFold(h[:len(prefix)], prefix)
}

// v1 says whether the call carries a signature of the older scheme.
func (r *Request) v1() bool {
	_, given := r.Params["Signature"]
	return given && !r.v3()
}

// identify finds out what is asked for. In the older scheme the signed parameters name the
// action, in the newer one the signed headers do; whoever gives both must mean the same.
func (r *Request) identify() error {
	for _, f := range []struct {
		param, header string
		into          *string
	}{{"Action", "X-Acs-Action", &r.Action}, {"Version", "X-Acs-Version", &r.Version}} {
		headers := r.Header.Values(f.header)
		if len(headers) > 1 {
			return Invalid(f.header, "It is given more than once.")
		}
		header, param := r.Header.Get(f.header), r.Params[f.param]
		if header != "" && param != "" && header != param {
			return Invalid(f.param, "The parameter and the header "+strings.ToLower(f.header)+" differ.")
		}
		switch {
		case r.v3():
			*f.into = header
		case r.v1():
			*f.into = param
		default:
			*f.into = param
			if param == "" {
				*f.into = header
			}
		}
	}
	switch f := r.Params["Format"]; {
	case f == "", strings.EqualFold(f, JSON), strings.EqualFold(f, XML):
		return nil
	default:
		return NewError(InvalidFormat)
	}
}

// guessFormat sets the format of the reply from what is known so far. Calls signed the older
// way get XML unless they ask for JSON; all clients do.
func (r *Request) guessFormat() {
	f := r.Params["Format"]
	switch {
	case strings.EqualFold(f, XML), f == "" && r.v1():
		r.Format = XML
	default:
		r.Format = JSON
	}
}
