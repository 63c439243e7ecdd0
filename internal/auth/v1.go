package auth

import (
	"errors"
	"maps"
	"strings"

	"github.com/mediagauge/mediagauge/internal/sign"
)

func (at *attempt) beginV1() error {
	at.params = at.Query
	if len(at.Form) > 0 {
		at.params = make(map[string]string, len(at.Query)+len(at.Form))
		maps.Copy(at.params, at.Query)
		maps.Copy(at.params, at.Form)
	}
	at.keyID = at.params["AccessKeyId"]
	if at.keyID == "" {
		return &MissingError{Name: "AccessKeyId"}
	}
	return nil
}

// refuseMethodV1 wants every system parameter that the scheme is made of. Action and Version
// count: their x-acs-* twins, which clients send too, are not signed in this scheme.
func refuseMethodV1(at *attempt) error {
	for _, name := range [...]string{"Action", "Version", "SignatureMethod", "SignatureVersion"} {
		if at.params[name] == "" {
			return &MissingError{Name: name}
		}
	}
	if !strings.EqualFold(at.params["SignatureMethod"], "HMAC-SHA1") {
		return ErrSignatureMethod
	}
	if v := at.params["SignatureVersion"]; v != "1.0" {
		return incomplete("signature version %q", v)
	}
	if t := at.params["SignatureType"]; t != "" {
		return incomplete("signature type %q", t)
	}
	return nil
}

func refuseMismatchV1(at *attempt) error {
	stringToSign := sign.V1StringToSign(at.Method, at.params)
	err := sign.V1Verify(at.secret, stringToSign, at.params["Signature"])
	switch {
	case errors.Is(err, sign.ErrMalformed):
		return incomplete("Signature is not the base64 of a SHA-1 MAC")
	case err != nil:
		return &MismatchError{StringToSign: stringToSign}
	}
	return nil
}
