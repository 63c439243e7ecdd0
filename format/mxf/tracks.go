package mxf

import (
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// stream is a track of the material with where it comes from.
type stream struct {
	t          media.Track
	track      *set // of the material package
	source     *set // package
	number     [4]byte
	descriptor *set
	rate       media.Rational // edit units a second
	length     int64          // in edit units
	pictures   elementary.Pictures
}

// material is the material package: what is to be played.
type material struct {
	pack     *set
	streams  []*stream
	timecode string
}

// Data definitions: ST 377-1, annex B; the kinds differ in one byte.
const (
	dataPicture = 1
	dataSound   = 2
	dataData    = 3
)

// material resolves the tracks of the material package.
func (f *file) material() (*material, error) {
	m := &material{}
	for _, s := range f.order {
		if s.kind == kindPreface {
			if storage := f.refer(s.items[itemContentStorage], kindContentStorage); storage != nil {
				for _, uid := range all(storage.items[itemPackages]) {
					if p := f.refer(uid, kindMaterial); p != nil && m.pack == nil {
						m.pack = p
					}
				}
			}
		}
	}
	if m.pack == nil {
		return nil, probe.Refuse("odd-format", "no material package")
	}
	if m.pack.items[itemComments] != nil {
		return nil, probe.Refuse("comments", "of the material package")
	}
	named := map[*set]bool{} // packages that something comes from, a source of a source among them
	for _, s := range f.order {
		if s.kind == kindSourceClip {
			if p := f.packages[string(s.items[itemSourcePackage])]; p != nil {
				named[p] = true
			}
		}
	}
	if len(named) > 1 {
		return nil, probe.Refuse("sources", "%d source packages", len(named))
	}
	for _, uid := range all(m.pack.items[itemTracks]) {
		if err := f.r.Element(m.pack.off); err != nil {
			return nil, err
		}
		track := f.refer(uid, kindTrack)
		if track == nil {
			continue // a static or an event track
		}
		if err := f.track(m, track); err != nil {
			return nil, err
		}
	}
	if len(m.streams) == 0 {
		return nil, probe.Refuse("odd-format", "no track with a source")
	}
	return m, nil
}

// track resolves one track.
func (f *file) track(m *material, track *set) error {
	sequence := f.refer(track.items[itemSequence], kindSequence, kindTimecode, kindSourceClip)
	if sequence == nil {
		return probe.Refuse("odd-format", "a track without a sequence")
	}
	component := sequence
	if sequence.kind == kindSequence {
		parts := all(sequence.items[itemComponents])
		if len(parts) != 1 {
			return probe.Refuse("edits", "%d pieces", len(parts))
		}
		component = f.refer(parts[0])
	}
	switch {
	case component == nil:
		return probe.Refuse("odd-format", "a track whose component is missing")
	case component.kind == kindTimecode:
		m.timecode = clock(component)
		return nil
	case component.kind != kindSourceClip:
		return probe.Refuse("edits", "a component of kind %#x", component.kind)
	}
	s := &stream{track: track, length: component.number(itemDuration)}
	if component.number(itemStart) > 0 || track.number(itemOrigin) != 0 {
		return probe.Refuse("edits", "a track that begins within its source")
	}
	if s.length <= 0 || s.length > 1<<40 {
		return probe.Refuse("odd-format", "a track of %d edit units", s.length)
	}
	if s.rate.Num, s.rate.Den = track.ratio(itemEditRate); !s.rate.Positive() {
		s.rate = media.Rational{Num: 25, Den: 1} // as ffprobe assumes
	}
	if s.source = f.packages[string(component.items[itemSourcePackage])]; s.source == nil {
		return probe.Refuse("sources", "a track whose source is not in the file")
	}
	return f.source(m, s, component.number(itemSourceTrack))
}

// source finds the track of the source package, and what describes it.
func (f *file) source(m *material, s *stream, id int64) error {
	if s.source.items[itemComments] != nil {
		return probe.Refuse("comments", "of a source package")
	}
	var own *set
	for _, uid := range all(s.source.items[itemTracks]) {
		if t := f.refer(uid, kindTrack); t != nil && t.number(itemTrackID) == id {
			own = t
		}
	}
	if own == nil || own.number(itemOrigin) != 0 {
		return probe.Refuse("edits", "source track %d is missing, or begins late", id)
	}
	copy(s.number[:], own.items[itemTrackNumber])
	d := f.refer(s.source.items[itemDescriptor])
	if d != nil && d.kind == kindMultiple {
		parts := all(d.items[itemDescriptors])
		d = nil
		for _, uid := range parts {
			if p := f.refer(uid); p != nil && p.number(itemLinkedTrack) == id {
				d = p
			}
		}
	}
	if d == nil {
		return probe.Refuse("odd-format", "source track %d without a descriptor", id)
	}
	for tag := range d.items {
		if key := f.tags[tag]; key != "" && key[8:] == "\x06\x01\x01\x04\x06\x10\x00\x00" && (d.items[itemChannels] != nil) {
			return probe.Refuse("sound-labels", "source track %d", id)
		}
	}
	s.descriptor = d
	sequence := f.refer(s.track.items[itemSequence])
	return f.open(m, s, sequence.items[itemData])
}

// info puts the answer together.
func (f *file) info(m *material) *media.Info {
	info := &media.Info{Format: media.Format{Name: "mxf", LongName: "MXF (Material eXchange Format)"}, Size: f.size}
	info.Metadata = f.identify(m)
	longest := int64(0)
	for i, s := range m.streams {
		s.t.Index = i
		tb := s.t.Timebase
		ticks, _ := rational.Scale(s.length, s.rate.Den*tb.Den, s.rate.Num*tb.Num)
		s.t.Start = media.Duration{Ticks: media.Ticks(0), Timebase: tb}
		s.t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: tb}
		micros, _ := rational.Scale(ticks, 1_000_000*tb.Num, tb.Den)
		longest = max(longest, micros)
		info.Tracks = append(info.Tracks, s.t)
	}
	info.Start = media.Duration{Ticks: media.Ticks(0), Timebase: media.Microseconds}
	if longest > 0 {
		info.Duration = media.Duration{Ticks: media.Ticks(longest), Timebase: media.Microseconds}
		info.BitRate = int64(float64(f.size) * 8 * 1e6 / float64(longest))
	}
	return info
}
