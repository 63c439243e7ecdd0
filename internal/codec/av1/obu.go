package av1

import (
	"iter"

	"github.com/mediagauge/mediagauge/internal/bits"
)

const obuSequenceHeader = 1 // obu_type, 6.2.2

// units yields the type and the payload of each open bitstream unit of 5.3.1. It ends at the
// first one that is broken; the last one may be cut off.
func units(data []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for len(data) > 0 {
			header := data[0]
			data = data[1:]
			if header&0x80 != 0 { // obu_forbidden_bit
				return
			}
			if header&4 != 0 { // obu_extension_flag
				if len(data) == 0 {
					return
				}
				data = data[1:]
			}
			size := uint64(len(data))
			if header&2 != 0 { // obu_has_size_field
				n, used := leb128(data)
				if used == 0 {
					return
				}
				data = data[used:]
				size = min(n, uint64(len(data)))
			}
			if !yield(int(header>>3&15), data[:size]) {
				return
			}
			data = data[size:]
		}
	}
}

// leb128 reads a number of 4.10.5 and returns how many bytes it took, 0 when it is broken.
func leb128(data []byte) (v uint64, used int) {
	for i := range min(8, len(data)) {
		v |= uint64(data[i]&0x7f) << (7 * i)
		if data[i]&0x80 == 0 {
			return v, i + 1
		}
	}
	return 0, 0
}

// FindSequence returns the first sequence header among the units of data: the configOBUs of a
// container, or a temporal unit, whole or cut off.
func FindSequence(data []byte) (*Sequence, error) {
	for kind, payload := range units(data) {
		if kind == obuSequenceHeader {
			return parseSequence(bits.NewBitReader(payload))
		}
	}
	return nil, errNoSequence
}
