package sign

import (
	"errors"
	"fmt"
	"strings"
)

// What Verify and ParseAuthorization refuse.
var (
	ErrMalformed = errors.New("malformed signature")
	ErrMismatch  = errors.New("signature does not match")
)

// Authorization is the header of a V3 request, taken apart.
type Authorization struct {
	Algorithm     string
	Credential    string   // access key id
	SignedHeaders []string // lower-case, ascending, no name twice
	Signature     string
}

// String puts the header together as the vendor's clients write it.
func (a Authorization) String() string {
	return a.Algorithm + " Credential=" + a.Credential +
		",SignedHeaders=" + strings.Join(a.SignedHeaders, ";") + ",Signature=" + a.Signature
}

// ParseAuthorization takes a V3 Authorization header apart. The three fields must be there once
// each, in any order; a space may follow a comma. Names of signed headers must be lower-case and
// ascending. When only the fields are wrong, the Algorithm is returned along with the error.
func ParseAuthorization(h string) (Authorization, error) {
	algorithm, rest, _ := strings.Cut(h, " ")
	a := Authorization{Algorithm: algorithm}
	seen := make(map[string]bool, 3)
	for field := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimPrefix(field, " "), "=")
		if !ok || value == "" || seen[name] {
			return a, fmt.Errorf("%w: authorization field %q is empty or given twice", ErrMalformed, name)
		}
		seen[name] = true
		switch name {
		case "Credential":
			a.Credential = value
		case "SignedHeaders":
			a.SignedHeaders = strings.Split(value, ";")
		case "Signature":
			a.Signature = value
		default:
			return a, fmt.Errorf("%w: unknown authorization field %q", ErrMalformed, name)
		}
	}
	if len(seen) != 3 {
		return a, fmt.Errorf("%w: authorization needs Credential, SignedHeaders and Signature", ErrMalformed)
	}
	return a, checkNames(a.SignedHeaders)
}

func checkNames(names []string) error {
	last := ""
	for _, name := range names {
		if !headerName(name) {
			return fmt.Errorf("%w: signed header %q is not a lower-case header name", ErrMalformed, name)
		}
		if name <= last {
			return fmt.Errorf("%w: signed header %q is out of order or given twice", ErrMalformed, name)
		}
		last = name
	}
	return nil
}

func headerName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}
