package sign

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
)

// V1StringToSign returns METHOD & %2F & encoded canonical query, where the query holds every
// parameter of query and form body except Signature. Parameters with an empty value take part.
func V1StringToSign(method string, params map[string]string) string {
	query := appendQuery(make([]byte, 0, 1024), params, "Signature")
	dst := make([]byte, 0, len(method)+5+2*len(query))
	dst = append(dst, method...)
	dst = append(dst, "&%2F&"...)
	return string(appendEncoded(dst, query))
}

// V1Signature returns base64(HMAC-SHA1(secret + "&", stringToSign)).
func V1Signature(secret, stringToSign string) string {
	return base64.StdEncoding.EncodeToString(v1MAC(secret, stringToSign))
}

// V1Verify returns nil when signature is the one that V1Signature makes, ErrMalformed when it is
// not the canonical base64 of a SHA-1 MAC, and ErrMismatch otherwise.
func V1Verify(secret, stringToSign, signature string) error {
	want := v1MAC(secret, stringToSign)
	got, err := decodeV1(signature)
	if err != nil {
		return err
	}
	if !hmac.Equal(got, want) {
		return ErrMismatch
	}
	return nil
}

func v1MAC(secret, stringToSign string) []byte {
	h := hmac.New(sha1.New, []byte(secret+"&"))
	h.Write([]byte(stringToSign))
	return h.Sum(nil)
}

// decodeV1 takes only the one spelling that an encoder produces: Strict refuses stray trailing
// bits, and the length refuses the line breaks that the decoder would skip.
func decodeV1(signature string) ([]byte, error) {
	if len(signature) != base64.StdEncoding.EncodedLen(sha1.Size) {
		return nil, ErrMalformed
	}
	mac, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || len(mac) != sha1.Size {
		return nil, ErrMalformed
	}
	return mac, nil
}
