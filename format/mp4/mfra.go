package mp4

import (
	"slices"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// mfraSize reads the last four bytes of the file, where a random access index says how long it
// is (ISO/IEC 14496-12, 8.8.11). They may be anything else.
func (m *movie) mfraSize() (int64, error) {
	if m.src.size < 4 {
		return 0, nil
	}
	p, err := m.src.at(m.src.size-4, 4, 0)
	if err != nil || len(p) < 4 {
		return 0, err
	}
	return int64(u32At(p, 0)), nil
}

// beforeMoof is called at each moof. Once there are several and much is still to come, it looks
// for a random access index and reads the fragments that it names at once; without one it
// refuses a file of more fragments than can be read one after the other.
func (m *movie) beforeMoof(off int64) error {
	const few, many = 3, 16
	left := m.src.size - off
	if m.complete || !m.src.known || left <= wholeFile || m.prefetched || m.moofs < few {
		return nil
	}
	if !m.soughtMfra {
		m.soughtMfra = true
		offsets, err := m.mfraOffsets(off)
		if err != nil {
			return err
		}
		if len(offsets) > 0 {
			m.prefetched = true
			return m.src.prefetch(offsets, max(moofWindow, m.moofSize+m.moofSize/4))
		}
	}
	if m.moofs >= many {
		return refuse("fragments-unindexed", "more than %d fragments in %d bytes", many, m.src.size)
	}
	return nil
}

// mfraOffsets returns where the random access index says that fragments begin, from off on.
func (m *movie) mfraOffsets(off int64) ([]int64, error) {
	size, err := m.mfraSize()
	if err != nil || size < 16 || size > min(m.src.size, wholeTail) {
		return nil, err
	}
	p, err := m.src.at(m.src.size-size, size, 0)
	if err != nil {
		return nil, err
	}
	h, ok := parseHeader(p, size)
	if !ok || h.kind != "mfra" {
		return nil, nil
	}
	var offsets []int64
	add := func(at int64) {
		if at >= off && at < m.src.size {
			offsets = append(offsets, at)
		}
	}
	for p = p[h.len:]; ; {
		h, ok := parseHeader(p, int64(len(p)))
		if !ok || h.body < 0 || h.len+h.body > int64(len(p)) {
			break
		}
		if h.kind == "tfra" {
			readTfra(bits.NewCursor(p[h.len:h.len+h.body]), add)
		}
		p = p[h.len+h.body:]
	}
	slices.Sort(offsets)
	return slices.Compact(offsets), nil
}

// readTfra reads the places of one track's random access points (8.8.10).
func readTfra(c *bits.Cursor, add func(int64)) {
	version := c.U8()
	c.Skip(3 + 4)
	widths := c.U32()
	n := c.U32()
	skip := int(widths>>4&3+1) + int(widths>>2&3+1) + int(widths&3+1)
	for range n {
		headerDuration(c, version)
		at := headerDuration(c, version)
		c.Skip(skip)
		if c.Err() != nil {
			return
		}
		add(at)
	}
}
