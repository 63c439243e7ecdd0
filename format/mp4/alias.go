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
