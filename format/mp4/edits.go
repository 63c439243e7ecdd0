package mp4

import (
	"encoding/binary"
	"math"

	"github.com/mediagauge/mediagauge/media"
)

// readElst reads the edit list (ISO/IEC 14496-12, 8.6.6).
func (m *movie) readElst(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	width := 12
	version := c.U8()
	if version == 1 {
		width = 20
	}
	c.Skip(3)
	n := int(int32(c.U32()))
	if c.Err() != nil {
		return refuse("box-overrun", "edit list of %d bytes", len(b.body))
	}
	if c.Left() != n*width {
		n = c.Left() / width
	}
	list := editList{rows: c.Bytes(n * width), width: width}
	if c.Err() != nil {
		return refuse("box-overrun", "edit list of %d bytes", len(b.body))
	}
	for i := range n {
		if list.at(i).duration < 0 {
			return malformed("an edit of negative length")
		}
	}
	if n > 0 {
		t.edits = list
	}
	return nil
}

// editList is an edit list as it stands in the file.
type editList struct {
	rows  []byte
	width int // of a row: 12 bytes, or 20 with 64-bit numbers
}

// edit is one entry of an edit list.
type edit struct {
	duration int64 // in the movie's timescale
	time     int64 // in the track's; -1 for an empty edit
}

func (l *editList) count() int {
	if l.width == 0 {
		return 0
	}
	return len(l.rows) / l.width
}

func (l *editList) at(i int) edit {
	row := l.rows[i*l.width:]
	if l.width == 20 {
		return edit{duration: int64(binary.BigEndian.Uint64(row)), time: int64(binary.BigEndian.Uint64(row[8:]))}
	}
	return edit{duration: int64(u32At(row, 0)), time: int64(int32(u32At(row, 4)))}
}

// noteEdits works out how far an edit list moves the track, which fragments are read with.
func (t *track) noteEdits(movieScale int64) {
	var empty, start int64
	first := 0
	for i := range t.edits.count() {
		e := t.edits.at(i)
		switch {
		case i == 0 && e.time == -1:
			empty, first = e.duration, 1
		case i == first && e.time >= 0:
			start = e.time
		}
	}
	if (empty != 0 || start != 0) && movieScale > 0 {
		if empty != 0 {
			empty = rescale(empty, t.timescale, movieScale, roundNear)
		}
		t.timeOffset = start - empty
	}
}

// span is an edit in the track's timescale.
type span struct {
	time     int64
	duration int64
}

// spans rescales the edits. The sum of their lengths is the presentation's.
func (t *track) spans(movieScale int64) ([]span, error) {
	if movieScale <= 0 {
		return nil, refuse("edit-list", "edits without a movie timescale")
	}
	out := make([]span, 0, t.edits.count())
	var total int64
	for i := range t.edits.count() {
		e := t.edits.at(i)
		s := span{time: e.time, duration: rescale(e.duration, t.timescale, movieScale, roundNear)}
		if s.duration == noTime || s.time < -1 || s.duration > math.MaxInt64-max(0, s.time) ||
			total > math.MaxInt64/2-s.duration {
			return nil, refuse("edit-list", "an edit of %d from %d", e.duration, e.time)
		}
		total += s.duration
		out = append(out, s)
	}
	return out, nil
}

// applyEdits makes the index what it is once the edit list is applied: the packets that some
// edit shows or needs for decoding, at times of the presentation (the behaviour of ffmpeg's
// mov_fix_index). Start and length of the track follow from the edits alone.
func (m *movie) applyEdits(t *track) error {
	ix := &t.index0
	if t.edits.count() == 0 {
		ix.lazy = true
		t.startWithoutEdits()
		return m.estimateDelay(t)
	}
	if m.spareSamples -= int64(t.edits.count() / 2); m.spareSamples < 0 {
		return refuse("table-too-long", "%d edits", t.edits.count())
	}
	spans, err := t.spans(m.timescale)
	if err != nil {
		return err
	}
	var empty, total int64
	leading := 0
	for i, s := range spans {
		if s.time == -1 && leading == i {
			empty += s.duration
			leading++
		}
		total += s.duration
	}
	if ix.count > smallIndex && leading == len(spans)-1 && t.simpleEdit(spans[leading], empty) {
		ix.lazy = true
	} else {
		if err := m.expand(t); err != nil {
			return err
		}
		e := editor{t: t, old: ix.list, spans: spans, spare: m.spareSamples}
		if leading == len(spans)-1 {
			e.out = ix.list[:0] // a single edit never writes ahead of where it reads
		}
		if err := e.run(); err != nil {
			return err
		}
		m.spareSamples = e.spare
		ix.list = e.out
		ix.count = int64(len(e.out))
	}
	t.start = empty
	t.duration = min(t.duration, total)
	return m.estimateDelay(t)
}

// startWithoutEdits sets the start of a video track that has no edit list.
func (t *track) startWithoutEdits() {
	if t.kind != media.KindVideo || t.start != noTime {
		return
	}
	w := t.walk()
	s, ok := w.next()
	if !ok {
		return
	}
	t.start = s.dts + t.dtsShift
	if t.samples.hasCtts {
		t.start += int64(s.ctts)
	}
}

// simpleEdit says whether a single edit moves all decoding times by the same amount and leaves
// no packet out at the start, and if so by how much.
func (t *track) simpleEdit(s span, empty int64) bool {
	w := t.walk()
	first, ok := w.next()
	if !ok || !first.key || s.duration <= 0 {
		return false
	}
	pts := first.dts + t.dtsShift + int64(first.ctts)
	switch t.kind {
	case media.KindVideo:
		if s.time != pts {
			return false
		}
	case media.KindAudio:
		if t.samples.hasCtts || t.dtsShift != 0 || s.time < 0 || s.time > t.timescale || t.codec == "vorbis" {
			return false
		}
		if s.time >= t.trackEnd {
			return false
		}
	default:
		if s.time != pts || pts != first.dts {
			return false
		}
	}
	if t.samples.hasCtts && !t.offsetsAtLeast(s.time) {
		return false
	}
	t.index0.shift = empty - s.time
	if t.kind != media.KindVideo && t.kind != media.KindAudio {
		t.index0.shift = empty
	}
	return true
}

// offsetsAtLeast says whether the first packets are all presented at or after time.
func (t *track) offsetsAtLeast(time int64) bool {
	w := t.walk()
	for range 64 {
		s, ok := w.next()
		if !ok {
			return true
		}
		if s.dts+t.dtsShift+int64(s.ctts) < time {
			return false
		}
	}
	return true
}
