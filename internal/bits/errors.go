package bits

import "errors"

// ErrTruncated is kept by a Cursor or BitReader that was asked for more than there was.
var ErrTruncated = errors.New("data ends too early")

// ErrExpGolomb is kept by a BitReader that met an Exp-Golomb code that does not fit in 32 bits.
var ErrExpGolomb = errors.New("Exp-Golomb code longer than 32 bits")
