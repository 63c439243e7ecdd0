package mp4

// walker yields the packets that the sample tables describe, one after another.
type walker struct {
	t      *track
	n      int64 // packets to come
	number int64 // of the next sample
	dts    int64
	pos    int64

	chunk   int // next chunk
	inChunk int64
	stsc    int
	run     int // of stts
	inRun   int64
	ctts    int
	inCtts  int64
	keys    keyFinder
	chunky  bool
}

// walk returns a walker at the start of the tables.
func (t *track) walk() *walker {
	w := &walker{t: t, n: t.rawCount, chunky: t.index0.chunky}
	if !w.chunky {
		w.dts = -t.dtsShift
	}
	w.keys = newKeyFinder(&t.samples)
	return w
}

// perChunk is the samples per chunk in force.
func (w *walker) perChunk() int64 { return int64(u32At(w.t.samples.stsc, w.stsc*12+4)) }

// nextChunk moves to the next chunk; false at the end.
func (w *walker) nextChunk() bool {
	s := &w.t.samples
	if w.chunk >= s.chunkCount() {
		return false
	}
	w.pos = s.chunk(w.chunk)
	w.chunk++
	for (w.stsc+1)*12 < len(s.stsc) && int64(u32At(s.stsc, (w.stsc+1)*12)) == int64(w.chunk) {
		w.stsc++
	}
	w.inChunk = w.perChunk()
	return true
}

// next returns the next packet.
func (w *walker) next() (sample, bool) {
	for w.inChunk == 0 {
		if !w.nextChunk() {
			return sample{}, false
		}
	}
	if w.n <= 0 {
		return sample{}, false
	}
	w.n--
	if w.chunky {
		return w.nextBlock(), true
	}
	s := &w.t.samples
	out := sample{pos: w.pos, dts: w.dts, size: s.size(w.number), key: w.keys.is(w.number)}
	if s.hasCtts {
		out.ctts, out.hasCtts = w.offset()
	}
	w.pos += out.size
	w.step()
	w.number++
	w.inChunk--
	return out, true
}

// step moves the decoding time over one sample.
func (w *walker) step() {
	s := &w.t.samples
	if s.deltas() == 0 {
		return
	}
	count, duration := s.delta(w.run)
	w.dts += duration
	w.inRun++
	if w.run+1 < s.deltas() && w.inRun == count {
		w.inRun = 0
		w.run++
	}
}

// offset returns the next composition offset; false when ctts has fewer entries than samples.
func (w *walker) offset() (int32, bool) {
	table := w.t.samples.ctts
	for w.ctts*8 < len(table) {
		count := int64(int32(u32At(table, w.ctts*8)))
		if w.inCtts < count {
			w.inCtts++
			return int32(u32At(table, w.ctts*8+4)), true
		}
		w.inCtts = 0
		w.ctts++
	}
	return 0, false
}

// block is how many samples of uncompressed sound ffmpeg puts into one packet, of those left in
// the chunk, and how many bytes they take.
func (t *track) block(left int64) (samples, size int64) {
	e := &t.entry
	switch {
	case e.samplesPer >= 160:
		return e.samplesPer, e.bytesPer
	case e.samplesPer > 1:
		samples = min(1024/e.samplesPer*e.samplesPer, left)
		return samples, samples / e.samplesPer * e.bytesPer
	}
	samples = min(1024, left)
	return samples, samples * int64(t.samples.sampleSize)
}

func (w *walker) nextBlock() sample {
	samples, size := w.t.block(w.inChunk)
	out := sample{pos: w.pos, dts: w.dts, size: size, key: true}
	w.pos += size
	w.dts += samples
	w.inChunk = max(0, w.inChunk-samples)
	return out
}

// keyFinder tells sync samples apart, asked in rising order.
type keyFinder struct {
	s      *sampleTable
	base   int64 // number of the first sample: 1, or 0 in files that count from there
	sync   int
	part   int
	rap    int
	inRap  uint32
	hasRap bool
	all    bool
	absent bool
}

func newKeyFinder(s *sampleTable) keyFinder {
	k := keyFinder{s: s, hasRap: len(s.rap) > 0, absent: s.noSync}
	k.all = !s.noSync && len(s.sync) == 0
	if len(s.sync) > 0 && u32At(s.sync, 0) > 0 || len(s.partSync) > 0 && u32At(s.partSync, 0) > 0 {
		k.base = 1
	}
	return k
}

func (k *keyFinder) is(number int64) bool {
	key := k.all
	if !key && !k.absent && int64(u32At(k.s.sync, k.sync*4)) == number+k.base {
		key = true
		if (k.sync+2)*4 <= len(k.s.sync) {
			k.sync++
		}
	} else if !key && len(k.s.partSync) > 0 && int64(u32At(k.s.partSync, k.part*4)) == number+k.base {
		key = true
		if (k.part+2)*4 <= len(k.s.partSync) {
			k.part++
		}
	}
	if k.hasRap && k.rap*8 < len(k.s.rap) {
		key = key || u32At(k.s.rap, k.rap*8+4) > 0
		if k.inRap++; k.inRap == u32At(k.s.rap, k.rap*8) {
			k.inRap = 0
			k.rap++
		}
	}
	if k.absent && len(k.s.partSync) == 0 && !k.hasRap && number == 0 {
		key = true
	}
	return key
}
