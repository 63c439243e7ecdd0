package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// V3Algorithm is the one algorithm that is spoken.
const V3Algorithm = "ACS3-HMAC-SHA256"

// EmptyHash is the lower-case hex SHA-256 of an empty body.
const EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// V3Request is what a V3 signature covers.
type V3Request struct {
	Method        string
	Path          string            // decoded; "" stands for "/"
	Query         map[string]string // decoded
	Header        map[string]string // lower-case name to value, host included
	SignedHeaders []string          // lower-case, ascending
	PayloadHash   string            // lower-case hex SHA-256 of the body
}

// Canonical returns the canonical request: method, path, query, one line for each signed header,
// the list of their names, and the body hash, joined with line feeds.
func (r V3Request) Canonical() string {
	dst := make([]byte, 0, 1024)
	dst = append(dst, r.Method...)
	dst = append(dst, '\n')
	dst = appendPath(dst, r.Path)
	dst = append(dst, '\n')
	dst = appendQuery(dst, r.Query, "")
	dst = append(dst, '\n')
	for _, name := range r.SignedHeaders {
		dst = append(dst, name...)
		dst = append(dst, ':')
		dst = append(dst, strings.TrimSpace(r.Header[name])...)
		dst = append(dst, '\n')
	}
	dst = append(dst, '\n')
	dst = append(dst, strings.Join(r.SignedHeaders, ";")...)
	dst = append(dst, '\n')
	return string(append(dst, r.PayloadHash...))
}

func appendPath(dst []byte, path string) []byte {
	if path == "" {
		return append(dst, '/')
	}
	for i, segment := range strings.Split(path, "/") {
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = appendEncoded(dst, segment)
	}
	return dst
}

// V3StringToSign returns the algorithm and the hash of a canonical request.
func V3StringToSign(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return V3Algorithm + "\n" + hex.EncodeToString(sum[:])
}

// V3Signature returns hex(HMAC-SHA256(secret, stringToSign)).
func V3Signature(secret, stringToSign string) string {
	return hex.EncodeToString(v3MAC(secret, stringToSign))
}

// V3Verify returns nil when signature is the one that V3Signature makes, ErrMalformed when it is
// not the lower-case hex of a SHA-256 MAC, and ErrMismatch otherwise.
func V3Verify(secret, stringToSign, signature string) error {
	want := v3MAC(secret, stringToSign)
	if !isHash(signature) {
		return ErrMalformed
	}
	got, err := hex.DecodeString(signature)
	if err != nil {
		return ErrMalformed
	}
	if !hmac.Equal(got, want) {
		return ErrMismatch
	}
	return nil
}

func v3MAC(secret, stringToSign string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(stringToSign))
	return h.Sum(nil)
}

// isHash says whether s is 64 lower-case hexadecimal digits.
func isHash(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// MustSign says whether a request that carries the header name (lower-case) must sign it:
// host, content-type and every x-acs-* header. A header that the server acts on and the
// signature does not cover could be added by anyone on the way.
func MustSign(name string) bool {
	return name == "host" || name == "content-type" || strings.HasPrefix(name, "x-acs-")
}

// SignV3 returns the Authorization header for r. It signs the headers that MustSign names;
// r.SignedHeaders is ignored.
func SignV3(keyID, secret string, r V3Request) string {
	r.SignedHeaders = nil
	for name := range r.Header {
		if MustSign(name) {
			r.SignedHeaders = append(r.SignedHeaders, name)
		}
	}
	slices.Sort(r.SignedHeaders)
	return Authorization{
		Algorithm:     V3Algorithm,
		Credential:    keyID,
		SignedHeaders: r.SignedHeaders,
		Signature:     V3Signature(secret, V3StringToSign(r.Canonical())),
	}.String()
}
