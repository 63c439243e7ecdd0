package segments

import (
	"io"

	"github.com/mediagauge/mediagauge/probe"
)

// joined is one source made of stretches of others, in order.
type joined struct{ parts []part }

type part struct {
	src    probe.Source
	offset int64
	length int64 // -1: not known, and then nothing follows
}

// add appends a stretch of src. It reports whether another may follow.
func (j *joined) add(src probe.Source, s Stretch) bool {
	p := part{src, s.Offset, s.Length}
	if size, known := src.Size(); known {
		if rest := max(size-s.Offset, 0); p.length < 0 || p.length > rest {
			p.length = rest
		}
	}
	j.parts = append(j.parts, p)
	return p.length >= 0
}

// Size implements probe.Source.
func (j *joined) Size() (int64, bool) {
	size := int64(0)
	for _, p := range j.parts {
		if p.length < 0 {
			return 0, false
		}
		size += p.length
	}
	return size, true
}

// ReadAt implements probe.Source.
func (j *joined) ReadAt(b []byte, off int64) (int, error) {
	n := 0
	for _, p := range j.parts {
		if n == len(b) {
			break
		}
		if p.length >= 0 && off >= p.length {
			off -= p.length
			continue
		}
		want := int64(len(b) - n)
		if p.length >= 0 {
			want = min(want, p.length-off)
		}
		got, err := p.src.ReadAt(b[n:n+int(want)], p.offset+off)
		n += got
		if int64(got) < want {
			return n, err
		}
		off = 0
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
