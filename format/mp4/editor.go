package mp4

import (
	"github.com/mediagauge/mediagauge/media"
)

// editor rewrites a track's packets to what its edits show.
type editor struct {
	t     *track
	old   []sample
	out   []sample
	spans []span

	clock     int64 // decoding time of the next packet of the presentation
	end       int64 // where the present edit ends
	minPTS    int64
	audioEdit int // 1 while the first edit of a sound track that is not empty is applied
	held      []int64
	work      int   // packets looked at
	spare     int64 // packets that there may be room made for
}

// maxWork bounds what edits may cause: each can repeat the track, and must find its place in it.
const maxWork = 2 * largeIndex

func (e *editor) run() error {
	t := e.t
	e.end = -t.dtsShift
	e.minPTS = -1
	var empty int64
	nonEmpty := false
	e.audioEdit = -1
	for _, s := range e.spans {
		e.clock = e.end
		e.end += s.duration
		if !nonEmpty && s.time == -1 {
			empty += s.duration
			continue
		}
		nonEmpty = true
		if t.kind == media.KindAudio {
			e.audioEdit = max(0, -e.audioEdit) // 1 the first time, 0 after
		}
		e.held = e.held[:0]
		if err := e.apply(s); err != nil {
			return err
		}
		if e.work > maxWork {
			return e.tooMany()
		}
	}
	e.minPTS -= empty
	if t.kind == media.KindVideo && e.minPTS > 0 {
		for i := range e.out {
			e.out[i].dts -= e.minPTS
		}
	}
	return nil
}

// seek finds the packet from which an edit that starts at time must be decoded.
func (e *editor) seek(time int64, any bool) int {
	t := e.t
	if t.dtsShift > 0 {
		time -= t.dtsShift
	}
	i := e.search(time, any)
	for j := i; j > 0 && e.old[j].dts == e.old[j-1].dts; j-- {
		e.work++
		if any || e.old[j-1].key {
			i = j - 1
		}
	}
	if !t.samples.hasCtts || i < 0 {
		return i
	}
	for i >= 0 && e.old[i].hasCtts {
		if e.old[i].dts+int64(e.old[i].ctts) <= time && e.old[i].key {
			break
		}
		e.work++
		i--
	}
	return i
}

// search finds the last packet at or before time, the key packet before it unless any will do.
func (e *editor) search(time int64, any bool) int {
	n := len(e.old)
	a, b := -1, n
	if n > 0 && e.old[n-1].dts < time {
		a = n - 1
	}
	for b-a > 1 {
		m := (a + b) / 2
		e.work++
		if e.old[m].dts >= time {
			b = m
		}
		if e.old[m].dts <= time {
			a = m
		}
	}
	for !any && a >= 0 && !e.old[a].key {
		e.work++
		a--
	}
	return a
}

// apply appends the packets of one edit.
func (e *editor) apply(s span) error {
	t := e.t
	from := s.time
	audio := t.kind == media.KindAudio
	if audio {
		from = max(from-t.timescale, e.old[0].dts)
	}
	i := e.seek(from, false)
	if i < 0 {
		i = max(0, e.seek(from, true))
	}
	started, keyAfter := false, false
	for ; i < len(e.old); i++ {
		p := e.old[i]
		frame := s.duration
		if i+1 < len(e.old) {
			frame = e.old[i+1].dts - p.dts
		}
		cts := p.dts + t.dtsShift + int64(p.ctts)
		inside := cts >= s.time && cts < s.duration+s.time
		switch {
		case inside:
			pts := e.clock + int64(p.ctts) + t.dtsShift
			if e.minPTS < 0 || pts < e.minPTS {
				e.minPTS = pts
			}
			e.start(&started)
		case audio && t.codec != "vorbis" && cts < s.time && cts+frame > s.time && e.audioEdit > 0:
			e.clock -= s.time - cts
			e.start(&started)
		default:
			p.discard = true
			if !started {
				e.held = append(e.held, frame)
			}
		}
		key := p.key
		p.dts = e.clock
		if e.work++; e.work > maxWork {
			return e.tooMany()
		}
		if err := e.add(p); err != nil {
			return err
		}
		if started {
			e.clock += frame
		}
		if cts+frame >= s.duration+s.time && (key || audio) {
			if t.samples.hasCtts && !audio && !keyAfter {
				keyAfter = true
				continue
			}
			break
		}
	}
	return nil
}

// add appends a packet, in room that doubles.
func (e *editor) add(p sample) error {
	if n := len(e.out); n == cap(e.out) {
		room := 2 * max(n, 32)
		if e.spare -= int64(room); e.spare < 0 {
			return e.tooMany()
		}
		e.out = append(make([]sample, 0, room), e.out...)
	}
	e.out = append(e.out, p)
	return nil
}

func (e *editor) tooMany() error {
	return refuse("table-too-long", "edits that show %d packets and more", len(e.out))
}

// start marks the first packet that an edit shows: the ones before it, which are only decoded,
// get times that lead up to it.
func (e *editor) start(started *bool) {
	if *started {
		return
	}
	*started = true
	at := e.clock
	for i := len(e.held) - 1; i >= 0; i-- {
		at -= e.held[i]
		e.out[len(e.out)-len(e.held)+i].dts = at
	}
	e.held = e.held[:0]
}
