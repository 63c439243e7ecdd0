// Package ac3 reads AC-3 and E-AC-3 (ETSI TS 102 366): the headers of sync frames and the boxes
// dac3 and dec3 that describe them in MP4.
package ac3
