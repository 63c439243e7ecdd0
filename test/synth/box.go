package synth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// box is a box of ISO/IEC 14496-12, 4.2. Those in nested have kids instead of a body.
type box struct {
	kind string
	body []byte
	kids []*box
}

var nested = []string{"moov", "trak", "mdia", "minf", "stbl", "edts", "mvex", "moof", "traf"}

var errNoBox = errors.New("synth: not the boxes expected")

// boxes reads a run of boxes with 32-bit sizes, as small files have.
func boxes(b []byte) ([]*box, error) {
	var out []*box
	for len(b) > 0 {
		if len(b) < 8 {
			return nil, errNoBox
		}
		n := int(binary.BigEndian.Uint32(b))
		if n < 8 || n > len(b) {
			return nil, fmt.Errorf("%w: %q of %d bytes", errNoBox, b[4:8], n)
		}
		x := &box{kind: string(b[4:8]), body: slices.Clone(b[8:n])}
		if slices.Contains(nested, x.kind) {
			kids, err := boxes(x.body)
			if err != nil {
				return nil, err
			}
			x.kids, x.body = kids, nil
		}
		out, b = append(out, x), b[n:]
	}
	return out, nil
}

// bytes spells the box.
func (x *box) bytes() []byte {
	body := x.body
	for _, k := range x.kids {
		body = append(body, k.bytes()...)
	}
	return header(x.kind, body)
}

func header(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(out, kind...), body...)
}

// mediaHeader spells the header of an mdat of n bytes, with a 64-bit size if need be.
func mediaHeader(n int64) []byte {
	if n+8 < 1<<32 {
		return append(binary.BigEndian.AppendUint32(nil, uint32(n+8)), "mdat"...)
	}
	return binary.BigEndian.AppendUint64(append(binary.BigEndian.AppendUint32(nil, 1), "mdat"...), uint64(n+16))
}

// all returns the boxes of a kind below x, in order.
func (x *box) all(kind string) []*box {
	var out []*box
	for _, k := range x.kids {
		if k.kind == kind {
			out = append(out, k)
		}
		out = append(out, k.all(kind)...)
	}
	return out
}

// first returns the first top-level box of a kind.
func first(list []*box, kind string) (*box, error) {
	i := slices.IndexFunc(list, func(x *box) bool { return x.kind == kind })
	if i < 0 {
		return nil, fmt.Errorf("%w: no %s", errNoBox, kind)
	}
	return list[i], nil
}

func u32(b []byte, at int) int64 { return int64(binary.BigEndian.Uint32(b[at:])) }

func put32(b []byte, at int, n int64) { binary.BigEndian.PutUint32(b[at:], uint32(n)) }
