package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// finishHeader does what ffmpeg does once all boxes are read: chapters, timecodes, average
// frame rates and bit rates of fragments.
func (m *movie) finishHeader() error {
	if err := m.readChapterTracks(); err != nil {
		return err
	}
	if err := m.readTimecodes(); err != nil {
		return err
	}
	for _, t := range m.tracks {
		if t.timescale <= 0 {
			t.timescale = max(1, m.timescale)
		}
		if t.kind == media.KindVideo && t.cover == nil && t.fpsFrames > 0 && t.fpsDuration > 0 {
			t.avg = rational.Nearest(t.timescale*t.fpsFrames, t.fpsDuration, math.MaxInt32)
		}
		if t.kind == media.KindSubtitle && (t.entry.width <= 0 || t.entry.height <= 0) {
			t.entry.width, t.entry.height = t.tkWidth, t.tkHeight
		}
		if len(m.trex) > 0 && t.duration > 0 && t.cover == nil {
			t.bitRate = max(0, rescale(t.dataSize, t.timescale*8, t.duration, roundNear))
		}
	}
	for i, rate := range m.bitrates {
		if i < len(m.tracks) && rate != 0 {
			m.tracks[i].bitRate = rate
		}
	}
	for _, t := range m.tracks {
		if t.kind == media.KindVideo && t.rate.Num == 0 {
			t.rate = t.rates.Estimate(true, 0)
		}
		t.rates.Reset()
	}
	return nil
}
