package auth

import "strings"

// Scheme names a signature scheme.
type Scheme string

// The schemes: HMAC-SHA1 over the parameters, and ACS3-HMAC-SHA256 over the whole request.
const (
	V1 Scheme = "v1"
	V3 Scheme = "v3"
)

// begin picks the scheme, once, and reads what identifies the signer.
func begin(r *Request) (*attempt, error) {
	if r.Path != "/" && r.Path != "" {
		return nil, incomplete("path %q: the API is at /", r.Path) // V1 does not sign the path
	}
	for name := range r.Form {
		if _, twice := r.Query[name]; twice {
			return nil, incomplete("parameter %q is in the query and in the body", name)
		}
	}
	at := &attempt{Request: r}
	authorization := r.Header["Authorization"]
	if len(authorization) > 1 {
		return nil, incomplete("%d Authorization headers", len(authorization))
	}
	_, inQuery := r.Query["Signature"]
	_, inForm := r.Form["Signature"]
	v1, v3 := inQuery || inForm, len(authorization) == 1 && isACS3(authorization[0])
	switch {
	case v1 && v3:
		return nil, incomplete("both an Authorization header and a Signature parameter")
	case v3:
		at.scheme = V3
		return at, at.beginV3(authorization[0])
	case v1:
		at.scheme = V1
		return at, at.beginV1()
	}
	return nil, refuseUnsigned(at)
}

func isACS3(authorization string) bool {
	return len(authorization) >= 5 && strings.EqualFold(authorization[:5], "ACS3-")
}

func refuseUnsigned(at *attempt) error {
	authorization := at.header("Authorization")
	switch {
	case len(authorization) >= 7 && strings.EqualFold(authorization[:7], "Bearer "),
		at.param("BearerToken") != "", at.header("X-Acs-Bearer-Token") != "",
		at.param("SignatureType") == "BEARERTOKEN", at.header("X-Acs-Signature-Type") == "BEARERTOKEN":
		return ErrBearerUnsupported
	case authorization != "":
		return incomplete("the Authorization header is not of the ACS3 scheme")
	}
	return ErrNoSignature
}

// param returns a decoded parameter of the query or the form.
func (at *attempt) param(name string) string {
	if v, ok := at.Query[name]; ok {
		return v
	}
	return at.Form[name]
}

// header returns the first value of a header by its canonical name.
func (at *attempt) header(name string) string {
	if v := at.Header[name]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}
