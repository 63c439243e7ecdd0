package mp4

import (
	"encoding/binary"
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

// beforeMoof is called at each moof. From the second on, when much is still to come, it looks for
// a random access index and reads the fragments that it names at once. Where there is none, or
// it names too many, and fragments are more than can be read one after the other, it has the
// rest of the file told from its end; stop says that this was done.
func (m *movie) beforeMoof(off int64) (stop bool, err error) {
	const second, third = 1, 2
	left := m.src.size - off
	if m.complete || !m.src.known || left <= wholeFile || m.prefetched || m.sampled || m.moofs < second {
		return false, nil
	}
	if !m.soughtMfra {
		m.soughtMfra = true
		offsets, err := m.mfraOffsets(off)
		if err != nil {
			return false, err
		}
		// Fragments of one file are alike: what the last one took, and a little more, is mostly enough.
		if n := min(m.moofSize+m.moofSize/8, 1<<20); len(offsets) > 0 {
			if spans := merge(offsets, n, m.src.size); len(spans) <= maxFetches {
				m.prefetched = true
				return false, m.fetchMoofs(offsets, spans)
			}
		}
	}
	stride := (off - m.firstMoof) / int64(m.moofs)
	if m.moofs >= third && left/max(stride, 1) >= maxWalked-int64(m.moofs) || m.moofs >= maxWalked {
		return true, m.sample(off)
	}
	return false, nil
}

// fetchMoofs reads what spans say of the fragments at the offsets, and then, also at once, the rest of those
// that turn out to be longer.
func (m *movie) fetchMoofs(offsets []int64, spans []stretch) error {
	if err := m.src.fetch(spans); err != nil {
		return err
	}
	var longer []stretch
	for _, off := range offsets {
		b := m.src.cached(off, 8)
		if len(b) < 8 {
			continue
		}
		// The header of what follows is read with it.
		size := min(int64(binary.BigEndian.Uint32(b))+16, m.src.size-off)
		if int64(len(m.src.cached(off, size))) < size && size <= 1<<20 {
			longer = append(longer, stretch{off, size})
		}
	}
	if len(longer) == 0 || len(longer) > maxFetches {
		return nil
	}
	return m.src.fetch(longer)
}

const (
	maxWalked  = 16  // fragments read one after the other
	maxFetches = 320 // places read at once
)

// merge makes ranges of n bytes out of places in rising order, and joins the ones that lie close
// together as long as not much more than two megabytes is read in all: a request costs more than
// some kilobytes do.
func merge(places []int64, n, end int64) []stretch {
	const budget, widest, longest = 2<<20 - 128<<10, 48 << 10, 512 << 10
	out := make([]stretch, 0, len(places))
	spare := budget - n*int64(len(places))
	for _, at := range places {
		width := min(n, end-at)
		if k := len(out) - 1; k >= 0 {
			last := &out[k]
			gap := at - last.at - last.n
			if gap <= min(spare, widest) && at+width-last.at <= longest || gap <= 0 {
				spare -= max(gap, 0)
				last.n = max(last.n, at+width-last.at)
				continue
			}
		}
		out = append(out, stretch{at: at, n: width})
	}
	return out
}

// mfraOffsets returns where the random access index says that fragments begin, from off on.
func (m *movie) mfraOffsets(off int64) ([]int64, error) {
	if _, err := m.src.at(max(m.src.size-window, off), window, 0); err != nil { // with the last four bytes
		return nil, err
	}
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
