package mp4

import (
	"fmt"

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
	if text, ok := timecodeText(frame, rounded, t.entry.bytesPer); ok {
		t.setMeta("timecode", text)
	}
	return nil
}

// timecodeText spells a frame number as hh:mm:ss:ff, with a semicolon when frame numbers are
// dropped (SMPTE ST 12-1).
func timecodeText(frame, fps, flags int64) (string, bool) {
	const drop, wrap, negative = 1, 2, 4
	if fps <= 0 {
		return "", false
	}
	separator := ':'
	if flags&drop != 0 {
		if fps%30 != 0 {
			return "", false
		}
		separator = ';'
		frame = dropFrames(frame, fps)
	}
	sign := ""
	if frame < 0 {
		frame = -frame
		if flags&negative != 0 {
			sign = "-"
		}
	}
	hours := frame / (fps * 3600)
	if flags&wrap != 0 {
		hours %= 24
	}
	width := 1
	for limit := int64(10); width < 5 && fps > limit; limit *= 10 {
		width++
	}
	return fmt.Sprintf("%s%02d:%02d:%02d%c%0*d", sign, hours, frame/(fps*60)%60, frame/fps%60, separator, width, frame%fps), true
}

// dropFrames adds the numbers that drop-frame timecode leaves out: two each minute but the
// tenth, at thirty frames per second.
func dropFrames(frame, fps int64) int64 {
	dropped := fps / 30 * 2
	per10 := fps / 30 * 17982
	d, rest := frame/per10, frame%per10
	return frame + 9*dropped*d + dropped*((rest-dropped)/(per10/10))
}
