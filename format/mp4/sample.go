package mp4

import (
	"bytes"

	"github.com/mediagauge/mediagauge/media"
)

// A file of many fragments and no index is known from both its ends: the first fragments tell
// what the tracks are and how they start, the last one when they end. What only all fragments
// together tell, the bit rates of the tracks, is derived from those read; the frame rate is told
// only where every picture seen lasts equally long.

// Sizes of what is read at the end of such a file, one after the other until the last fragments
// are found there.
const (
	shortTail = 512 << 10
	longTail  = 8 << 20
)

// extraReads is how many reads of further fragments the packets that ffprobe looks at may take.
const extraReads = 3

// sample reads the last fragments of the file, of which those before off were read.
func (m *movie) sample(off int64) error {
	for _, t := range m.tracks {
		if t.cover == nil && (!t.timed || t.untimed || t.hasSidx || t.rawCount > 0 || t.dtsShift > 0 || len(t.index0.runs) == 0) {
			return refuse("fragments-unindexed", "track %d starts in other ways than with timed fragments", t.index)
		}
	}
	near := max(shortTail, 2*(off-m.firstMoof)/int64(m.moofs))
	for _, n := range []int64{min(near, longTail), longTail} {
		n = min(n, m.src.size-off)
		tail, err := m.src.at(m.src.size-n, n, 0)
		if err != nil {
			return err
		}
		moofs := m.lastFragments(tail)
		if len(moofs) > 0 && m.everyTrack(moofs) {
			return m.finishSample(off, moofs)
		}
		if n == longTail || n == m.src.size-off {
			break
		}
	}
	return refuse("fragments-unindexed", "no fragments found at the end of %d bytes", m.src.size)
}

// lastFragments finds the movie fragments in the tail of the file: the first one from which a
// chain of boxes leads to the end of the file, and those that follow.
func (m *movie) lastFragments(tail []byte) []box {
	base := m.src.size - int64(len(tail))
	tries := 0
	for at := 4; at < len(tail); at++ {
		i := bytes.Index(tail[at:], []byte("moof"))
		if i < 0 {
			return nil
		}
		at += i
		if tries++; tries > 1000 {
			return nil
		}
		if chain := chainOf(tail[at-4:], base+int64(at-4)); len(chain) > 0 {
			return chain
		}
	}
	return nil
}

// chainOf returns the movie fragments in p when it consists of whole boxes of the kinds that
// lie among fragments.
func chainOf(p []byte, off int64) []box {
	var out []box
	for len(p) > 0 {
		h, ok := parseHeader(p, int64(len(p)))
		if !ok || h.body < 0 || h.len+h.body > int64(len(p)) {
			return nil
		}
		body := p[h.len : h.len+h.body]
		switch h.kind {
		case "moof":
			if first, ok := parseHeader(body, int64(len(body))); !ok || first.kind != "mfhd" || first.body != 8 {
				return nil
			}
			out = append(out, box{kind: h.kind, off: off + h.len, body: body})
		case "mdat", "styp", "sidx", "ssix", "emsg", "prft", "free", "skip", "mfra":
		default:
			return nil
		}
		p = p[h.len+h.body:]
		off += h.len + h.body
	}
	return out
}

// everyTrack says whether every track has samples in the fragments, as far as their headers
// show.
func (m *movie) everyTrack(moofs []box) bool {
	found := map[int64]bool{}
	for _, b := range moofs {
		for p := b.body; ; {
			h, ok := parseHeader(p, int64(len(p)))
			if !ok || h.body < 0 || h.len+h.body > int64(len(p)) {
				break
			}
			body := p[h.len : h.len+h.body]
			if tfhd, ok := parseHeader(body, int64(len(body))); h.kind == "traf" && ok && tfhd.kind == "tfhd" && len(body) >= 16 {
				if bytes.Contains(body, []byte("trun")) {
					found[int64(int32(u32At(body, int(tfhd.len)+4)))] = true
				}
			}
			p = p[h.len+h.body:]
		}
	}
	for _, t := range m.tracks {
		if t.cover == nil && !found[t.id] {
			return false
		}
	}
	return true
}

// finishSample reads the last fragments and settles what follows from them.
func (m *movie) finishSample(off int64, moofs []box) error {
	m.sampled, m.nextRoot = true, off
	m.sampleReads = m.src.reads + extraReads
	read := off - m.firstMoof + m.src.size - (moofs[0].off - 8)
	type head struct {
		runs  int
		count int64
	}
	heads := make([]head, len(m.tracks))
	for i, t := range m.tracks {
		heads[i] = head{len(t.index0.runs), t.index0.count}
		t.jump = true
	}
	number := m.moofs
	before := make([]int64, len(m.tracks))
	for _, b := range moofs {
		for i, t := range m.tracks {
			before[i] = t.lastTime
		}
		if err := m.child(box{}, b); err != nil {
			return m.place(err, b)
		}
		for i, t := range m.tracks {
			if t.lastTime < before[i] {
				return refuse("fragments-unindexed", "track %d goes back in time", t.index)
			}
		}
	}
	m.moofs = number
	for i, t := range m.tracks {
		t.index0.runs, t.index0.count = t.index0.runs[:heads[i].runs], heads[i].count
	}
	if err := m.checkSample(); err != nil {
		return err
	}
	m.deriveSizes(read)
	for _, t := range m.tracks {
		if t.cover != nil || t.kind != media.KindVideo {
			continue
		}
		all := t.trackEnd - t.firstTime
		rest := all - int64(t.step)
		if all <= 0 || rest%int64(t.beat) != 0 {
			return refuse("frame-rate", "%d ticks of pictures that last %d", all, t.beat)
		}
		t.fpsDuration, t.fpsFrames = all, 1+rest/int64(t.beat)
	}
	return nil
}

// checkSample refuses a file whose unread fragments may change what the ones read say.
func (m *movie) checkSample() error {
	for _, t := range m.tracks {
		switch {
		case t.cover != nil:
		case t.untimed || t.dtsShift > 0:
			return refuse("fragments-unindexed", "the times of track %d rest on every fragment", t.index)
		case t.kind != media.KindVideo:
		case t.uneven || t.gap || t.beat == 0:
			return refuse("frame-rate", "fragments of pictures at uneven times")
		}
	}
	return nil
}

// deriveSizes puts the size that a track has in all likelihood in place of that of the fragments
// read. Sound and text go on at the rate seen; pictures have what is left.
func (m *movie) deriveSizes(read int64) {
	var seen, others float64
	var pictures *track
	videos := 0
	for _, t := range m.tracks {
		seen += float64(t.dataSize)
		if t.cover == nil && t.kind == media.KindVideo {
			pictures = t
			videos++
		}
	}
	all := seen / float64(max(read, 1)) * float64(m.src.size-m.firstMoof)
	for _, t := range m.tracks {
		if t.cover != nil || t.fpsDuration <= 0 || t.duration <= 0 {
			continue
		}
		size := float64(t.dataSize) / float64(t.fpsDuration) * float64(t.duration)
		if t != pictures {
			others += size
		}
		t.dataSize = int64(size)
	}
	if videos == 1 && all > others {
		pictures.dataSize = int64(all - others)
	}
}

// finishSampled marks what was derived.
func (m *movie) finishSampled() {
	if !m.sampled {
		return
	}
	for _, t := range m.tracks {
		t.hasStep = false // whether all samples last equally long was not seen
		if t.bitRate > 0 {
			t.out.BitRateProvenance = media.Derived
		}
	}
}

// moreSampled reads the fragment after the ones read from the front.
func (a *analysis) moreSampled() error {
	m := a.m
	for _, t := range m.tracks {
		t.jump = true
	}
	more, err := a.nextFragment()
	switch {
	case err != nil:
		return err
	case !more || m.src.reads > m.sampleReads:
		return refuse("fragments-unindexed", "the first %d fragments do not tell the tracks", m.moofs)
	}
	return m.checkSample()
}

// starved says whether the packets of a track are used up while more lie in the file.
func (a *analysis) starved() bool {
	for _, f := range a.feeds {
		if !f.ok && f.t.cover == nil {
			return true
		}
	}
	return false
}
