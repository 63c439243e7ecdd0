package policy

import (
	"fmt"
	"strings"
)

// MalformedError says what in a document is not a policy, and where. It quotes the document, whose
// author is meant to read it.
type MalformedError struct {
	Where  string // such as "statement 2: Condition.Bool"; "" for the document as a whole
	Reason string
}

func (e *MalformedError) Error() string {
	if e.Where == "" {
		return e.Reason
	}
	return e.Where + ": " + e.Reason
}

// place is where in a document the parser stands: a statement's number, or 0 outside, and the
// names that lead down from there.
type place struct {
	statement int
	path      string
}

func (p place) down(name string) place {
	if p.path != "" {
		name = p.path + "." + name
	}
	return place{p.statement, name}
}

func (p place) malformed(format string, args ...any) error {
	var where []string
	if p.statement > 0 {
		where = append(where, fmt.Sprintf("statement %d", p.statement))
	}
	if p.path != "" {
		where = append(where, p.path)
	}
	return &MalformedError{strings.Join(where, ": "), fmt.Sprintf(format, args...)}
}
