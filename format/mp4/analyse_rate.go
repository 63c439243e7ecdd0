package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// finish makes the second estimate of frame rates, from the packets read.
func (a *analysis) finish() error {
	for _, f := range a.feeds {
		t := f.t
		if t.kind != media.KindVideo {
			continue
		}
		if t.rate.Num == 0 {
			t.rate = t.rates.Estimate(t.unreliable(), f.duration)
			if t.rate.Num > 0 && t.rate.Float() < 5 && t.rates.Count() <= 15 {
				return refuse("frame-rate", "frames at uneven times")
			}
		}
		if t.avg.Num == 0 && f.duration > 0 && t.cover == nil {
			return refuse("frame-rate", "no durations of frames")
		}
		if t.rate.Num == 0 {
			if err := t.lastResortRate(f.frames > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// lastResortRate is the codec's frame rate, or else the timescale.
func (t *track) lastResortRate(decoded bool) error {
	if t.cover != nil {
		t.rate = media.Rational{Num: t.timescale, Den: 1}
		return nil
	}
	switch t.codec {
	case "h264", "hevc", "vp8", "vp9", "av1", "prores", "mjpeg", "png", "rawvideo", "dnxhd", "jpeg2000", "":
	default:
		return refuse("frame-rate", "frames at uneven times")
	}
	if opened := t.codec == "hevc" || t.codec == "av1"; (decoded || opened) && t.codecRate.Num > 0 && t.codecRate.Den > 0 {
		if t.codecRate.Num <= t.timescale*t.codecRate.Den {
			t.rate = rational.Nearest(t.codecRate.Num, t.codecRate.Den, math.MaxInt32)
		} else {
			t.rate = media.Rational{Num: t.timescale, Den: 1}
		}
		return nil
	}
	t.rate = media.Rational{Num: t.timescale, Den: 1}
	return nil
}
