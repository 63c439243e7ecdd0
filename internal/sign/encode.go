package sign

import (
	"maps"
	"slices"
)

const upperHex = "0123456789ABCDEF"

// Encode percent-encodes s as RFC 3986 section 2.3 wants: every byte except A–Z a–z 0–9 - _ . ~
// becomes %XX with upper-case digits.
func Encode(s string) string {
	n := encodedLen(s)
	if n == len(s) {
		return s
	}
	return string(appendEncoded(make([]byte, 0, n), s))
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == '~'
}

func encodedLen(s string) int {
	n := len(s)
	for i := range len(s) {
		if !unreserved(s[i]) {
			n += 2
		}
	}
	return n
}

func appendEncoded[T string | []byte](dst []byte, s T) []byte {
	for i := range len(s) {
		c := s[i]
		if unreserved(c) {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
	}
	return dst
}

// appendQuery appends the canonical query of params: both sides encoded, in byte order of the
// names, "name=" for an empty value. The parameter named skip is left out; "" skips none.
func appendQuery(dst []byte, params map[string]string, skip string) []byte {
	first := true
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if skip != "" && name == skip {
			continue
		}
		if !first {
			dst = append(dst, '&')
		}
		first = false
		dst = appendEncoded(dst, name)
		dst = append(dst, '=')
		dst = appendEncoded(dst, params[name])
	}
	return dst
}
