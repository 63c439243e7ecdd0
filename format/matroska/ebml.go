package matroska

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strings"

	"github.com/mediagauge/mediagauge/probe"
)

const (
	maxHeader   = 12 // bytes of an identifier and a size
	maxDepth    = 16 // what ffprobe follows
	unknownSize = -1
)

// element is the header of an element: where its payload is and how long.
type element struct {
	id   uint32
	off  int64 // of the header
	data int64 // of the payload
	size int64 // of the payload; unknownSize when not stated
}

func (e element) end() int64 { return e.data + e.size }

// name returns the element's name for messages.
func name(id uint32) string {
	if row, ok := schema[id]; ok {
		return row.name
	}
	switch id {
	case idVoid:
		return "Void"
	case idCRC32:
		return "CRC-32"
	}
	return "0x" + strings.ToUpper(hex(id))
}

func hex(id uint32) string {
	const digits = "0123456789abcdef"
	n := (bits.Len32(id) + 7) / 8 * 2
	b := make([]byte, 0, 8)
	for i := n - 1; i >= 0; i-- {
		b = append(b, digits[id>>(4*i)&15])
	}
	return string(b)
}

// vint reads a variable-size integer of at most limit bytes, RFC 8794 section 4. width is its
// length, 0 when the bytes are no such integer and -1 when there are too few.
func vint(b []byte, limit int) (value uint64, width int) {
	if len(b) == 0 {
		return 0, -1
	}
	width = bits.LeadingZeros8(b[0]) + 1
	if width > limit {
		return 0, 0
	}
	if len(b) < width {
		return 0, -1
	}
	value = uint64(b[0]) &^ (0x80 >> (width - 1))
	for _, c := range b[1:width] {
		value = value<<8 | uint64(c)
	}
	return value, width
}

// header reads the header of an element from b, which starts at offset off. n is its length,
// -1 when b is too short.
func header(b []byte, off int64) (e element, n int, err error) {
	id, idWidth := vint(b, 4)
	if idWidth <= 0 {
		return e, idWidth, badVint(idWidth, off, "identifier")
	}
	size, width := vint(b[idWidth:], 8)
	if width <= 0 {
		return e, width, badVint(width, off, "size")
	}
	e = element{id: uint32(id | 1<<(7*idWidth)), off: off, data: off + int64(idWidth+width), size: int64(size)}
	if size == 1<<(7*width)-1 {
		e.size = unknownSize
	} else if e.data > math.MaxInt64-e.size {
		return e, 0, fault(probe.Malformed, off, "size %d is out of range", size)
	}
	return e, idWidth + width, nil
}

// badVint returns nil for an integer that is cut off: the caller knows whether that is wrong.
func badVint(width int, off int64, what string) error {
	if width < 0 {
		return nil
	}
	return fault(probe.Malformed, off, "not an element's %s", what)
}

// fault makes an error at an offset.
func fault(kind probe.Kind, off int64, format string, args ...any) error {
	e := probe.Errorf(kind, format, args...)
	e.Offset = off
	return e
}

// refuse makes a refusal at an offset.
func refuse(rule string, off int64, format string, args ...any) error {
	e := probe.Refuse(rule, format, args...)
	e.Offset = off
	return e
}

// within adds an element's name in front of the place of an error.
func within(id uint32, err error) error {
	if e, ok := err.(*probe.Error); ok {
		if e.Path == "" {
			e.Path = name(id)
		} else {
			e.Path = name(id) + "/" + e.Path
		}
	}
	return err
}

// master is the payload of an element that holds elements, in memory.
type master struct {
	id    uint32
	data  []byte
	off   int64 // of data in the source
	depth int
	r     *probe.Reader
}

// child is one element of a master.
type child struct {
	element
	body  []byte
	depth int
	r     *probe.Reader
}

// master makes the child's own children readable.
func (c child) master() master {
	return master{id: c.id, data: c.body, off: c.data, depth: c.depth + 1, r: c.r}
}

// each calls fn for every child that the schema knows in this place, in order. A child that
// reaches past its parent is an error, as is one that is cut off.
func (m master) each(fn func(child) error) error {
	if m.depth >= min(maxDepth, m.r.Limits().MaxDepth) {
		return fault(probe.Limit, m.off, "elements are nested deeper than %d", m.depth)
	}
	for pos := 0; pos < len(m.data); {
		off := m.off + int64(pos)
		if err := m.r.Element(off); err != nil {
			return err
		}
		e, n, err := header(m.data[pos:], off)
		if err != nil {
			return err
		}
		if n < 0 {
			return fault(probe.Malformed, off, "an element reaches past the end of its parent")
		}
		if e.size == unknownSize {
			return fault(probe.Malformed, off, "%s has no size inside a parent that has one", name(e.id))
		}
		if e.size > int64(len(m.data)-pos-n) {
			return fault(probe.Malformed, off, "%s reaches %d bytes past the end of its parent", name(e.id), e.size-int64(len(m.data)-pos-n))
		}
		body := m.data[pos+n : pos+n+int(e.size)]
		pos += n + int(e.size)
		row, known := schema[e.id]
		if !known || !m.allows(e.id, row.parent) {
			continue
		}
		if err := fits(row.kind, e); err != nil {
			return within(e.id, err)
		}
		if err := fn(child{e, body, m.depth, m.r}); err != nil {
			return within(e.id, err)
		}
	}
	return nil
}

// allows says whether an element of parent may stand in m; SimpleTag nests in itself.
func (m master) allows(id, parent uint32) bool {
	return parent == m.id || id == idSimpleTag && m.id == idSimpleTag
}

// fits checks that the payload's length can be one of its kind.
func fits(k kind, e element) error {
	switch k {
	case kindUint, kindInt:
		if e.size > 8 {
			return fault(probe.Malformed, e.off, "an integer of %d bytes", e.size)
		}
	case kindFloat:
		if e.size != 0 && e.size != 4 && e.size != 8 {
			return fault(probe.Malformed, e.off, "a float of %d bytes", e.size)
		}
	}
	return nil
}

// uint returns the payload as an unsigned number, fallback when it is empty.
func (c child) uint(fallback uint64) uint64 {
	if len(c.body) == 0 {
		return fallback
	}
	var v uint64
	for _, b := range c.body {
		v = v<<8 | uint64(b)
	}
	return v
}

// float returns the payload as a floating-point number, fallback when it is empty.
func (c child) float(fallback float64) float64 {
	switch len(c.body) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(c.body)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(c.body))
	}
	return fallback
}

// text returns the payload as a string, which ends at the first zero byte.
func (c child) text() string {
	s, _, _ := strings.Cut(string(c.body), "\x00")
	return strings.ToValidUTF8(s, "\uFFFD")
}
