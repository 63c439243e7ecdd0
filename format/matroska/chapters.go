package matroska

import (
	"math"
	"slices"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// noTime is a timestamp that is not there.
const noTime = math.MinInt64

const maxChapters = 10_000

// chapterAtom is one ChapterAtom directly under an edition, RFC 9559 section 5.1.7.1.4. Like
// ffprobe it knows no nested, hidden or ordered chapters.
type chapterAtom struct {
	uid        uint64
	start, end uint64 // nanoseconds
	title      *string
	kept       bool
	meta       metadata
}

func (f *file) addEdition(c child) error {
	if c.id != idEditionEntry {
		return nil
	}
	return c.master().each(func(c child) error {
		if c.id != idChapterAtom {
			return nil
		}
		if len(f.chapters) >= maxChapters {
			return fault(probe.Limit, c.off, "more than %d chapters", maxChapters)
		}
		absent := uint64(1 << 63)
		a := chapterAtom{start: absent, end: absent}
		err := c.master().each(a.add)
		f.chapters = append(f.chapters, a)
		return err
	})
}

func (a *chapterAtom) add(c child) error {
	switch c.id {
	case idChapterUID:
		a.uid = c.uint(0)
	case idChapterTimeStart:
		a.start = c.uint(1 << 63)
	case idChapterTimeEnd:
		a.end = c.uint(1 << 63)
	case idChapterDisplay:
		return c.master().each(func(c child) error {
			if c.id == idChapString {
				t := c.text()
				a.title = &t
			}
			return nil
		})
	}
	return nil
}

// keepChapters picks the chapters that ffprobe lists: those with an identity that start later
// than all before them.
func (f *file) keepChapters() {
	latest := uint64(0)
	ids := map[uint64]int{}
	for i := range f.chapters {
		c := &f.chapters[i]
		if c.start == 1<<63 || c.uid == 0 || latest != 0 && c.start <= latest {
			continue
		}
		if int64(c.end) != noTime && int64(c.start) > int64(c.end) {
			latest = c.start // refused by its times, but its start counts
			continue
		}
		latest = c.start
		if first, again := ids[c.uid]; again { // the later one replaces it
			old := &f.chapters[first]
			old.start, old.end, old.title = c.start, c.end, c.title
			old.meta.set("title", c.title)
			continue
		}
		ids[c.uid] = i
		c.kept = true
		c.meta.set("title", c.title)
	}
}

// chapterList gives the chapters with their ends: an open one ends where the next starts or
// the file ends. end is the file's end in microseconds, 0 when it is not known.
func (f *file) chapterList(end int64) []media.Chapter {
	var list []media.Chapter
	ns := media.Timebase{Num: 1, Den: 1_000_000_000}
	for i := range f.chapters {
		c := &f.chapters[i]
		if !c.kept {
			continue
		}
		list = append(list, media.Chapter{
			ID:       int64(c.uid),
			Start:    media.Duration{Ticks: media.Ticks(c.start), Timebase: ns},
			End:      media.Duration{Ticks: media.Ticks(c.end), Timebase: ns},
			Metadata: c.meta.m,
		})
	}
	order := make([]*media.Chapter, len(list))
	for i := range list {
		order[i] = &list[i]
	}
	slices.SortStableFunc(order, func(a, b *media.Chapter) int {
		switch {
		case a.Start.Ticks < b.Start.Ticks:
			return -1
		case a.Start.Ticks > b.Start.Ticks:
			return 1
		}
		return 0
	})
	for i, c := range order {
		if c.End.Ticks != noTime {
			continue
		}
		last := media.Ticks(math.MaxInt64)
		if end > 0 && end < math.MaxInt64/1000 {
			last = media.Ticks(end * 1000)
		}
		if i+1 < len(order) && order[i+1].Start.Ticks > c.Start.Ticks && order[i+1].Start.Ticks < last {
			last = order[i+1].Start.Ticks
		}
		if last == math.MaxInt64 || last < c.Start.Ticks {
			last = c.Start.Ticks
		}
		c.End.Ticks = last
	}
	return list
}
