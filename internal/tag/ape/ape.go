// Package ape reads APEv2 tags at the end of a file, under the keys and with the values of ffprobe 5.1.9.
package ape

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// RuleBinary is the gate rule of items that are no texts: ffprobe makes streams of them. RuleLarge is
// that of tags which would have to be read further than is reasonable.
const (
	RuleBinary = "ape-binary"
	RuleLarge  = "ape-large"
)

const (
	magic   = "APETAGEX"
	footer  = 32
	mostTag = 256 << 10
)

// Read reads the tag that ends a source of the given length, in front of an ID3v1 block if there is one;
// nil when there is none. The errors are those of r, and refusals by a rule.
func Read(r io.ReaderAt, size int64) (media.Metadata, error) {
	const window = 2 << 10
	from := max(size-window, 0)
	b := make([]byte, size-from)
	if n, err := r.ReadAt(b, from); n < len(b) {
		if err == io.EOF {
			err = nil
		}
		return nil, err
	}
	end := size
	if len(b) >= id3.V1Size && string(b[len(b)-id3.V1Size:][:3]) == "TAG" {
		b, end = b[:len(b)-id3.V1Size], end-id3.V1Size
	}
	if len(b) < footer || string(b[len(b)-footer:][:len(magic)]) != magic {
		return nil, nil
	}
	f := b[len(b)-footer:]
	length, count := int64(binary.LittleEndian.Uint32(f[12:])), binary.LittleEndian.Uint32(f[16:])
	if length < footer || length > end {
		return nil, nil
	}
	if length > mostTag {
		return nil, probe.Refuse(RuleLarge, "a tag of %d bytes", length)
	}
	body := make([]byte, length-footer)
	if n, err := r.ReadAt(body, end-length); n < len(body) {
		return nil, err
	}
	m := media.Metadata{}
	for ; count > 0 && len(body) > 8; count-- {
		n, flags := int64(binary.LittleEndian.Uint32(body)), binary.LittleEndian.Uint32(body[4:])
		key, rest, ok := bytes.Cut(body[8:], []byte{0})
		if !ok || n > int64(len(rest)) {
			break
		}
		if flags>>1&3 == 1 {
			return nil, probe.Refuse(RuleBinary, "an item %.32q of %d bytes", key, n)
		}
		if len(key) > 0 && n > 0 {
			value, _, _ := bytes.Cut(rest[:n], []byte{0})
			m[string(key)] = string(value)
		}
		body = rest[n:]
	}
	return m, nil
}
