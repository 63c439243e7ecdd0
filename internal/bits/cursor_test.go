package bits

import (
	"bytes"
	"errors"
	"testing"
)

func TestCursorReads(t *testing.T) {
	t.Parallel()
	data := []byte{0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88}
	cases := []struct {
		name string
		read func(*Cursor) any
		want any
		pos  int
	}{
		{"U8", func(c *Cursor) any { return c.U8() }, uint8(0x81), 1},
		{"U16", func(c *Cursor) any { return c.U16() }, uint16(0x8182), 2},
		{"U24", func(c *Cursor) any { return c.U24() }, uint32(0x818283), 3},
		{"U32", func(c *Cursor) any { return c.U32() }, uint32(0x81828384), 4},
		{"U64", func(c *Cursor) any { return c.U64() }, uint64(0x8182838485868788), 8},
		{"I8", func(c *Cursor) any { return c.I8() }, int8(-127), 1},
		{"I16", func(c *Cursor) any { return c.I16() }, int16(-32382), 2},
		{"I32", func(c *Cursor) any { return c.I32() }, int32(-2122153084), 4},
		{"I64", func(c *Cursor) any { return c.I64() }, int64(-0x7e7d7c7b7a797878), 8},
		{"U16LE", func(c *Cursor) any { return c.U16LE() }, uint16(0x8281), 2},
		{"U24LE", func(c *Cursor) any { return c.U24LE() }, uint32(0x838281), 3},
		{"U32LE", func(c *Cursor) any { return c.U32LE() }, uint32(0x84838281), 4},
		{"U64LE", func(c *Cursor) any { return c.U64LE() }, uint64(0x8887868584838281), 8},
		{"FourCC", func(c *Cursor) any { return c.FourCC() }, "\x81\x82\x83\x84", 4},
		{"Skip then U8", func(c *Cursor) any { c.Skip(3); return c.U8() }, uint8(0x84), 4},
		{"Sub", func(c *Cursor) any { return c.Sub(2).U16() }, uint16(0x8182), 2},
		{"Peek stays", func(c *Cursor) any { return string(c.Peek(3)) }, "\x81\x82\x83", 0},
		{"Rest", func(c *Cursor) any { c.Skip(6); return string(c.Rest()) }, "\x87\x88", 8},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cur := NewCursor(data)
			if got := c.read(cur); got != c.want || cur.Pos() != c.pos || cur.Left() != 8-c.pos || cur.Err() != nil {
				t.Errorf("got %v at %d, left %d, %v; want %v at %d", got, cur.Pos(), cur.Left(), cur.Err(), c.want, c.pos)
			}
		})
	}
}

func TestCursorIsSticky(t *testing.T) {
	t.Parallel()
	c := NewCursor([]byte{1, 2, 3})
	if got := c.U32(); got != 0 || !errors.Is(c.Err(), ErrTruncated) || c.Left() != 0 {
		t.Errorf("got %d, %v, left %d", got, c.Err(), c.Left())
	}
	if got := c.U8(); got != 0 {
		t.Errorf("a read after the error gave %d", got)
	}
	if s := c.Sub(0); s.Err() == nil {
		t.Error("a part of a broken cursor is not broken")
	}
}

func TestCursorBounds(t *testing.T) {
	t.Parallel()
	data := []byte{1, 2, 3}
	if c := NewCursor(data); c.Bytes(-1) != nil || c.Err() == nil {
		t.Error("a negative length was read")
	}
	if c := NewCursor(data); c.Bytes(1<<62) != nil || c.Err() == nil {
		t.Error("a huge length was read")
	}
	if c := NewCursor(data); len(c.Peek(9)) != 3 || len(c.Peek(-1)) != 0 || c.Err() != nil {
		t.Error("Peek is not bounded")
	}
	c := NewCursor(data)
	if b := append(c.Bytes(1), 9); c.U8() != 2 || len(b) != 2 {
		t.Error("appending to what was read changed what follows")
	}
	s := NewCursor(data).Sub(2)
	s.Skip(1)
	if !bytes.Equal(s.Rest(), []byte{2}) {
		t.Error("a part reaches past its end")
	}
}
