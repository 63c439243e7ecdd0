package bits

import "testing"

// FuzzCursor runs a script of reads over data, in the cursor and in one cut from it: both stay
// within their bytes, an error stays, and after it everything is zero.
func FuzzCursor(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, []byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789"))
	f.Add([]byte{13, 13, 14, 0x8d, 0xff}, []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, script, data []byte) {
		c, size := NewCursor(data), len(data)
		for i, op := range script {
			failed := c.Err() != nil
			n := int(op>>4) - 2
			value := read(c, op&15, n)
			if op&15 == 14 {
				sub := c.Sub(n)
				if sub == nil || sub.Left() > max(n, 0) {
					t.Fatalf("step %d: %+v cut by %d", i, sub, n)
				}
				c, size = sub, sub.Left()
			}
			if c.Pos()+c.Left() != size || c.Left() < 0 {
				t.Fatalf("step %d: %d + %d of %d", i, c.Pos(), c.Left(), size)
			}
			if failed && value != 0 {
				t.Fatalf("step %d: %d after %v", i, value, c.Err())
			}
		}
	})
}

// read does one of the reads; pieces count as their length.
func read(c *Cursor, op byte, n int) uint64 {
	switch op {
	case 0:
		return uint64(c.U8())
	case 1:
		return uint64(c.U16())
	case 2:
		return uint64(c.U16LE())
	case 3:
		return uint64(c.U24())
	case 4:
		return uint64(c.U24LE())
	case 5:
		return uint64(c.U32())
	case 6:
		return uint64(c.U32LE())
	case 7:
		return c.U64()
	case 8:
		return c.U64LE()
	case 9:
		return uint64(c.I8()) | uint64(c.I16())
	case 10:
		return uint64(c.I32()) | uint64(c.I64())
	case 11:
		return uint64(len(c.Bytes(n)))
	case 12:
		c.Skip(n)
	case 13:
		c.Peek(n)
	}
	return 0
}
