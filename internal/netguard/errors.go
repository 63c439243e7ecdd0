package netguard

import (
	"errors"
	"fmt"
)

// ErrDenied is wrapped by every refusal to reach a host.
var ErrDenied = errors.New("address not allowed")

// ErrBadURL is wrapped by every refusal of a URL for the way it is written.
var ErrBadURL = errors.New("bad url")

// Denied says which host was refused and why. It is for the operator: the reason would tell
// a caller what the inside of the network looks like.
type Denied struct {
	Host   string // host or address, with its port where one is known
	Reason string
}

func (d *Denied) Error() string { return fmt.Sprintf("%v: %q: %s", ErrDenied, d.Host, d.Reason) }

// Unwrap makes errors.Is(err, ErrDenied) hold.
func (d *Denied) Unwrap() error { return ErrDenied }

func badURL(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrBadURL, fmt.Errorf(format, args...))
}
