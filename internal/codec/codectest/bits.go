package codectest

import mathbits "math/bits"

// Bits writes headers bit by bit, for cases that no encoder makes.
type Bits struct {
	data []byte
	n    int
}

// U adds the lowest n bits of v and returns b, so that calls can be chained.
func (b *Bits) U(n int, v uint64) *Bits {
	for i := n - 1; i >= 0; i-- {
		if b.n%8 == 0 {
			b.data = append(b.data, 0)
		}
		b.data[b.n/8] |= byte(v>>i&1) << (7 - b.n%8)
		b.n++
	}
	return b
}

// UE adds each number as an unsigned Exp-Golomb code.
func (b *Bits) UE(vs ...uint64) *Bits {
	for _, v := range vs {
		n := mathbits.Len64(v+1) - 1
		b.U(n, 0).U(n+1, v+1)
	}
	return b
}

// SE adds each number as a signed Exp-Golomb code.
func (b *Bits) SE(vs ...int64) *Bits {
	for _, v := range vs {
		if v > 0 {
			b.UE(uint64(2*v - 1))
		} else {
			b.UE(uint64(-2 * v))
		}
	}
	return b
}

// NAL returns prefix and what was written, with trailing bits and emulation prevention.
func (b *Bits) NAL(prefix ...byte) []byte {
	c := Bits{append([]byte(nil), b.data...), b.n}
	c.U(1, 1)
	out, zeros := prefix, 0
	for _, x := range c.data {
		if zeros >= 2 && x <= 3 {
			out, zeros = append(out, 3), 0
		}
		out = append(out, x)
		if zeros++; x != 0 {
			zeros = 0
		}
	}
	return out
}
