package mp4

import (
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// info puts together what was read.
func (m *movie) info() (*media.Info, error) {
	size, err := m.size()
	if err != nil {
		return nil, err
	}
	info := &media.Info{
		Format:   media.Format{Name: formatName, LongName: longName},
		Size:     size,
		Metadata: m.metadata,
		Warnings: m.warnings,
	}
	if m.start != noTime {
		info.Start = media.Duration{Ticks: media.Ticks(m.start), Timebase: media.Microseconds}
	}
	if m.duration != noTime {
		info.Duration = media.Duration{Ticks: media.Ticks(m.duration), Timebase: media.Microseconds}
		if m.duration > 0 {
			info.BitRate = int64(float64(size) * 8 * 1_000_000 / float64(m.duration))
		}
	}
	info.Chapters = m.finishChapters(m.start, m.duration)
	for _, t := range m.tracks {
		m.finishTrack(t)
		m.extendTrack(t, &t.out)
		info.Tracks = append(info.Tracks, t.out)
	}
	m.extend(info)
	return info, nil
}

// size returns the length of the file; of a source that does not tell, where its end was met.
func (m *movie) size() (int64, error) {
	if m.src.known {
		return m.src.size, nil
	}
	if m.src.end >= 0 {
		return m.src.end, nil
	}
	return 0, refuse("unknown-size", "the end of the source was not met")
}

// finishTrack sets the values of a track that analysis decided.
func (m *movie) finishTrack(t *track) {
	o := &t.out
	tb := media.Timebase{Num: 1, Den: t.timescale}
	if t.start != noTime {
		o.Start = media.Duration{Ticks: media.Ticks(t.start), Timebase: tb}
	}
	if t.duration != noTime {
		o.Duration = media.Duration{Ticks: media.Ticks(t.duration), Timebase: tb}
	}
	o.BitRate = max(0, t.bitRate) // ffprobe prints no rate below nothing
	if m.complete && m.headerEnd < m.segmentsEnd && m.moofs > 0 {
		// ffprobe divides the size of the first fragment by the length of all: no fact of the file.
		o.BitRate = 0
	}
	o.NumFrames = t.frames
	if v := o.Video; v != nil {
		v.FrameRate, v.AverageFrameRate = t.rate, t.avg
		if t.avg.Num == 0 {
			v.AverageFrameRate = media.Rational{}
		}
		if m.r.Opening() { // ffprobe knows the lengths of frames by the codec's own word only
			v.AverageFrameRate = media.Rational{}
			if c := t.codecRate; c.Positive() {
				v.AverageFrameRate = framerate.Nearest(rational.Nearest(c.Num, c.Den, 60000))
			}
		}
		t.finishAspect(v)
		switch {
		case t.codec == "", t.codec == "vvc", strings.HasPrefix(t.codec, "mpeg"): // ffprobe tells none
		case v.CodedWidth == 0:
			v.CodedWidth, v.CodedHeight = v.Width, v.Height
		}
	}
}

// finishAspect sets the aspect ratios: the container's word counts before the codec's.
func (t *track) finishAspect(v *media.Video) {
	if t.dar.Num > 0 && v.Width > 0 {
		t.sar = rational.Nearest(t.dar.Num*int64(v.Height), t.dar.Den*int64(v.Width), 1<<31-1)
	}
	if t.sar.Num > 0 && t.sar.Den > 0 {
		v.SAR = rational.Nearest(t.sar.Num, t.sar.Den, 1<<31-1)
	}
	if v.SAR.Num > 0 && v.SAR.Den > 0 {
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	} else {
		v.SAR, v.DAR = media.Rational{}, media.Rational{}
	}
}

// base makes the track of the container's facts, which the codec's are added to.
func (m *movie) base(t *track) media.Track {
	o := media.Track{
		Index:    t.index,
		ID:       fmt.Sprintf("%#x", uint32(t.id)),
		Kind:     t.kind,
		Codec:    media.Codec{Name: t.codec, LongName: media.CodecLongName(t.codec), Tag: t.tag},
		Timebase: media.Timebase{Num: 1, Den: t.timescale},
		Language: t.language,
		Metadata: t.metadata,
		Disposition: media.Disposition{
			Default:         t.enabled,
			AttachedPicture: t.cover != nil || t.thumb,
			TimedThumbnails: t.thumb,
		},
	}
	e := &t.entry
	switch t.kind {
	case media.KindVideo:
		o.Video = &media.Video{
			Width: e.width, Height: e.height,
			ReorderDepth: t.delay,
			FieldOrder:   e.fieldOrder,
			Color:        e.color,
			Rotation:     t.rotation(),
		}
	case media.KindAudio:
		o.Audio = &media.Audio{
			SampleRate: e.sampleRate, Channels: e.channels,
			ChannelLayout: layoutName(e),
			BitsPerSample: pcm.BitsPerSample(t.codec),
		}
	}
	return o
}
