package probe

import (
	"errors"
	"fmt"
	"strings"
)

// ErrUnknownFormat is returned when no format claims a source.
var ErrUnknownFormat = errors.New("unknown format")

// Kind says whose fault an Error is. A Kind is itself an error, so
// errors.Is(err, probe.Malformed) works.
type Kind uint8

// The kinds of Error.
const (
	Malformed   Kind = iota + 1 // the bytes break the format's rules
	Truncated                   // the bytes end before the format says they do
	Unsupported                 // legal, but not something we read exactly
	Limit                       // a Limits bound was reached
	IO                          // the source could not be read
)

var kindNames = [...]string{"", "malformed", "truncated", "unsupported", "limit", "io"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Error makes a Kind usable with errors.Is.
func (k Kind) Error() string { return k.String() }

// Error is any failure of a probe: what kind, in which format, at which place.
type Error struct {
	Kind   Kind
	Format string // "mp4"; empty before a format was chosen
	Path   string // place in the structure, "moov/trak[1]/stsd"; may be empty
	Rule   string // the gate rule behind an Unsupported; empty otherwise
	Offset int64  // byte offset in the source; -1 when there is none
	Err    error  // the reason
}

// Error prints for example "mp4: moov/trak[1]/stsd at 8004: malformed: no sample entries".
func (e *Error) Error() string {
	var b strings.Builder
	if e.Format != "" {
		b.WriteString(e.Format)
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path)
	}
	if e.Offset >= 0 {
		if e.Path != "" {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "at %d", e.Offset)
	}
	if e.Path != "" || e.Offset >= 0 {
		b.WriteString(": ")
	}
	b.WriteString(e.Kind.String())
	if e.Rule != "" {
		b.WriteString(" (" + e.Rule + ")")
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives both the kind and the reason to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Errorf makes an Error with no place; format may use %w.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Offset: -1, Err: fmt.Errorf(format, args...)}
}

// Refuse makes the error of a gate rule: what the bytes mean is clear, but a value that depends
// on them cannot be told exactly without more than headers. rule names the rule in a word or
// two ("aac-implicit-sbr"); counters and documents go by it.
func Refuse(rule, format string, args ...any) *Error {
	e := Errorf(Unsupported, format, args...)
	e.Rule = rule
	return e
}

// RuleOf returns the gate rule that err was refused by, "" for none.
func RuleOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Rule
	}
	return ""
}
