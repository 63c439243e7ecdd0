package id3

import "github.com/mediagauge/mediagauge/media"

var milliseconds = media.Timebase{Num: 1, Den: 1000}

// readChapter reads a chapter (ID3v2 Chapter Frame Addendum, 3.1). The sizes of the frames in it
// are plain integers for ffprobe; one that does not fit takes the chapter with it. A
// chapter that ends before it starts is left out, but counted.
func (p *parser) readChapter(b []byte) {
	element, b := takeBytes(b)
	if len(b) < 16 {
		return
	}
	start, end := be32(b), be32(b[4:])
	b = b[16:]
	var d dict
	for len(b) > frameHeader {
		id, size := cstring(b[:4]), be32(b[4:])
		first := b[0]
		b = b[frameHeader:]
		if uint64(size) > uint64(len(b)) {
			return
		}
		if first == 'T' {
			readText(id, b[:size], &d)
		}
		b = b[size:]
	}
	d = convert(convert(d, keys23), keys24)
	d.add("title", latin1(element))
	id := int64(p.chapters)
	p.chapters++
	if start > end {
		return
	}
	p.tag.Chapters = append(p.tag.Chapters, media.Chapter{
		ID:       id,
		Start:    media.Duration{Ticks: media.Ticks(start), Timebase: milliseconds},
		End:      media.Duration{Ticks: media.Ticks(end), Timebase: milliseconds},
		Metadata: d.metadata(),
	})
}
