package probetest

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/mediagauge/mediagauge/media"
)

// maxPlausible bounds counts and dimensions that no real file reaches.
const maxPlausible = 1 << 31

// Consistent reports whatever in info contradicts itself: an answer about any bytes at all must
// be one that a reader can work with.
func Consistent(info *media.Info) error {
	if info == nil {
		return errors.New("no answer")
	}
	var c checks
	c.want(info.Format.Name != "", "no format name")
	c.want(info.Size >= 0 && info.BitRate >= 0, "size %d, bit rate %d", info.Size, info.BitRate)
	c.length("file", info.Duration)
	c.time("file", info.Start)
	c.metadata("file", info.Metadata)
	for n := range info.Tracks {
		c.track(n, &info.Tracks[n])
	}
	for n, ch := range info.Chapters {
		where := fmt.Sprintf("chapter %d", n)
		c.time(where, ch.Start)
		c.time(where, ch.End)
		c.metadata(where, ch.Metadata)
	}
	for n, p := range info.Programs {
		c.want(!slices.ContainsFunc(p.Tracks, func(i int) bool { return i < 0 || i >= len(info.Tracks) }),
			"program %d names tracks %v of %d", n, p.Tracks, len(info.Tracks))
	}
	return errors.Join(c...)
}

type checks []error

func (c *checks) want(ok bool, format string, args ...any) {
	if !ok {
		*c = append(*c, fmt.Errorf(format, args...))
	}
}

func (c *checks) time(where string, d media.Duration) {
	c.want(d.Timebase == (media.Timebase{}) || d.Timebase.Num > 0 && d.Timebase.Den > 0, "%s: time base %s", where, d.Timebase)
}

func (c *checks) length(where string, d media.Duration) {
	c.time(where, d)
	c.want(d.Ticks >= 0, "%s: lasts %s s", where, d)
}

func (c *checks) ratio(where string, r media.Rational) {
	c.want(r == (media.Rational{}) || r.Num >= 0 && r.Den >= 0, "%s: %s", where, r)
}

func (c *checks) metadata(where string, m media.Metadata) {
	for key, value := range m {
		c.want(utf8.ValidString(key) && utf8.ValidString(value), "%s: tag %q is not UTF-8: %q", where, key, value)
	}
}

func (c *checks) track(n int, t *media.Track) {
	where := fmt.Sprintf("track %d", n)
	c.want(t.Index == n, "%s has the index %d", where, t.Index)
	c.want((t.Kind == media.KindVideo) == (t.Video != nil), "%s: kind %q, video %v", where, t.Kind, t.Video)
	c.want((t.Kind == media.KindAudio) == (t.Audio != nil), "%s: kind %q, audio %v", where, t.Kind, t.Audio)
	c.want(t.BitRate >= 0 && t.NumFrames >= 0 && t.MaxBitRate >= 0 && t.BufferSize >= 0,
		"%s: bit rate %d (at most %d, buffer %d), %d frames", where, t.BitRate, t.MaxBitRate, t.BufferSize, t.NumFrames)
	c.want(t.Codec.Name == "" || t.Codec.LongName != "", "%s: codec %q has no long name", where, t.Codec.Name)
	c.want(utf8.ValidString(t.Language), "%s: language %q", where, t.Language)
	c.time(where, t.Start)
	c.length(where, t.Duration)
	c.metadata(where, t.Metadata)
	if v := t.Video; v != nil {
		c.video(where, v)
	}
	if a := t.Audio; a != nil {
		c.want(within(a.SampleRate) && within(a.Channels) && within(a.BitsPerSample) && within(a.BitDepth),
			"%s: %d Hz, %d channels, %d bits, %d significant", where, a.SampleRate, a.Channels, a.BitsPerSample, a.BitDepth)
	}
}

func (c *checks) video(where string, v *media.Video) {
	c.want(within(v.Width) && within(v.Height) && within(v.CodedWidth) && within(v.CodedHeight),
		"%s: %d × %d, coded %d × %d", where, v.Width, v.Height, v.CodedWidth, v.CodedHeight)
	c.want(v.Rotation >= 0 && v.Rotation < 360, "%s: rotated by %d degrees", where, v.Rotation)
	c.want(v.ReorderDepth >= 0 && v.ReorderDepth <= 255 && v.BitDepth >= 0 && v.BitDepth <= 64,
		"%s: %d pictures held back, %d bits", where, v.ReorderDepth, v.BitDepth)
	c.ratio(where+": sample aspect", v.SAR)
	c.ratio(where+": display aspect", v.DAR)
	c.ratio(where+": frame rate", v.FrameRate)
	c.ratio(where+": average frame rate", v.AverageFrameRate)
}

func within(n int) bool { return n >= 0 && n <= maxPlausible }
