// Package av1 reads the headers of AV1 elementary streams: the configuration record of containers
// and the sequence header (AV1 Bitstream & Decoding Process Specification, version 1.0.0 with
// errata 1, whose sections are cited here).
package av1

import "errors"

var (
	errValue      = errors.New("value out of range")
	errVersion    = errors.New("unknown configuration version")
	errNoSequence = errors.New("no sequence header")
)
