package bits

import (
	"bytes"
	"iter"
)

// Unescape takes the emulation prevention bytes out of a NAL unit: 00 00 03 becomes 00 00
// (ISO/IEC 14496-10, 7.4.1). It returns nalu itself when there are none.
func Unescape(nalu []byte) []byte {
	i := escape(nalu)
	if i < 0 {
		return nalu
	}
	out := make([]byte, 0, len(nalu)-1)
	for i >= 0 {
		out = append(out, nalu[:i]...)
		nalu = nalu[i+1:]
		i = escape(nalu)
	}
	return append(out, nalu...)
}

// escape finds the first emulation prevention byte, -1 when there is none. An emulation
// prevention byte ends the run of zeros before it, so the rest can be searched afresh.
func escape(nalu []byte) int {
	if i := bytes.Index(nalu, []byte{0, 0, 3}); i >= 0 {
		return i + 2
	}
	return -1
}

// StartCode returns where the first start code 00 00 01 of stream at or after from begins, -1 when
// there is none. It looks for the byte that is rare in what is coded.
func StartCode(stream []byte, from int) int {
	for at := from + 2; at < len(stream); at++ {
		i := bytes.IndexByte(stream[at:], 1)
		if i < 0 {
			return -1
		}
		at += i
		if stream[at-1] == 0 && stream[at-2] == 0 {
			return at - 2
		}
	}
	return -1
}

// StartCodes yields the units of a byte stream in the order they stand: what lies between two
// start codes 00 00 01 (ISO/IEC 14496-10, Annex B), without the start code and without the zero
// bytes that follow the unit. What stands before the first start code is left out.
func StartCodes(stream []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		at := StartCode(stream, 0)
		for at >= 0 {
			begin, end := at+3, len(stream)
			if at = StartCode(stream, begin); at >= 0 {
				end = at
			}
			for end > begin && stream[end-1] == 0 {
				end--
			}
			if end > begin && !yield(stream[begin:end:end]) {
				return
			}
		}
	}
}
