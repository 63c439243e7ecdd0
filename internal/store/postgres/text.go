package postgres

import (
	"strings"
	"time"
	"unicode/utf8"
)

// The type text holds neither NUL nor what is not UTF-8, both of which clients may send. Such bytes, and the
// backslash that marks them, are written as a backslash and two hexadecimal digits.

const hexDigits = "0123456789abcdef"

// text returns s as the database can hold it.
func text(s string) string {
	if utf8.ValidString(s) && !strings.ContainsAny(s, "\\\x00") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == 0 || r == '\\' || r == utf8.RuneError && n == 1 {
			b.Write([]byte{'\\', hexDigits[s[i]>>4], hexDigits[s[i]&15]})
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// Text is how the database holds s, for those who write into it by other ways.
func Text(s string) string { return text(s) }

// original undoes text.
func original(s string) string {
	if !strings.Contains(s, "\\") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+2 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		b.WriteByte(byte(strings.IndexByte(hexDigits, s[i+1])<<4 | strings.IndexByte(hexDigits, s[i+2])))
		i += 2
	}
	return b.String()
}

// blob keeps an empty value apart from an absent one, which would be stored as NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }
