package mp4

import (
	"math"
	"sort"
	"unicode/utf16"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// readChpl reads Nero's chapter list.
func (m *movie) readChpl(b box) error {
	c := b.cursor()
	if len(b.body) < 5 {
		return nil
	}
	version := c.U8()
	c.Skip(3)
	if version != 0 {
		c.Skip(4)
	}
	n := int(c.U8())
	for i := range n {
		if c.Left() < 9 {
			return nil
		}
		start := int64(c.U64())
		size := int(c.U8())
		if size > c.Left() {
			return nil
		}
		m.setChapter(chapter{id: int64(i), start: start, end: noTime, scale: 10_000_000, title: cString(string(c.Bytes(size)))})
	}
	return nil
}

// readChap notes which tracks hold chapters.
func (m *movie) readChap(b box) error {
	m.chapTracks = m.chapTracks[:0]
	for c := b.cursor(); c.Left() >= 4; {
		m.chapTracks = append(m.chapTracks, c.U32())
	}
	return nil
}

// setChapter adds a chapter; one with the id of an earlier one replaces it.
func (m *movie) setChapter(c chapter) {
	for i := range m.chapters {
		if m.chapters[i].id == c.id {
			m.chapters[i] = c
			return
		}
	}
	m.chapters = append(m.chapters, c)
}

// readChapterTracks reads the titles of chapters from the text tracks that a track names as its
// chapters, and marks such a track of pictures as thumbnails (QuickTime File Format, "Chapter
// Lists").
func (m *movie) readChapterTracks() error {
	for _, id := range m.chapTracks {
		t := m.trackByID(int64(int32(id)))
		if t == nil {
			continue
		}
		if t.kind == media.KindVideo {
			t.thumb = true
			continue
		}
		t.kind, t.codec = media.KindData, "bin_data"
		t.silent = true
		if err := m.readTitles(t); err != nil {
			return err
		}
	}
	return nil
}

// maxChapters bounds how many samples are read for titles.
const maxChapters = 1024

func (m *movie) readTitles(t *track) error {
	if t.index0.count > maxChapters {
		return refuse("table-too-long", "%d chapters", t.index0.count)
	}
	var list []sample
	next := t.packets()
	for s, ok := next(); ok; s, ok = next() {
		list = append(list, s)
	}
	if err := m.fetchSamples(list); err != nil {
		return err
	}
	for i, s := range list {
		end := t.duration
		if i+1 < len(list) {
			end = list[i+1].dts
		}
		if end < s.dts {
			end = noTime
		}
		p, err := m.src.at(s.pos, min(s.size, 1024), 0)
		if err != nil {
			return err
		}
		if len(p) < 2 {
			return refuse("missing-samples", "chapter %d lies outside the file", i)
		}
		n := int(p[0])<<8 | int(p[1])
		if int64(n) > s.size-2 {
			continue
		}
		m.setChapter(chapter{id: int64(i), start: s.dts, end: end, scale: t.timescale, title: chapterTitle(p[2:], n)})
	}
	return nil
}

// fetchSamples reads small samples together when they lie close, else in parallel.
func (m *movie) fetchSamples(list []sample) error {
	if len(list) == 0 {
		return nil
	}
	first, last := list[0].pos, list[0].pos+list[0].size
	var places []int64
	for _, s := range list {
		first, last = min(first, s.pos), max(last, s.pos+s.size)
		if s.pos >= 0 && s.pos < m.src.size {
			places = append(places, s.pos)
		}
	}
	if first >= 0 && last-first <= wholeFile && first < m.src.size {
		_, err := m.src.at(first, last-first, 0)
		return err
	}
	const room = 256
	return m.src.prefetch(places, room)
}

// chapterTitle decodes a title of n bytes: UTF-16 after a byte order mark, else UTF-8.
func chapterTitle(p []byte, n int) string {
	p = p[:min(n, len(p))]
	if len(p) >= 2 && (p[0] == 0xfe && p[1] == 0xff || p[0] == 0xff && p[1] == 0xfe) {
		units := make([]uint16, 0, len(p)/2)
		for i := 2; i+1 < len(p); i += 2 {
			u := uint16(p[i])<<8 | uint16(p[i+1])
			if p[0] == 0xff {
				u = u<<8 | u>>8
			}
			if u == 0 {
				break
			}
			units = append(units, u)
		}
		return string(utf16.Decode(units))
	}
	return cString(string(p))
}

// finishChapters sets the ends that the file does not state: the start of the next chapter, or
// the end of the movie.
func (m *movie) finishChapters(start, duration int64) []media.Chapter {
	order := make([]*chapter, len(m.chapters))
	for i := range m.chapters {
		order[i] = &m.chapters[i]
	}
	us := func(c *chapter) int64 { return rescale(c.start, 1_000_000, c.scale, roundNear) }
	sort.SliceStable(order, func(i, j int) bool {
		if us(order[i]) != us(order[j]) {
			return us(order[i]) < us(order[j])
		}
		return order[i].id < order[j].id
	})
	limit := int64(0)
	if duration > 0 && start < math.MaxInt64-duration {
		limit = duration
		if start != noTime {
			limit += start
		}
	}
	for i, c := range order {
		if c.end != noTime {
			continue
		}
		end := int64(math.MaxInt64)
		if limit != 0 {
			end = rescale(limit, c.scale, 1_000_000, roundNear)
		}
		if i+1 < len(order) {
			next := rescale(order[i+1].start, c.scale, order[i+1].scale, roundNear)
			if next > c.start && next < end {
				end = next
			}
		}
		if end == math.MaxInt64 || end < c.start {
			end = c.start
		}
		c.end = end
	}
	out := make([]media.Chapter, 0, len(m.chapters))
	for _, c := range m.chapters {
		tb := media.Timebase{Num: 1, Den: c.scale}
		out = append(out, media.Chapter{
			ID:       c.id,
			Start:    media.Duration{Ticks: media.Ticks(c.start), Timebase: tb},
			End:      media.Duration{Ticks: media.Ticks(c.end), Timebase: tb},
			Metadata: media.Metadata{"title": c.title},
		})
	}
	return out
}

// missing makes the error of a sample that cannot be read.
func missing(t *track, s sample) error {
	return &probe.Error{
		Kind: probe.Unsupported, Rule: "missing-samples", Offset: s.pos,
		Err: errOutside(t.index),
	}
}
