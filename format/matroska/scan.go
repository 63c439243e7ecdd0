package matroska

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// ffprobe reads packets until it has what it wants of every stream, or one of these bounds is
// reached. Which streams have shown a packet by then decides about their start and duration.
const (
	analyzeBytes   = 5_000_000
	analyzeSeconds = 5.0
	analyzePackets = 50 // of a stream without timestamps
	rateFrames     = 40 // frames to tell a frame rate from, with ticks coarser than 0.5 ms
	fineRateFrames = 20
	maxRateFrames  = 2000
	roundingLoss   = 1.12 // how much longer a stream is than the sum of its rounded durations
)

// simulation is what a stream needs from packets and what they have told so far.
type simulation struct {
	lacksParams bool                // values are not complete without frames
	onFrame     func(f frame) error // takes frames until it clears lacksParams; may be nil
	settle      int                 // packets until the first decoding time is known
	reorder     int                 // pictures held back
	codecRate   media.Rational      // frame rate by the codec's own headers
	ticks       int                 // of a frame in codecRate's clock
	parser      bool                // ffprobe parses the frames on the way
	exactStop   bool                // a value depends on every packet that ffprobe reads

	count   int   // packets seen
	start   int64 // presentation time of the first
	started bool  // by then the first decoding time was known
	origin  int64 // time of the third packet, where counting starts
	rate    framerate.Estimator
	timing  int64 // sum of packet durations
	fields  int64 // fields in timing
	window  []int64
	seen    int64 // packets whose decoding time went into rate
}

// frame gives the bytes of one frame.
type frame struct {
	in   *input
	s    *stream
	off  int64
	size int64
}

// head returns up to n bytes of the frame as the codec sees them, and whether that is all.
func (f frame) head(n int) (b []byte, whole bool, err error) {
	whole = int64(n) >= f.size
	b, err = f.in.peek(f.off, int(min(int64(n), f.size)))
	if f.s.zlib && err == nil {
		return inflateHead(b, n), whole, nil
	}
	if len(f.s.strip) > 0 {
		b = append(append([]byte(nil), f.s.strip...), b...)
	}
	return b, whole, err
}

// scan reads packets as long as ffprobe would, or until no value depends on more of them.
func (f *file) scan() error {
	sc := f.newScanner()
	for {
		if f.satisfied() || f.scanned >= analyzeBytes {
			return nil
		}
		if f.ample(sc) {
			return nil
		}
		p, err := sc.next()
		switch {
		case err == io.EOF:
			return f.atEnd()
		case errors.Is(err, errDamaged):
			return refuse(ruleDamagedClusters, sc.pos, "structure broken")
		case err != nil:
			return within(idSegment, within(idCluster, err))
		}
		f.scanned += p.size
		stop, err := f.take(p)
		if err != nil {
			return place(err, p.off, "Segment/Cluster")
		}
		if stop {
			return nil
		}
	}
}

// take counts one packet. stop says that the time to look at a stream is up.
func (f *file) take(p packet) (stop bool, err error) {
	s, m := p.s, &p.s.sim
	if m.count == 0 {
		if p.pts == noTime {
			return false, probe.Refuse(ruleTimestamps, "first frame of track %d", s.entry.number)
		}
		m.start = p.pts
	}
	if p.pts != noTime && m.count < 2 {
		m.origin = p.pts
	}
	if m.count > 1 && s.t.Kind != media.KindSubtitle {
		enough, maybe := f.timeUp(p)
		if enough {
			m.count++
			m.started = m.started || m.count >= m.settle
			return true, nil
		}
		f.grey = f.grey || maybe
	}
	if f.grey && (m.count == 0 || m.lacksParams || m.exactStop || s.lacksRate()) {
		return false, probe.Refuse(ruleLongScan, "track %d changes about where the look at it ends", s.entry.number)
	}
	if m.onFrame != nil {
		if err := m.onFrame(frame{f.in, s, p.off, p.size}); err != nil {
			return false, err
		}
	}
	f.time(p)
	if m.rate.Count() > maxRateFrames {
		return false, probe.Refuse(ruleLongScan, "frame rate out of %d frames", m.rate.Count())
	}
	m.count++
	m.started = m.started || m.count >= m.settle
	return false, nil
}

// time adds a packet's decoding time and duration to what frame rates are told from.
func (f *file) time(p packet) {
	s, m := p.s, &p.s.sim
	if s.t.Kind != media.KindVideo {
		return
	}
	d := p.duration
	if d <= 0 {
		d = s.frameTicks()
	}
	if m.count > 1 && d > 0 {
		m.timing += d
		m.fields += 2
	}
	if v := s.t.Video; v.FrameRate.Num == 0 || v.AverageFrameRate.Num == 0 {
		m.rate.Timebase = s.t.Timebase
		if dts := m.decodingTime(p.pts); dts != noTime {
			m.rate.Add(dts)
		}
	}
}

// frameTicks is how long a frame lasts by what is known of its rate; 0 when nothing is.
func (s *stream) frameTicks() int64 {
	m, tb := &s.sim, s.t.Timebase
	num, den := int64(0), int64(0)
	switch r := s.t.Video.FrameRate; {
	case r.Num != 0 && (!m.parser || m.codecRate.Num == 0):
		num, den = r.Den, r.Num
	case tb.Num*1000 > tb.Den:
		num, den = tb.Num, tb.Den
	case m.codecRate.Num != 0 && m.codecRate.Den*1000 > m.codecRate.Num && (m.ticks == 1 || m.parser):
		num, den = m.codecRate.Den, m.codecRate.Num
	}
	if num == 0 || den == 0 {
		return 0
	}
	return num * tb.Den / (den * tb.Num)
}

// decodingTime gives the decoding time ffprobe makes up for the next picture: of the times
// it has seen, held back by the reorder depth, the earliest.
func (m *simulation) decodingTime(pts int64) int64 {
	if m.reorder == 0 {
		if m.count+1 < m.settle {
			return noTime
		}
		return pts
	}
	if m.window == nil {
		m.window = make([]int64, m.reorder+1)
		for i := range m.window {
			m.window[i] = noTime
		}
	}
	if pts == noTime {
		return noTime
	}
	m.window[0] = pts
	for i := 0; i < m.reorder && m.window[i] > m.window[i+1]; i++ {
		m.window[i], m.window[i+1] = m.window[i+1], m.window[i]
	}
	return m.window[0]
}

// timeUp says whether a stream was looked at for as long as ffprobe looks. With an average
// frame rate ffprobe counts frames; else it sums durations, rounded down to ticks, which we do
// not know of every codec: then there is a stretch in which it may have stopped.
func (f *file) timeUp(p packet) (enough, maybe bool) {
	m := &p.s.sim
	if v := p.s.t.Video; v != nil {
		if v.AverageFrameRate.Positive() {
			return float64(m.count)*float64(v.AverageFrameRate.Den)/float64(v.AverageFrameRate.Num) >= analyzeSeconds, false
		}
		if m.timing == 0 && m.count <= 30 {
			return false, false
		}
	}
	if p.pts == noTime {
		return false, false
	}
	tb := p.s.t.Timebase
	seconds := float64(p.pts-m.origin) * float64(tb.Num) / float64(tb.Den)
	return seconds >= analyzeSeconds*roundingLoss, seconds >= analyzeSeconds
}

// satisfied says whether ffprobe would stop here. A stream that wants no more packets never
// wants any again.
func (f *file) satisfied() bool {
	for ; f.waiting < len(f.streams); f.waiting++ {
		s := f.streams[f.waiting]
		if s.entry == nil {
			continue
		}
		m := &s.sim
		timed := s.t.Kind == media.KindVideo || s.t.Kind == media.KindAudio
		if m.lacksParams || s.lacksRate() || timed && !m.started && m.count < analyzePackets {
			return false
		}
	}
	return true
}

// lacksRate says whether frames are wanted to tell a frame rate.
func (s *stream) lacksRate() bool {
	v := s.t.Video
	if v == nil || v.FrameRate.Num != 0 && v.AverageFrameRate.Num != 0 {
		return false
	}
	m := &s.sim
	want := fineRateFrames
	if float64(s.t.Timebase.Num)/float64(s.t.Timebase.Den) > 0.0005 {
		want = rateFrames
	}
	if !m.clockUnreliable(s) {
		want = 0
	}
	return m.rate.Count() < want
}

// ample says whether what was read decides every value although ffprobe would read on: each
// stream has shown its first packet, and more will come for those that need them.
func (f *file) ample(sc *scanner) bool {
	if sc.pending() || f.in.head.holds(sc.pos, 1) || f.in.last.holds(sc.pos, 1) {
		return false // going on costs nothing
	}
	for _, s := range f.streams {
		if s.entry == nil {
			continue
		}
		m := &s.sim
		if m.count == 0 || m.lacksParams || m.exactStop || s.lacksRate() {
			return false
		}
		if !m.started && !f.goesOn(s) {
			return false
		}
	}
	for _, s := range f.streams {
		s.sim.started = s.sim.started || s.sim.count > 0
	}
	return true
}

// goesOn says whether a stream is stated to last long enough for its first decoding time, and
// its frames are so small that it comes before ffprobe has read too much. Frames to come are
// taken for five times the mean, with another as large as those that were read.
func (f *file) goesOn(s *stream) bool {
	if f.segInfo.duration <= 0 || s.t.Kind != media.KindVideo || !s.t.Video.AverageFrameRate.Positive() {
		return false
	}
	seconds := f.segInfo.duration * float64(f.segInfo.scale) / 1e9
	if stated, ok := s.statedDuration(); ok {
		seconds = min(seconds, stated)
	}
	frames := seconds * s.t.Video.AverageFrameRate.Float()
	settle := float64(s.sim.settle)
	return frames > 3*settle+10 && 2*float64(f.scanned)+5*settle*float64(f.in.size)/frames < analyzeBytes
}

// statedDuration reads the DURATION that muxers write into a track's tags: "00:01:02.500000000".
func (s *stream) statedDuration() (float64, bool) {
	for key, text := range s.meta.m {
		base, _, _ := strings.Cut(key, "-")
		if !strings.EqualFold(base, "DURATION") {
			continue
		}
		parts := strings.Split(strings.TrimSpace(text), ":")
		if len(parts) != 3 {
			return 0, false
		}
		h, err1 := strconv.ParseFloat(parts[0], 64)
		m, err2 := strconv.ParseFloat(parts[1], 64)
		sec, err3 := strconv.ParseFloat(parts[2], 64)
		return h*3600 + m*60 + sec, err1 == nil && err2 == nil && err3 == nil
	}
	return 0, false
}

// unseen are the codecs of which, as observed, ffprobe tells nothing but the container's facts as long as no
// frame was seen.
var unseen = map[string]bool{"h264": true, "vp9": true}

// atEnd looks at the streams when the frames ran out: what still lacks frames is not told.
func (f *file) atEnd() error {
	for _, s := range f.streams {
		if s.entry == nil || !s.sim.lacksParams || s.sim.onFrame == nil {
			continue
		}
		if v := s.t.Video; s.sim.count == 0 && unseen[s.t.Codec.Name] {
			v.CodedWidth, v.CodedHeight = v.Width, v.Height
			continue
		}
		return refuse(ruleFirstFrame, s.entry.off, "track %d has no frame that tells its values", s.entry.number)
	}
	return nil
}
