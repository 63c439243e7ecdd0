package id3

import (
	"bytes"
	"strconv"

	"github.com/mediagauge/mediagauge/media"
)

// V1Size is the length of version 1's block, the last bytes of a file.
const V1Size = 128

// ParseV1 reads a block of version 1 or 1.1; ok is false when b is none.
func ParseV1(b []byte) (m media.Metadata, ok bool) {
	if len(b) != V1Size || string(b[:3]) != "TAG" {
		return nil, false
	}
	m = media.Metadata{}
	for _, f := range []struct {
		key      string
		from, to int
	}{{"title", 3, 33}, {"artist", 33, 63}, {"album", 63, 93}, {"date", 93, 97}, {"comment", 97, 127}} {
		s, _ := takeBytes(b[f.from:f.to])
		if s = bytes.TrimRight(s, " "); len(s) > 0 {
			m[f.key] = printable(s)
		}
	}
	if b[125] == 0 && b[126] != 0 {
		m["track"] = strconv.Itoa(int(b[126]))
	}
	if n := int(b[127]); n < len(genres) {
		m["genre"] = genres[n]
	}
	return m, true
}
