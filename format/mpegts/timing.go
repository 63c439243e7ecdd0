package mpegts

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/codec/mpegaudio"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// checkRate notes whether frames of MPEG audio differ in their rates: ffprobe then prints a mean over
// all that it read.
func (s *stream) checkRate(frame []byte) {
	if s.codec != "mp3" {
		return
	}
	h, err := mpegaudio.ParseHeader(frame)
	if err != nil {
		return
	}
	if s.bitRate == 0 {
		s.bitRate = int64(h.BitRate)
	}
	if s.bitRate != int64(h.BitRate) {
		s.bitRate = -1
	}
}

// looked is how much of a stream ffprobe looks at, in ticks, less what it may stop short of that.
const looked = 4 * 90_000

// meanRate is the mean over the frames of ADTS, which no header states: of a stream that is read
// whole, and that ffprobe looks at to its end.
func (s *stream) meanRate() {
	if s.codec != "aac" || s.tailEnd == none || s.tailEnd-s.start > looked {
		return
	}
	mean, n := int64(0), int64(0)
	at, err := s.coding.Walk(s.es, func(_ int, f elementary.Frame, whole bool) bool {
		if whole {
			n++
			mean += (int64(f.Size)*8*int64(f.Rate)/int64(f.Samples) - mean) / n
		}
		return true
	})
	if err == nil && at >= len(s.es)-s.coding.Head {
		s.t.BitRate = mean
	}
}

// takeTail takes a packet of the end of a file: the last time of each stream.
func (d *demux) takeTail(p packet) error {
	s := d.streams[p.pid]
	if s == nil || len(p.payload) == 0 || s.section != nil || !p.start {
		return nil
	}
	if p.scrambled {
		return probe.Refuse("scrambled", "packets %#x", p.pid)
	}
	pts, _, _, ok := parsePES(p.payload)
	if ok && pts != none {
		s.tailEnd = max(s.tailEnd, d.unwrap(pts)+s.last())
	}
	return nil
}

// last is how long ffprobe takes the last packet of s to be: one frame, whatever it holds.
func (s *stream) last() int64 {
	switch {
	case s.pictures != nil:
		if t := s.ticks(); t > 0 {
			return t
		}
		if r := s.t.Video.FrameRate; r.Positive() {
			return clock.Den * r.Den / r.Num
		}
	case s.t.Audio != nil && s.t.Audio.SampleRate > 0:
		return int64(s.samples()) * clock.Den / int64(s.t.Audio.SampleRate)
	}
	return 0
}

// samples is how many samples a frame of the codec has, 0 where ffprobe does not know.
func (s *stream) samples() int {
	switch s.t.Codec.Name {
	case "aac", "aac_latm":
		return 1024
	case "mp1":
		return 384
	case "mp2":
		return 1152
	case "mp3":
		if s.t.Audio.SampleRate <= 24000 {
			return 576
		}
		return 1152
	case "ac3":
		return 1536
	}
	return 0
}

// settle fills in the frame rates.
func (s *stream) settle(whole bool) error {
	v, e := s.t.Video, &s.rate
	if !whole && s.most-s.least > 1 {
		return probe.Refuse("frame-rate", "pictures %d to %d ticks apart", s.least, s.most)
	}
	v.FrameRate = e.Estimate(true, s.timing)
	if v.FrameRate.Num != 0 && e.Sum() != 0 && s.timing <= 0 && e.Count() > 2 &&
		math.Abs(float64(clock.Den)/v.FrameRate.Float()-float64(e.Sum())/float64(e.Count())) <= 1 {
		v.AverageFrameRate = v.FrameRate
	}
	if v.AverageFrameRate.Num == 0 && s.timing > 0 {
		v.AverageFrameRate = framerate.Nearest(rational.Nearest(s.fields*clock.Den, s.timing*2, 60000))
	}
	if v.FrameRate.Num == 0 {
		v.FrameRate = media.Rational{Num: clock.Den, Den: 1}
		if r := s.pictures.FrameRate(); r.Positive() && r.Num <= clock.Den*r.Den {
			v.FrameRate = rational.Nearest(r.Num, r.Den, math.MaxInt32)
		}
	}
	if v.SAR.Positive() {
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	}
	return nil
}

func micros(ticks int64) int64 {
	v, _ := rational.Scale(ticks, 1_000_000, clock.Den) // of 34 bits
	return v
}

// times gives the start and the length of the file, of which text and data count within a second.
func (d *demux) times() (start, length int64) {
	start, end := int64(math.MaxInt64), int64(math.MinInt64)
	textStart, textEnd := start, end
	length = math.MinInt64
	programs := map[*program][2]int64{}
	for _, s := range d.list {
		if s.start == none {
			continue
		}
		text := s.t.Kind == media.KindSubtitle || s.t.Kind == media.KindData
		from, to := micros(s.start), int64(math.MinInt64)
		if s.tailEnd != none && s.tailEnd > s.start {
			to = from + micros(s.tailEnd-s.start)
		}
		if text {
			textStart, textEnd = min(textStart, from), max(textEnd, to)
		} else {
			start, end = min(start, from), max(end, to)
			if to > from {
				length = max(length, to-from)
			}
		}
		for _, n := range d.order {
			p := d.programs[n]
			for _, other := range p.streams {
				if other == s {
					b, ok := programs[p]
					if !ok {
						b = [2]int64{from, to}
					}
					programs[p] = [2]int64{min(b[0], from), max(b[1], to)}
				}
			}
		}
	}
	if start == math.MaxInt64 || start > textStart && start-textStart < 1_000_000 {
		start = textStart
	}
	if end == math.MinInt64 || end < textEnd && textEnd-end < 1_000_000 {
		end = textEnd
	}
	if len(d.order) > 1 {
		for _, b := range programs {
			if b[1] > b[0] {
				length = max(length, b[1]-b[0])
			}
		}
	} else if end > start {
		length = max(length, end-start)
	}
	return start, length
}
