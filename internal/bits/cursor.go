package bits

import "encoding/binary"

// Cursor reads a slice of bytes from front to back. The zero value is an empty one.
type Cursor struct {
	data []byte
	pos  int
	err  error
}

// NewCursor returns a Cursor at the start of data, which it does not copy.
func NewCursor(data []byte) *Cursor { return &Cursor{data: data} }

// Err returns ErrTruncated once a read went past the end.
func (c *Cursor) Err() error { return c.err }

// Pos returns how many bytes were read; after an error, the length of the data.
func (c *Cursor) Pos() int { return c.pos }

// Left returns how many bytes are left; 0 after an error.
func (c *Cursor) Left() int { return len(c.data) - c.pos }

// take returns the next n bytes, nil when there are fewer.
func (c *Cursor) take(n int) []byte {
	if n < 0 || n > len(c.data)-c.pos {
		if c.err == nil {
			c.err = ErrTruncated
		}
		c.pos = len(c.data)
		return nil
	}
	b := c.data[c.pos : c.pos+n : c.pos+n]
	c.pos += n
	return b
}

// Bytes returns the next n bytes without copying them; nil when there are fewer or n is negative.
func (c *Cursor) Bytes(n int) []byte { return c.take(n) }

// Rest returns all bytes left without copying them.
func (c *Cursor) Rest() []byte { return c.take(len(c.data) - c.pos) }

// Skip steps over n bytes.
func (c *Cursor) Skip(n int) { c.take(n) }

// Sub returns a Cursor over the next n bytes and steps over them. When there are fewer, both
// are in error.
func (c *Cursor) Sub(n int) *Cursor {
	b := c.take(n)
	return &Cursor{data: b, err: c.err}
}

// Peek returns up to n of the next bytes and stays where it is.
func (c *Cursor) Peek(n int) []byte {
	n = max(0, min(n, len(c.data)-c.pos))
	return c.data[c.pos : c.pos+n : c.pos+n]
}

// U8 reads one byte.
func (c *Cursor) U8() uint8 {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

// U16 reads a big-endian number of two bytes.
func (c *Cursor) U16() uint16 {
	if b := c.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// U24 reads a big-endian number of three bytes.
func (c *Cursor) U24() uint32 {
	if b := c.take(3); b != nil {
		return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	}
	return 0
}

// U32 reads a big-endian number of four bytes.
func (c *Cursor) U32() uint32 {
	if b := c.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// U64 reads a big-endian number of eight bytes.
func (c *Cursor) U64() uint64 {
	if b := c.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// I8 reads one byte as a two's complement number.
func (c *Cursor) I8() int8 { return int8(c.U8()) }

// I16 reads a big-endian two's complement number of two bytes.
func (c *Cursor) I16() int16 { return int16(c.U16()) }

// I32 reads a big-endian two's complement number of four bytes.
func (c *Cursor) I32() int32 { return int32(c.U32()) }

// I64 reads a big-endian two's complement number of eight bytes.
func (c *Cursor) I64() int64 { return int64(c.U64()) }

// U16LE reads a little-endian number of two bytes.
func (c *Cursor) U16LE() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// U24LE reads a little-endian number of three bytes.
func (c *Cursor) U24LE() uint32 {
	if b := c.take(3); b != nil {
		return uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
	}
	return 0
}

// U32LE reads a little-endian number of four bytes; of a codec tag it is what media.FourCC holds.
func (c *Cursor) U32LE() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// U64LE reads a little-endian number of eight bytes.
func (c *Cursor) U64LE() uint64 {
	if b := c.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// FourCC reads four bytes as text: "moov". It is empty past the end.
func (c *Cursor) FourCC() string { return string(c.take(4)) }
