package mp4

import "github.com/mediagauge/mediagauge/internal/bits"

// aliasPath finds the absolute path in a Macintosh alias record, "" when there is none. A track
// with one lies in another file, which is never opened.
func aliasPath(c *bits.Cursor) (string, error) {
	c.Skip(4 + 10 + 1 + 27 + 12 + 1 + 63 + 16 + 2 + 2 + 16)
	path := ""
	for c.Left() > 0 {
		kind := c.I16()
		n := int(c.U16())
		n += n & 1
		if kind == -1 {
			break
		}
		p := c.Bytes(n)
		if c.Err() != nil {
			return "", malformed("alias record cut short")
		}
		if kind == 2 {
			path = string(p)
		}
	}
	return path, nil
}

// readDref notes which data references lead out of the file (QuickTime aliases).
func (m *movie) readDref(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	c.Skip(4)
	n := int64(c.U32())
	if n == 0 || n > int64(len(b.body)-1)/12+1 {
		return malformed("%d data references in %d bytes", n, len(b.body))
	}
	t.refs = nil
	for range n {
		size := c.U32()
		if size < 12 {
			return malformed("data reference of %d bytes", size)
		}
		ref := c.Sub(int(size) - 4)
		kind := ref.FourCC()
		if kind == "alis" && size > 150 {
			path, err := aliasPath(ref)
			if err != nil {
				return err
			}
			t.refs = append(t.refs, dataRef{kind: kind, path: path})
		}
	}
	if c.Err() != nil {
		return refuse("box-overrun", "data references of %d bytes", len(b.body))
	}
	return nil
}
