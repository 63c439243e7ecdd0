package mp4

import "github.com/mediagauge/mediagauge/probe"

// trex holds a track's defaults for fragments (ISO/IEC 14496-12, 8.8.3).
type trex struct {
	track                       int64
	entry, duration, size, flag uint32
}

// fragment is the track fragment being read, and what its movie fragment has said so far.
type fragment struct {
	offset   int64 // of the moof box
	hasTfhd  bool
	track    *track
	id       int64
	entry    uint32
	base     int64
	implicit int64
	duration uint32
	size     uint32
	flags    uint32
	open     bool // a movie fragment began
}

// fragmentTime is a decoding time that a movie fragment set, by number, from 1.
type fragmentTime struct {
	at   int64
	moof int
}

func (m *movie) trackByID(id int64) *track {
	for _, t := range m.tracks {
		if t.id == id {
			return t
		}
	}
	return nil
}

func (m *movie) readTrex(b box) error {
	m.duration = noTime
	c := b.cursor()
	c.Skip(4)
	x := trex{track: int64(int32(c.U32()))}
	x.entry, x.duration, x.size, x.flag = c.U32(), c.U32(), c.U32(), c.U32()
	if c.Err() != nil {
		return refuse("box-overrun", "track extends box of %d bytes", len(b.body))
	}
	if limit := m.r.Limits().MaxTracks; len(m.trex) >= limit {
		return probe.Errorf(probe.Limit, "more than %d track extends boxes", limit)
	}
	m.trex = append(m.trex, x)
	return nil
}

func (m *movie) readMoof(b box) error {
	m.foundMoof = true
	m.moofSize = int64(len(b.body)) + 64
	if m.moofs++; m.moofs == 1 {
		m.firstMoof = b.off - 8
	}
	m.frag = fragment{offset: b.off - 8, implicit: b.off - 8, open: true}
	return m.children(b)
}

// readTfhd reads the header of a track fragment (8.8.7).
func (m *movie) readTfhd(b box) error {
	const (
		hasBase, hasEntry, hasDuration, hasSize, hasFlags = 1, 2, 8, 16, 32

		baseIsMoof = 0x20000
	)
	f := &m.frag
	c := b.cursor()
	c.Skip(1)
	flags := c.U24()
	id := int64(int32(c.U32()))
	if id == 0 {
		return malformed("track fragment without a track")
	}
	var x *trex
	for i := range m.trex {
		if m.trex[i].track == id {
			x = &m.trex[i]
			break
		}
	}
	if x == nil {
		return refuse("fragment-table", "no defaults for the fragments of track %d", id)
	}
	if !f.open {
		return refuse("fragment-table", "a track fragment outside a movie fragment")
	}
	f.hasTfhd, f.id = true, id
	f.base = f.implicit
	if flags&hasBase != 0 {
		f.base = int64(c.U64())
	} else if flags&baseIsMoof != 0 {
		f.base = f.offset
	}
	f.entry, f.duration, f.size, f.flags = x.entry, x.duration, x.size, x.flag
	if flags&hasEntry != 0 {
		f.entry = c.U32()
	}
	if flags&hasDuration != 0 {
		f.duration = c.U32()
	}
	if flags&hasSize != 0 {
		f.size = c.U32()
	}
	if flags&hasFlags != 0 {
		f.flags = c.U32()
	}
	if c.Err() != nil {
		return refuse("box-overrun", "track fragment header of %d bytes", len(b.body))
	}
	if t := m.trackByID(id); t != nil {
		t.next = fragmentTime{}
	}
	return nil
}

func (m *movie) readTfdt(b box) error {
	t := m.trackByID(m.frag.id)
	if t == nil || m.frag.entry != 1 && !t.anyEntry {
		return m.otherEntry(t)
	}
	c := b.cursor()
	version := c.U8()
	c.Skip(3)
	at := headerDuration(c, min(version, 1))
	if c.Err() != nil {
		return refuse("box-overrun", "track fragment time of %d bytes", len(b.body))
	}
	if !m.frag.open { // a track fragment that stands in no movie fragment
		return refuse("fragment-table", "a track fragment outside a movie fragment")
	}
	t.stated = fragmentTime{at, m.moofs}
	if t.gap = t.gap || t.timed && !t.jump && at != t.trackEnd; t.jump {
		t.jump = false
	}
	t.trackEnd = at
	if !t.timed {
		t.timed, t.firstTime = true, at
	}
	t.lastTime = at
	return nil
}

// otherEntry decides about a fragment that uses a sample entry other than the first.
func (m *movie) otherEntry(t *track) error {
	if t != nil && t.entries > 0 {
		return refuse("sample-entries", "a fragment of sample entry %d", m.frag.entry)
	}
	return nil
}

// runStart is the decoding time at which a run begins.
func (m *movie) runStart(t *track) (int64, error) {
	if t.next.moof == m.moofs {
		return t.next.at - t.timeOffset, nil
	}
	if t.stated.moof == m.moofs {
		return t.stated.at - t.timeOffset, nil
	}
	if t.hasSidx {
		return 0, refuse("fragment-table", "fragments whose times stand only in the segment index")
	}
	t.untimed = true
	return t.trackEnd - t.timeOffset, nil
}
