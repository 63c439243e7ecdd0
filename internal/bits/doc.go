// Package bits reads bytes and bits of untrusted headers.
//
// Cursor reads bytes and BitReader reads bits. Both are sticky: the first read past the end
// keeps its error, that read and every later one return zero, and the caller checks Err once at
// the end. Neither panics, and neither copies or allocates by a number found in the data.
package bits
