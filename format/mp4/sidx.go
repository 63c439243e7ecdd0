package mp4

import "math"

// readSidx reads a segment index (ISO/IEC 14496-12, 8.16.3). When it covers the rest of the
// file ffmpeg takes its word for where the fragments are and how long they last.
func (m *movie) readSidx(b box) error {
	c := b.cursor()
	version := c.U8()
	if version > 1 {
		return nil
	}
	c.Skip(3)
	id := int64(int32(c.U32()))
	t := m.trackByID(id)
	if t == nil {
		return nil
	}
	scale := int64(int32(c.U32()))
	if scale <= 0 {
		return malformed("segment index of timescale %d", scale)
	}
	pts := headerDuration(c, version)
	offset := b.off + int64(len(b.body))
	add := headerDuration(c, version)
	if add < 0 || add > math.MaxInt64-offset {
		return malformed("segments at %d", add)
	}
	offset += add
	c.Skip(2)
	n := int(c.U16())
	if n == 0 {
		return malformed("empty segment index")
	}
	if n > c.Left()/12 {
		return refuse("box-overrun", "%d segments in %d bytes", n, len(b.body))
	}
	m.noteSegment(offset, t)
	for range n {
		size := int64(c.U32())
		duration := int64(c.U32())
		c.Skip(4)
		if size >= 1<<31 {
			return malformed("a segment index of segment indexes")
		}
		if offset > math.MaxInt64-size || pts > math.MaxInt64-duration {
			return malformed("segments beyond 63 bits")
		}
		offset += size
		pts += duration
	}
	t.duration, t.trackEnd = pts, pts
	t.hasSidx, m.hasSidx = true, true
	complete, err := m.endsFile(offset)
	if err != nil || !complete {
		return err
	}
	m.segmentsEnd = offset
	return m.spreadDuration()
}

// noteSegment remembers the first segment of all and the first track that has one there.
func (m *movie) noteSegment(offset int64, t *track) {
	if m.refTrack == nil || offset < m.refOffset || offset == m.refOffset && t.index < m.refTrack.index {
		m.refTrack, m.refOffset = t, offset
	}
}

// endsFile says whether offset is the end of the file, or where its random access index begins.
func (m *movie) endsFile(offset int64) (bool, error) {
	if !m.src.known {
		return false, refuse("unknown-size", "whether a segment index is complete")
	}
	if offset == m.src.size {
		return true, nil
	}
	size, err := m.mfraSize()
	return offset == m.src.size-size, err
}

// spreadDuration gives the tracks without a segment index the length of the one that has one.
func (m *movie) spreadDuration() error {
	for _, t := range m.tracks {
		if t.hasSidx {
			continue
		}
		if t.timescale <= 0 {
			continue
		}
		d := rescale(m.refTrack.duration, t.timescale, m.refTrack.timescale, roundNear)
		t.duration, t.trackEnd = d, d
	}
	m.complete = true
	return nil
}
