package mp4

// packetReader yields the packets of a track's index: those of the tables, edits applied, and
// then those of the fragments read so far.
type packetReader struct {
	t    *track
	i    int
	w    *walker
	last int64 // decoding time of the packet before

	run      int
	inRun    int64
	dts, pos int64 // of the next sample of the run
	before   int64 // decoding time of the last packet before the run
}

// packets returns a function that yields the packets of the index.
func (t *track) packets() func() (sample, bool) {
	p := &packetReader{t: t, last: noTime}
	if t.index0.lazy {
		p.w = t.walk()
	}
	return p.next
}

func (p *packetReader) next() (sample, bool) {
	ix := &p.t.index0
	if p.w != nil {
		if s, ok := p.w.next(); ok {
			s.dts += ix.shift
			p.last = s.dts
			return s, true
		}
		p.w = nil
	} else if p.i < len(ix.list) {
		p.i++
		p.last = ix.list[p.i-1].dts
		return ix.list[p.i-1], true
	}
	if p.run < len(ix.runs) && p.inRun == ix.runs[p.run].n {
		p.run++
		p.inRun = 0
	}
	if p.run == len(ix.runs) {
		return sample{}, false
	}
	r := &ix.runs[p.run]
	if p.inRun == 0 {
		p.dts, p.pos, p.before = r.dts, r.pos, p.last
	}
	s, duration := r.sample(p.inRun, p.dts, p.pos)
	s.discard = p.before != noTime && p.before >= s.dts
	p.last = s.dts
	p.inRun++
	p.dts += duration
	p.pos += s.size
	return s, true
}
