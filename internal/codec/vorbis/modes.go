package vorbis

import "errors"

var errModes = errors.New("no modes at the end of the setup header")

// Lengths tells how many samples packets stand for: a packet says which of its stream's modes it is
// in, and with it how long its block is.
type Lengths struct {
	sizes    []int // block size by mode
	bits     int   // of a mode number
	previous int
}

// NewLengths reads the modes, which end the setup header (4.2.4). Everything before them would have to
// be decoded to reach them from the front, so they are read from the back: a framing bit, then modes of
// 41 bits whose window and transform types are zero, then their number less one.
func NewLengths(h *Head, setup []byte) (*Lengths, error) {
	bit := func(at int) int { return int(setup[at/8] >> (at % 8) & 1) }
	end := len(setup)*8 - 1
	for end >= 0 && bit(end) == 0 {
		end--
	}
	const mode, count, most = 41, 6, 64
	value := func(at, n int) (v int) {
		for i := range n {
			v |= bit(at+i) << i
		}
		return v
	}
	found, modes := 0, 0
	for pos := end; pos-mode-count >= 0 && modes < most; {
		pos -= mode
		if value(pos+1, 16) != 0 || value(pos+17, 16) != 0 || value(pos+33, 8) >= most {
			break
		}
		modes++
		if value(pos-count, count)+1 == modes {
			found = modes
		}
	}
	if found == 0 {
		return nil, errModes
	}
	l := &Lengths{}
	for i := range found {
		size := h.BlockSize0
		if bit(end-mode*(found-i)) == 1 {
			size = h.BlockSize1
		}
		l.sizes = append(l.sizes, size)
	}
	for 1<<l.bits < found {
		l.bits++
	}
	l.previous = l.sizes[0]
	return l, nil
}

// Samples returns the length of the next packet, 0 for a header.
func (l *Lengths) Samples(packet []byte) int {
	if len(packet) == 0 || packet[0]&1 == 1 {
		return 0
	}
	mode := int(packet[0]>>1) & (1<<l.bits - 1)
	if mode >= len(l.sizes) {
		return 0
	}
	current := l.sizes[mode]
	n := (l.previous + current) / 4
	l.previous = current
	return n
}
