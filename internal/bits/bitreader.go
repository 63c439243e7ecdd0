package bits

import mathbits "math/bits"

// BitReader reads a slice of bytes bit by bit, most significant bit first. The zero value is an
// empty one.
type BitReader struct {
	data []byte
	pos  int // in bits
	end  int // in bits
	err  error
}

// NewBitReader returns a BitReader at the start of data, which it does not copy.
func NewBitReader(data []byte) *BitReader { return &BitReader{data: data, end: len(data) * 8} }

// NewRBSPReader returns a BitReader over a raw byte sequence payload without its trailing bits:
// the last bit that is set and the zeros after it (ISO/IEC 14496-10, 7.3.2.11). So Left is more
// than 0 exactly when more_rbsp_data() is true.
func NewRBSPReader(rbsp []byte) *BitReader {
	last := len(rbsp) - 1
	for last >= 0 && rbsp[last] == 0 {
		last--
	}
	if last < 0 {
		return &BitReader{}
	}
	return &BitReader{data: rbsp, end: last*8 + 7 - mathbits.TrailingZeros8(rbsp[last])}
}

// Err returns the first error: ErrTruncated or ErrExpGolomb.
func (r *BitReader) Err() error { return r.err }

// Pos returns how many bits were read; after ErrTruncated, all there are.
func (r *BitReader) Pos() int { return r.pos }

// Left returns how many bits are left.
func (r *BitReader) Left() int { return r.end - r.pos }

// fail keeps the first error and moves to the end, so that loops over what is left stop.
func (r *BitReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.pos = r.end
}

// U reads n bits, at most 32, as an unsigned number.
func (r *BitReader) U(n int) uint32 {
	if n > 32 {
		r.fail(ErrTruncated)
		return 0
	}
	return uint32(r.U64(n))
}

// U64 reads n bits, at most 64, as an unsigned number.
func (r *BitReader) U64(n int) uint64 {
	if n < 0 || n > 64 || n > r.Left() {
		r.fail(ErrTruncated)
		return 0
	}
	var v uint64
	for n > 0 {
		have := 8 - r.pos&7
		use := min(have, n)
		b := r.data[r.pos>>3] >> (have - use) & (1<<use - 1)
		v = v<<use | uint64(b)
		r.pos += use
		n -= use
	}
	return v
}

// Int reads n bits, at most 31, as a number that is never negative.
func (r *BitReader) Int(n int) int {
	if n > 31 {
		r.fail(ErrTruncated)
		return 0
	}
	return int(r.U64(n))
}

// Peek returns the next n bits, at most 32, without stepping over them. Bits past the end read
// as zero and are no error.
func (r *BitReader) Peek(n int) uint32 {
	n = max(0, min(n, 32))
	c := *r
	have := min(n, c.Left())
	return uint32(c.U64(have) << (n - have))
}

// Flag reads one bit.
func (r *BitReader) Flag() bool { return r.U64(1) == 1 }

// Skip steps over n bits.
func (r *BitReader) Skip(n int) {
	if n < 0 || n > r.Left() {
		r.fail(ErrTruncated)
		return
	}
	r.pos += n
}

// Align steps to the next byte boundary.
func (r *BitReader) Align() { r.pos = min(r.pos+(-r.pos&7), r.end) }

// UE reads an unsigned Exp-Golomb code, ue(v) of ISO/IEC 14496-10, 9.1.
func (r *BitReader) UE() uint32 {
	zeros := 0
	for zeros <= 32 {
		if r.Left() == 0 {
			r.fail(ErrTruncated)
			return 0
		}
		// Whole bytes of zeros at a time: a run of them may be as long as the data.
		if r.pos&7 == 0 && r.Left() >= 8 && r.data[r.pos>>3] == 0 {
			r.pos += 8
			zeros += 8
			continue
		}
		have := min(8-r.pos&7, r.Left())
		b := r.data[r.pos>>3] << (r.pos & 7)
		lead := min(mathbits.LeadingZeros8(b), have)
		r.pos += lead
		zeros += lead
		if lead < have {
			break
		}
	}
	if zeros > 32 {
		r.fail(ErrExpGolomb)
		return 0
	}
	r.pos++
	suffix := r.U64(zeros)
	if r.err != nil {
		return 0
	}
	v := uint64(1)<<zeros - 1 + suffix
	if v > 1<<32-1 {
		r.fail(ErrExpGolomb)
		return 0
	}
	return uint32(v)
}

// SE reads a signed Exp-Golomb code, se(v) of ISO/IEC 14496-10, 9.1.1.
func (r *BitReader) SE() int32 {
	k := r.UE()
	if k == 1<<32-1 {
		r.fail(ErrExpGolomb)
		return 0
	}
	if k&1 == 1 {
		return int32(k/2 + 1)
	}
	return -int32(k / 2)
}
