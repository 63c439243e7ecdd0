package job

import (
	"errors"
	"fmt"
)

// ErrMediaNotFound is returned for an Input of type Media whose asset does not exist.
var ErrMediaNotFound = errors.New("media asset not found")

// InputError says why an Input cannot be accepted at all, in words meant for the submitter.
type InputError struct {
	Field  string // "Type" or "Media"
	Reason string
}

func (e *InputError) Error() string { return fmt.Sprintf("input %s: %s", e.Field, e.Reason) }
