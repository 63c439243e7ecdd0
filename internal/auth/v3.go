package auth

import (
	"errors"
	"slices"
	"strings"

	"github.com/mediagauge/mediagauge/internal/sign"
)

func (at *attempt) beginV3(authorization string) error {
	var err error
	at.authz, err = sign.ParseAuthorization(authorization)
	if at.authz.Algorithm != sign.V3Algorithm {
		return ErrSignatureMethod
	}
	if err != nil {
		return incomplete("%v", err)
	}
	at.keyID = at.authz.Credential
	if id := at.header("X-Acs-Accesskey-Id"); id != "" && id != at.keyID {
		return incomplete("x-acs-accesskey-id names another key than Authorization")
	}
	return nil
}

// refuseMethodV3 wants the headers that the scheme is made of, and action and version to be the
// signed ones when the parameters name them too.
func refuseMethodV3(at *attempt) error {
	for _, name := range [...]string{"X-Acs-Action", "X-Acs-Version", "X-Acs-Content-Sha256"} {
		if at.header(name) == "" {
			return &MissingError{Name: strings.ToLower(name)}
		}
	}
	for param, header := range map[string]string{"Action": "X-Acs-Action", "Version": "X-Acs-Version"} {
		if v := at.param(param); v != "" && v != at.header(header) {
			return incomplete("parameter %s and header %s differ", param, strings.ToLower(header))
		}
	}
	return nil
}

// refuseHeadersV3 demands that what is listed is there once, and that what matters is listed.
func refuseHeadersV3(at *attempt) error {
	listed := at.authz.SignedHeaders
	if !slices.Contains(listed, "host") {
		return incomplete("host is not a signed header")
	}
	byName := make(map[string][]string, len(at.Header))
	for name, values := range at.Header {
		lower := strings.ToLower(name)
		if _, twice := byName[lower]; twice {
			return incomplete("header %s is there twice", lower)
		}
		byName[lower] = values
	}
	for _, name := range listed {
		if n := len(byName[name]); name != "host" && n != 1 {
			return incomplete("signed header %s is there %d times", name, n)
		}
	}
	for name, values := range byName {
		if sign.MustSign(name) && len(values) > 0 && !slices.Contains(listed, name) {
			return incomplete("header %s is not signed", name)
		}
	}
	return nil
}

// refuseMismatchV3 recomputes the signature with the hash of the body that really came, and wants
// the client to have declared that same hash.
func refuseMismatchV3(at *attempt) error {
	header := make(map[string]string, len(at.authz.SignedHeaders))
	for name, values := range at.Header {
		if len(values) > 0 {
			header[strings.ToLower(name)] = values[0]
		}
	}
	header["host"] = at.Host
	hash := at.BodySHA256
	if !at.HasBody && hash == "" {
		hash = sign.EmptyHash
	}
	canonical := sign.V3Request{
		Method: at.Method, Path: at.Path, Query: at.Query, Header: header,
		SignedHeaders: at.authz.SignedHeaders, PayloadHash: hash,
	}.Canonical()
	stringToSign := sign.V3StringToSign(canonical)
	err := sign.V3Verify(at.secret, stringToSign, at.authz.Signature)
	switch {
	case errors.Is(err, sign.ErrMalformed):
		return incomplete("Signature is not the lower-case hex of a SHA-256 MAC")
	case err != nil, at.header("X-Acs-Content-Sha256") != hash:
		return &MismatchError{StringToSign: stringToSign, Canonical: canonical}
	}
	return nil
}
