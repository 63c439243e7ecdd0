package mp4

import (
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// ffprobe reads packets until every stream is known well enough. A few values follow from which
// packets that took: where streams without an edit list start, and the frame rate of pictures
// at uneven times. The packets are not read here: their times and places are in the tables, so
// the same order and the same end can be found without them.

// Bounds of what ffprobe reads.
const (
	probeSize       = 5_000_000
	analyseTime     = 5_000_000 // microseconds
	analyseTextTime = 30_000_000
	maxTimestamps   = 50 // packets of a stream to wait for a decoding time
)

// feed is a track's packets on their way to ffprobe.
type feed struct {
	t    *track
	next func() (sample, bool)
	cur  sample
	at   int64 // its decoding time in microseconds
	ok   bool

	frames   int64 // packets read
	timed    bool  // a decoding time was seen
	delayed  bool  // presentation and decoding time differ in some packet
	duration int64 // of the packets read
}

func (f *feed) advance() {
	f.cur, f.ok = f.next()
	f.at = microseconds(f.cur.dts, f.t.timescale)
}

// analyse finds what ffprobe finds by reading packets.
func (m *movie) analyse() error {
	feeds := make([]*feed, len(m.tracks))
	for i, t := range m.tracks {
		f := &feed{t: t, next: t.packets()}
		f.advance()
		feeds[i] = f
		if t.cover != nil {
			f.ok = false
		}
	}
	a := analysis{m: m, feeds: feeds}
	for _, f := range feeds {
		if f.t.cover != nil || f.t.thumb && f.ok {
			a.queued = append(a.queued, f)
		}
	}
	if err := a.run(); err != nil {
		return err
	}
	m.finishSampled()
	return a.finish()
}

type analysis struct {
	m      *movie
	feeds  []*feed
	queued []*feed // attached pictures, which come first
	bytes  int64
	steps  int
}

func (a *analysis) run() error {
	for !a.satisfied() && a.bytes < probeSize {
		if err := a.count(); err != nil {
			return err
		}
		if len(a.queued) > 0 {
			f := a.queued[0]
			a.queued = a.queued[1:]
			f.frames++
			f.timed = true
			continue
		}
		f, err := a.pick()
		if err != nil {
			return err
		}
		if f == nil {
			return nil // the end of the file
		}
		stop, err := a.take(f)
		if err != nil || stop {
			return err
		}
	}
	return nil
}

// count counts a packet; each is chosen among those of all tracks.
func (a *analysis) count() error {
	const enough, looks = 1 << 18, 1 << 22
	if a.steps++; a.steps > enough || a.steps*len(a.feeds) > looks {
		return refuse("table-too-long", "more than %d packets to look at", a.steps-1)
	}
	return nil
}

// satisfied says whether ffprobe would stop reading.
func (a *analysis) satisfied() bool {
	for _, f := range a.feeds {
		if !f.satisfied() {
			return false
		}
	}
	return true
}

func (f *feed) satisfied() bool {
	t := f.t
	attached := t.cover != nil || t.thumb
	media2 := t.kind == media.KindVideo || t.kind == media.KindAudio
	if t.kind != media.KindData && (t.codec == "" || t.opaque) {
		return false
	}
	if media2 && t.needsPacket && f.frames == 0 {
		return false
	}
	if t.kind == media.KindVideo && (t.rate.Num == 0 || t.avg.Num == 0) && !attached {
		want := 20
		if t.timescale < 2000 {
			want = 40
		}
		if !t.unreliable() {
			want = 0
		}
		if t.rates.Count() < want {
			return false
		}
	}
	if f.delayed && t.rates.Count() < 2 && t.reorder() == 0 {
		return false
	}
	limit := int64(maxTimestamps)
	if attached {
		limit = 1
	}
	return f.timed || !media2 || f.frames >= limit
}

// unreliable says whether ffprobe distrusts the timescale as a measure of the frame rate.
func (t *track) unreliable() bool {
	switch t.codec {
	case "mpeg2video", "gif", "hevc", "h264":
		return true
	}
	return t.timescale >= 101 || t.timescale < 5 || t.tag == tagOf("mp4v")
}

func (t *track) reorder() int {
	if t.out.Video == nil {
		return 0
	}
	return t.out.Video.ReorderDepth
}

// pick returns the track whose packet comes next: the one that lies first in the file, unless
// it is more than a second ahead of another. It is nil at the end.
func (a *analysis) pick() (*feed, error) {
	for {
		if a.m.sampled && a.starved() {
			if err := a.moreSampled(); err != nil {
				return nil, err
			}
			continue
		}
		best := a.pickNow()
		if best == nil || !a.m.sampled && a.m.nextRoot != 0 && best.cur.pos > a.m.nextRoot {
			more, err := a.nextFragment()
			if err != nil {
				return nil, err
			}
			if more {
				continue
			}
			return nil, nil
		}
		if !best.t.silent {
			return best, nil
		}
		best.advance()
		if err := a.count(); err != nil {
			return nil, err
		}
	}
}

func (a *analysis) pickNow() *feed {
	var best *feed
	var bestDTS int64
	for _, f := range a.feeds {
		if !f.ok {
			continue
		}
		dts := f.at
		apart := abs(bestDTS - dts)
		if best == nil || dts != noTime &&
			(apart <= 1_000_000 && f.cur.pos < best.cur.pos || apart > 1_000_000 && dts < bestDTS) {
			best, bestDTS = f, dts
		}
	}
	return best
}

// nextFragment reads the fragment after those read so far.
func (a *analysis) nextFragment() (bool, error) {
	m := a.m
	if m.nextRoot == 0 {
		return false, nil
	}
	const many = 64
	if a.steps++; m.extraFragments >= many {
		return false, refuse("fragments-unindexed", "more than %d fragments before the tracks are known", many)
	}
	m.extraFragments++
	before := m.moofs
	from := m.nextRoot
	m.nextRoot, m.foundMdat = 0, false
	if _, err := m.walkRoot(from); err != nil {
		return false, err
	}
	for _, f := range a.feeds {
		if !f.ok {
			f.advance()
		}
	}
	return m.moofs > before, nil
}

// take lets ffprobe have the next packet of f; stop says that it has had enough.
func (a *analysis) take(f *feed) (stop bool, err error) {
	t, s := f.t, f.cur
	if size := a.m.fileEnd(); s.pos < 0 || s.pos >= size || s.pos+s.size > size && f.frames == 0 {
		if s.pos < size || s.pos < 0 || !a.canEnd() {
			return false, &probe.Error{Kind: probe.Unsupported, Rule: "missing-samples", Offset: s.pos, Err: errOutside(t.index)}
		}
		return true, nil // ffprobe stops at the end of the file
	}
	if err := a.m.reorderFrom(t, s); err != nil {
		return false, a.m.placeTrack(err, t)
	}
	f.advance()
	pts, duration := s.dts, int64(0)
	if s.hasCtts {
		pts = s.dts + t.dtsShift + int64(s.ctts)
	} else {
		after := t.duration
		if f.ok {
			after = f.cur.dts
		}
		duration = max(0, after-s.dts)
	}
	if duration == 0 {
		duration = t.frameTicks()
	}
	if !f.timed {
		f.timed = true
		t.firstPacket(pts, s.discard)
	}
	if !t.thumb {
		a.bytes += s.size
	}
	if f.frames > 1 {
		seen := rescale(f.duration, 1_000_000, t.timescale, roundNear)
		if t.avg.Num > 0 {
			seen = max(seen, rescale(f.frames, 1_000_000*t.avg.Den, t.avg.Num, roundNear))
		}
		limit := int64(analyseTime)
		if t.kind == media.KindSubtitle {
			limit = analyseTextTime
		}
		if seen >= limit {
			return true, nil
		}
		f.duration += duration
	}
	if t.kind == media.KindVideo {
		t.rates.Add(s.dts)
		f.delayed = f.delayed || s.dts != pts
	}
	f.frames++
	return false, nil
}

// reorderFrom looks at the next picture of a track whose reorder depth must be found, as long
// as ffprobe would decode it.
func (m *movie) reorderFrom(t *track, s sample) error {
	const ahead = 128 << 10
	if t.reordering == nil || t.reordered {
		return nil
	}
	p, err := m.src.at(s.pos, min(s.size, pictureHead), ahead)
	if err != nil {
		return err
	}
	if t.reordered, err = t.reordering.Add(p); err != nil {
		return refuse("h264-reorder", "H.264: %w", err)
	}
	t.out.Video.ReorderDepth = t.reordering.Depth()
	return nil
}

// fileEnd is the length of the file as far as it is known.
func (m *movie) fileEnd() int64 {
	if m.src.end >= 0 {
		return m.src.end
	}
	return m.src.size
}

// canEnd says whether the file may end here: every track has had a packet, or needs none to be
// described.
func (a *analysis) canEnd() bool {
	for _, f := range a.feeds {
		switch f.t.codec {
		case "alac", "opus", "flac", "vorbis", "amr_nb", "amr_wb", "":
			continue
		}
		if f.frames == 0 && f.t.index0.count > 0 && pcm.BitsPerSample(f.t.codec) == 0 {
			return false
		}
	}
	return true
}

// firstPacket sets the start of a track that has none from its first packet.
func (t *track) firstPacket(pts int64, discard bool) {
	if t.start != noTime || discard && t.kind != media.KindAudio {
		return
	}
	t.start = pts
	if t.kind == media.KindAudio && t.sampleRate() > 0 && t.codec == "aac" {
		t.start += rescale(t.padding, t.timescale, int64(t.sampleRate()), roundNear)
	}
}

func (t *track) sampleRate() int {
	if t.out.Audio == nil {
		return t.entry.sampleRate
	}
	return t.out.Audio.SampleRate
}

// frameTicks is the length of a packet that the tables do not tell.
func (t *track) frameTicks() int64 {
	if t.kind == media.KindVideo && t.rate.Num > 0 {
		return t.timescale * t.rate.Den / t.rate.Num
	}
	if t.kind == media.KindVideo && t.codecRate.Num > 0 {
		return rescale(t.timescale, t.codecRate.Den, t.codecRate.Num, roundDown)
	}
	if t.kind == media.KindAudio && t.sampleRate() > 0 {
		return rescale(1024, t.timescale, int64(t.sampleRate()), roundDown)
	}
	return 0
}
