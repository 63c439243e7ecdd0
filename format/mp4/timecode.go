package mp4

import (
	"fmt"

	"github.com/mediagauge/mediagauge/internal/codec/timecode"
	"github.com/mediagauge/mediagauge/media"
)

type errOutside int

func (e errOutside) Error() string {
	return fmt.Sprintf("a sample of track %d lies outside the file", int(e))
}

// readTmcdRef notes which track holds the timecode of this one.
func (m *movie) readTmcdRef(b box) error {
	t := m.last()
	if t == nil || len(b.body) < 4 {
		return malformed("timecode reference without a track")
	}
	t.timecodeOf = int64(u32At(b.body, 0))
	return nil
}

// readTimecodes reads the first sample of timecode tracks and copies what it says to the
// tracks that refer to them, or to the file when none does.
func (m *movie) readTimecodes() error {
	for _, t := range m.tracks {
		if t.tag == tagOf("tmcd") && t.cover == nil {
			if err := m.readTimecode(t); err != nil {
				return err
			}
		}
		if t.tag == tagOf("rtmd") && t.index0.count > 0 {
			return refuse("unusual-box", "a track of recording metadata")
		}
	}
	for _, t := range m.tracks {
		if t.timecodeOf <= 0 {
			continue
		}
		var of *track
		for _, other := range m.tracks {
			if other.id == t.timecodeOf {
				of = other
			}
		}
		if of != nil && of != t && of.metadata["timecode"] != "" {
			t.setMeta("timecode", of.metadata["timecode"])
		}
	}
	for i, t := range m.tracks {
		if t.tag == tagOf("tmcd") && !m.timecodeUsed(int64(i+1)) && t.metadata["timecode"] != "" {
			m.setMeta("timecode", t.metadata["timecode"])
			break
		}
	}
	return nil
}

func (m *movie) timecodeUsed(id int64) bool {
	for _, t := range m.tracks {
		if t.kind == media.KindVideo && t.timecodeOf == id {
			return true
		}
	}
	return false
}

// readTimecode reads a timecode track's first sample, a frame number (QuickTime File Format,
// "Timecode Sample Data").
func (m *movie) readTimecode(t *track) error {
	s, ok := t.packets()()
	rate, perSecond := t.avg, t.entry.samplesPer
	if !ok || rate.Num == 0 || rate.Den == 0 || perSecond == 0 {
		return nil
	}
	p, err := m.src.at(s.pos, 4, 0)
	if err != nil {
		return err
	}
	if len(p) < 4 {
		return missing(t, s)
	}
	if rate.Num < 0 || rate.Den < 0 {
		return refuse("unusual-box", "a timecode of %d/%d frames per second", rate.Num, rate.Den)
	}
	rounded := (rate.Num + rate.Den/2) / rate.Den
	if perSecond == rate.Num/rate.Den {
		perSecond = rounded
	}
	frame := rescale(int64(u32At(p, 0)), rounded, perSecond, roundNear)
	if text, ok := timecode.Text(frame, rounded, t.entry.bytesPer); ok {
		t.setMeta("timecode", text)
	}
	return nil
}
