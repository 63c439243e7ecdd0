// Package synth makes large media files out of small ones, for tests of how much of a file is
// read: a hundred megabytes that take a few kilobytes of memory, because what lies between the
// copies of the real samples is nothing but zeros.
package synth
