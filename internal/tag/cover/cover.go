// Package cover makes the tracks of attached pictures: one picture each, as long as the file.
package cover

import (
	"io"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/still"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Rule is the gate rule of pictures that cannot be described.
const Rule = "picture"

// maxPictures is how many are described.
const maxPictures = 64

// clock is the timebase that ffprobe gives such tracks.
var clock = media.Timebase{Num: 1, Den: 90_000}

// Picture is an attached picture.
type Picture struct {
	Codec    string // by its MIME type, in ffprobe's words
	Metadata media.Metadata
	Open     func() (io.ReaderAt, int64, error) // gives its bytes and how many there are
}

// FromID3 returns the pictures of tag, whose bytes lie in r.
func FromID3(r io.ReaderAt, tag *id3.Tag) []Picture {
	if tag == nil {
		return nil
	}
	var all []Picture
	for i := range tag.Pictures {
		p := &tag.Pictures[i]
		all = append(all, Picture{p.Codec, p.Metadata(), func() (io.ReaderAt, int64, error) { return p.Open(r) }})
	}
	return all
}

// headSize is how many bytes the head of a PICTURE block may take.
const headSize = 16 << 10

// FromFLAC reads the head of a PICTURE block of FLAC (RFC 9639, 8.8), which lies in r. A picture of a
// MIME type that ffprobe does not know gives none.
func FromFLAC(r io.ReaderAt, off, size int64) ([]Picture, error) {
	b := make([]byte, min(size, headSize))
	n, err := r.ReadAt(b, off)
	if err != nil && err != io.EOF {
		return nil, err
	}
	c := bits.NewCursor(b[:n])
	kind := c.U32()
	mime := string(c.Bytes(int(min(c.U32(), math.MaxInt32))))
	description := string(c.Bytes(int(min(c.U32(), math.MaxInt32))))
	c.Skip(16) // size, depth and colours: the picture's own count
	length := int64(c.U32())
	if c.Err() != nil {
		return nil, probe.Refuse(Rule, "the head of a picture of %d bytes", size)
	}
	at := int64(c.Pos())
	if length <= 0 || length > size-at {
		return nil, probe.Refuse(Rule, "a picture of %d bytes in a block of %d", length, size)
	}
	codec := id3.PictureCodec(mime)
	if codec == "" {
		return nil, nil
	}
	m := media.Metadata{"comment": id3.PictureType(int(min(kind, 255)))}
	if description != "" {
		m["title"] = description
	}
	return []Picture{{codec, m, func() (io.ReaderAt, int64, error) { return io.NewSectionReader(r, off+at, length), length, nil }}}, nil
}

// Attach appends the tracks of the pictures to info, whose start and duration are known by then: the
// pictures have them too. ffprobe takes the start of the file once more from all tracks.
func Attach(info *media.Info, pictures []Picture) error {
	if len(pictures) > maxPictures {
		return probe.Refuse(Rule, "%d pictures", len(pictures))
	}
	for _, p := range pictures {
		r, size, err := p.Open()
		if err != nil {
			return err
		}
		t := media.Track{Index: len(info.Tracks), Timebase: clock, Metadata: p.Metadata}
		t.Disposition.AttachedPicture = true
		if err := still.Describe(&t, r, size); err != nil {
			if still.Damaged(err) {
				return probe.Refuse(Rule, "%v", err)
			}
			return err
		}
		if found := t.Codec.Name; found != p.Codec && !(p.Codec == "mjpeg" && found == "png") || found == "apng" {
			return probe.Refuse(Rule, "a picture of codec %s that is called %s", found, p.Codec)
		}
		v := t.Video
		v.FrameRate = media.Rational{Num: clock.Den, Den: 1}
		if v.SAR.Positive() {
			v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
		}
		t.Start, t.Duration = onClock(info.Start), onClock(info.Duration)
		info.Tracks = append(info.Tracks, t)
	}
	if len(pictures) > 0 && info.Start.Known() {
		start := onClock(info.Start)
		if micros, ok := rational.Scale(int64(start.Ticks), 1_000_000, clock.Den); ok && micros < int64(info.Start.Ticks) {
			info.Start.Ticks = media.Ticks(micros)
		}
	}
	return nil
}

// AttachByRate is Attach for a file whose length ffprobe takes from its bit rate: sound of so many bytes
// at so many bit/s. The pictures have no start then, and the longest track is the file's length.
func AttachByRate(info *media.Info, pictures []Picture, bytes, rate int64) error {
	start, first := info.Start, len(info.Tracks)
	info.Start = media.Duration{}
	err := Attach(info, pictures)
	info.Start = start
	if err != nil || len(pictures) == 0 {
		return err
	}
	ticks, ok := rational.Scale(bytes*8, clock.Den, rate)
	micros, ok2 := rational.Scale(ticks, 1_000_000, clock.Den)
	if !ok || !ok2 {
		return probe.Refuse(Rule, "%d bytes at %d bit/s", bytes, rate)
	}
	for i := first; i < len(info.Tracks); i++ {
		info.Tracks[i].Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: clock}
	}
	if media.Ticks(micros) > info.Duration.Ticks {
		info.Duration.Ticks = media.Ticks(micros)
		info.BitRate = int64(float64(info.Size) * 8 * 1e6 / float64(micros))
	}
	return nil
}

// onClock is a time of microseconds on the clock of pictures.
func onClock(d media.Duration) media.Duration {
	if !d.Known() {
		return media.Duration{}
	}
	ticks, ok := rational.Scale(int64(d.Ticks), clock.Den*d.Timebase.Num, d.Timebase.Den)
	if !ok {
		return media.Duration{}
	}
	return media.Duration{Ticks: media.Ticks(ticks), Timebase: clock}
}
