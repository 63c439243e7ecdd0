package hls

import (
	"math"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/segments"
	"github.com/mediagauge/mediagauge/media"
)

// presentation is a playlist with what was found behind it.
type presentation struct {
	info    *media.Info
	list    *playlist
	streams []stream // of list.order

	first []int // first track of each stream
}

// describe makes the tracks, the programs and the times of the file.
func (p *presentation) describe() {
	p.duration()
	for i, s := range p.streams {
		p.first = append(p.first, len(p.info.Tracks))
		p.tracks(i, s)
	}
	p.programs()
	p.info.Start = segments.Start(p.info.Tracks)
	p.rate()
	p.info.Clean()
}

// duration is that of the first variant: the sum of what its playlist says, once it has ended.
func (p *presentation) duration() {
	for i, e := range p.list.order {
		list := p.streams[i].list
		if e.rendition || list == nil {
			continue
		}
		if list.ended && list.duration > 0 {
			p.info.Duration = media.Duration{Ticks: list.duration, Timebase: media.Microseconds}
		}
		return
	}
}

// tracks adds the streams of the playlist at i in the order.
func (p *presentation) tracks(i int, s stream) {
	e := p.list.order[i]
	switch {
	case s.err != nil:
		return
	case s.inner == nil:
		p.encrypted(e, s)
		return
	}
	p.info.Warnings = append(p.info.Warnings, s.inner.Warnings...)
	for k, t := range s.inner.Tracks {
		t.Index, t.ID, t.NumFrames, t.Language = len(p.info.Tracks), "", 0, ""
		t.Metadata = p.tags(e)
		if k == 0 {
			for key, value := range s.inner.Metadata {
				t.Metadata[key] = value
			}
		}
		if estimated := s.inner.Format.Name == "mpegts" || s.inner.Format.Name == "aac"; estimated && t.Codec.Name == "aac" {
			t.BitRate = 0 // no header of ADTS states it
		}
		if t.Video != nil {
			t.Video.FieldOrder = ""
		}
		if n := t.Codec.Name; n == "mp1" || n == "mp2" { // the layer is known before its decoder is chosen
			t.Audio.SampleFormat = "s16p"
		}
		t.Duration = media.Duration{}
		if t.Codec.Name == "aac" && !t.Start.Known() && p.info.Duration.Known() { // a stream without times is as long as the file
			if ticks, ok := rational.ScaleDown(int64(p.info.Duration.Ticks), t.Timebase.Den, t.Timebase.Num*1_000_000); ok {
				t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: t.Timebase}
			}
		}
		if s.method != "" && t.Encryption == nil {
			t.Encryption = &media.Encryption{Scheme: s.method}
		}
		p.info.Tracks = append(p.info.Tracks, t)
	}
	p.alternative(e, len(p.info.Tracks)-len(s.inner.Tracks))
}

// alternative applies what EXT-X-MEDIA says to the tracks from first on: those of a rendition with
// a playlist of its own, or those of a variant in which renditions lie.
func (p *presentation) alternative(e entry, first int) {
	tracks := p.info.Tracks[first:]
	if e.rendition {
		p.apply(p.list.renditions[e.index], tracks, 0)
		return
	}
	v := p.list.variants[e.index]
	next := map[string]int{}
	for _, r := range p.list.renditions {
		if r.uri == "" && (r.kind == "AUDIO" && r.group == v.audio || r.kind == "VIDEO" && r.group == v.video) && r.group != "" {
			next[r.kind] = p.apply(r, tracks, next[r.kind])
		}
	}
}

// apply marks the first track of r's kind from position from on, and returns the position behind it.
func (p *presentation) apply(r rendition, tracks []media.Track, from int) int {
	for i := from; i < len(tracks); i++ {
		t := &tracks[i]
		if r.kind == "AUDIO" && t.Kind != media.KindAudio || r.kind == "VIDEO" && t.Kind != media.KindVideo {
			continue
		}
		if r.language != "" {
			t.Language = r.language
			t.Metadata["language"] = r.language
		}
		if r.name != "" {
			t.Metadata["comment"] = r.name
		}
		t.Disposition.Default = t.Disposition.Default || r.flags.Default
		t.Disposition.Forced = t.Disposition.Forced || r.flags.Forced
		return i + 1
	}
	return len(tracks)
}

// tags are what ffprobe puts on a stream of e: the rate of its variants where they agree.
func (p *presentation) tags(e entry) media.Metadata {
	rate, known := int64(0), false
	for i, v := range p.list.variants {
		if !p.list.uses(i, e) {
			continue
		}
		if known && v.bandwidth != rate {
			return media.Metadata{}
		}
		rate, known = v.bandwidth, true
	}
	if !known {
		return media.Metadata{}
	}
	return media.Metadata{"variant_bitrate": strconv.FormatInt(rate, 10)}
}

// uses says whether the streams of e belong to the variant at i.
func (p *playlist) uses(i int, e entry) bool {
	if !e.rendition {
		return e.index == i
	}
	r, v := p.renditions[e.index], p.variants[i]
	return r.group != "" && (r.kind == "AUDIO" && v.audio == r.group || r.kind == "VIDEO" && v.video == r.group)
}

// programs makes one of each variant.
func (p *presentation) programs() {
	for i, v := range p.list.variants {
		if i >= maxPlaylists {
			break
		}
		program := media.Program{ID: i, Metadata: media.Metadata{"variant_bitrate": strconv.FormatInt(v.bandwidth, 10)}}
		for k, e := range p.list.order {
			if p.streams[k].err != nil || !p.list.uses(i, e) {
				continue
			}
			end := len(p.info.Tracks)
			if k+1 < len(p.first) {
				end = p.first[k+1]
			}
			for t := p.first[k]; t < end; t++ {
				program.Tracks = append(program.Tracks, t)
			}
		}
		p.info.Programs = append(p.info.Programs, program)
	}
}

// rate is the sum of the first variant's streams where all are known, else what its playlist says.
func (p *presentation) rate() {
	if len(p.info.Programs) == 0 {
		return
	}
	sum := int64(0)
	for _, i := range p.info.Programs[0].Tracks {
		t := &p.info.Tracks[i]
		if t.BitRate == 0 && (t.Kind == media.KindVideo || t.Kind == media.KindAudio) {
			sum = 0
			break
		}
		sum += t.BitRate
	}
	if sum == 0 {
		sum = p.list.variants[0].bandwidth
	}
	p.info.BitRate = sum
}

// codecs names what CODECS spells (RFC 6381) as ffprobe does.
var codecs = map[string]struct {
	kind media.Kind
	name string
}{
	"avc1": {media.KindVideo, "h264"}, "avc3": {media.KindVideo, "h264"},
	"hvc1": {media.KindVideo, "hevc"}, "hev1": {media.KindVideo, "hevc"}, "dvh1": {media.KindVideo, "hevc"}, "dvhe": {media.KindVideo, "hevc"},
	"av01": {media.KindVideo, "av1"}, "vp09": {media.KindVideo, "vp9"},
	"mp4a": {media.KindAudio, "aac"}, "ac-3": {media.KindAudio, "ac3"}, "ec-3": {media.KindAudio, "eac3"},
	"opus": {media.KindAudio, "opus"}, "fLaC": {media.KindAudio, "flac"},
}

// encrypted adds what the playlists say of streams that need a key: RFC 8216, 4.3.4.2.
func (p *presentation) encrypted(e entry, s stream) {
	p.info.Warnings = append(p.info.Warnings, media.Warning{Message: "segments encrypted with " + s.method + ": the streams are described as far as the playlist does"})
	v := variant{}
	if !e.rendition {
		v = p.list.variants[e.index]
	}
	for spelling := range strings.SplitSeq(v.codecs, ",") {
		spelling = strings.TrimSpace(spelling)
		entry, profile, _ := strings.Cut(spelling, ".")
		c, ok := codecs[entry]
		if !ok || entry == "mp4a" && !strings.HasPrefix(profile, "40.") || entry == "mp4a" && profile == "40.34" {
			continue
		}
		t := media.Track{
			Index: len(p.info.Tracks), Kind: c.kind, CodecString: spelling, Metadata: p.tags(e),
			Encryption: &media.Encryption{Scheme: s.method},
		}
		t.SetCodec(c.name)
		if c.kind == media.KindVideo {
			t.Video = &media.Video{Width: v.width, Height: v.height}
			if rate, err := strconv.ParseFloat(v.frameRate, 64); err == nil && rate > 0 && rate < 1000 {
				t.Video.AverageFrameRate = framerate.Nearest(rational.Nearest(int64(math.Round(rate*1000)), 1000, 60000))
			}
		} else {
			t.Audio = &media.Audio{}
		}
		p.info.Tracks = append(p.info.Tracks, t)
	}
}
