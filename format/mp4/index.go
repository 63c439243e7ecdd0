package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/media"
)

// sample is one packet as ffmpeg's index has it.
type sample struct {
	pos     int64
	dts     int64
	size    int64
	ctts    int32
	hasCtts bool
	key     bool
	discard bool // outside its edit, decoded but not shown
}

// index lists a track's packets in decoding order: all of them in list, or those of the tables
// with shift added to every decoding time.
type index struct {
	list   []sample
	lazy   bool
	shift  int64
	count  int64
	chunky bool // uncompressed sound, a thousand samples at a time
}

// Sizes beyond which an index is not written out: small ones always are, larger ones only when
// an edit list makes it necessary.
const (
	smallIndex = 4096
	largeIndex = 1 << 20
)

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
	s        *sampleTable
	base     int64 // number of the first sample: 1, or 0 in files that count from there
	sync     int
	part     int
	rap      int
	inRap    uint32
	hasRap   bool
	all      bool
	absent   bool
	firstKey bool
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

// indexed is how many samples the chunks hold, at most as many as there are sizes.
func (s *sampleTable) indexed() (int64, error) {
	var total int64
	chunks := int64(s.chunkCount())
	for i := 0; i+12 <= len(s.stsc); i += 12 {
		first, per := int64(u32At(s.stsc, i)), int64(u32At(s.stsc, i+4))
		end := chunks + 1
		if i+24 <= len(s.stsc) {
			end = int64(u32At(s.stsc, i+12))
		}
		if end < first || per > math.MaxInt32 || total > math.MaxInt64/4 {
			return 0, malformed("chunk %d of the sample-to-chunk table is past the last, %d", first, chunks)
		}
		total += (end - first) * per
	}
	return total, nil
}

// finishTrak works out what follows from the tables of a track, once they are all read.
func (m *movie) finishTrak(t *track) error {
	s := &t.samples
	chunks := s.chunkCount()
	if chunks == 0 && s.deltas() == 0 {
		s.stsc = nil
	}
	broken := chunks > 0 && (s.deltas() == 0 || len(s.stsc) == 0 || s.sampleSize == 0 && s.count == 0) ||
		chunks == 0 && s.count > 0
	if broken {
		return refuse("sample-table", "sample tables are missing")
	}
	if n := len(s.stsc); n > 0 && int64(u32At(s.stsc, n-12)) > int64(chunks) {
		return malformed("the sample-to-chunk table goes beyond chunk %d", chunks)
	}
	if t.timescale <= 0 {
		t.timescale = max(1, m.timescale)
	}
	if err := t.checkEntries(); err != nil {
		return err
	}
	if err := m.buildIndex(t); err != nil {
		return err
	}
	if i := t.entry.dataRef - 1; i >= 0 && i < len(t.refs) && t.refs[i].path != "" {
		return refuse("external-data", "the media data lie in another file")
	}
	if t.kind == media.KindVideo {
		t.finishVideo()
	}
	return nil
}

// checkEntries refuses tracks whose samples change from one sample entry to another where that
// matters: at the start, or when the other one was left out.
func (t *track) checkEntries() error {
	for i, p := 0, t.samples.stsc; i+12 <= len(p); i += 12 {
		if entry := u32At(p, i+8); entry != 1 && (i == 0 || !t.anyEntry) {
			return refuse("sample-entries", "samples of sample entry %d", entry)
		}
	}
	return nil
}

// finishVideo sets the sample aspect ratio that scaling to the track's size means, and the
// frame rate of equal sample durations.
func (t *track) finishVideo() {
	e := &t.entry
	if t.sar.Num == 0 && e.width != 0 && e.height != 0 && t.tkWidth != 0 && t.tkHeight != 0 &&
		(e.width != t.tkWidth || e.height != t.tkHeight) {
		t.sar = fromFloat(float64(e.height) * float64(t.tkWidth) / (float64(e.width) * float64(t.tkHeight)))
	}
	s := &t.samples
	t.headerRates()
	equal := s.deltas() == 1
	if s.deltas() == 2 {
		count, _ := s.delta(1)
		equal = count == 1
	}
	if equal {
		_, duration := s.delta(0)
		t.rate = reduce(t.timescale, duration, math.MaxInt32)
	}
}

// headerRates feeds the frame rate estimator with the first decoding times of the tables.
func (t *track) headerRates() {
	t.rates = rateEstimator{timescale: t.timescale}
	s := &t.samples
	if s.deltas() == 1 || t.rawCount == 0 {
		return
	}
	if s.deltas() == 2 {
		if count, _ := s.delta(1); count == 1 {
			return
		}
	}
	w := t.walk()
	for range 99 {
		p, ok := w.next()
		if !ok {
			return
		}
		t.rates.add(p.dts)
	}
}

// buildIndex counts the packets, adds up their sizes and applies the edit list.
func (m *movie) buildIndex(t *track) error {
	s := &t.samples
	total, err := s.indexed()
	if err != nil {
		return err
	}
	t.noteEdits(m.timescale)
	var first int64
	if s.deltas() == 1 {
		_, first = s.delta(0)
	}
	if t.kind == media.KindAudio && s.deltas() == 1 && first == 1 {
		if err := t.countBlocks(); err != nil {
			return err
		}
	} else if s.count > 0 {
		if total > s.count {
			return refuse("sample-table", "the chunks hold %d samples, the size table %d", total, s.count)
		}
		t.index0.count = total
		if err := t.sumBitRate(total); err != nil {
			return err
		}
	}
	t.rawCount = t.index0.count
	if t.rawCount > 0 {
		return m.applyEdits(t)
	}
	return nil
}

// sumBitRate sets the bit rate from the sizes of the samples.
func (t *track) sumBitRate(total int64) error {
	s := &t.samples
	if s.fixedSize > 0 && s.sampleSize > 0 && s.fixedSize != s.sampleSize {
		return refuse("sample-table", "samples of %d bytes in the size table, of %d in the entry", s.fixedSize, s.sampleSize)
	}
	if s.fixedSize == 0 && total > s.count {
		return refuse("sample-table", "sizes are missing")
	}
	size := s.total
	if s.fixedSize > 0 || total < s.count {
		size = s.sumSizes(0, total)
	}
	if t.duration > 0 {
		// As ffmpeg: in 64 bits without care for overflow.
		t.bitRate = int64(uint64(size) * 8 * uint64(t.timescale) / uint64(t.duration))
	}
	return nil
}

// countBlocks counts the packets of uncompressed sound.
func (t *track) countBlocks() error {
	s := &t.samples
	if s.chunkCount() == 0 {
		return nil
	}
	if t.entry.samplesPer > 1 && t.entry.bytesPer == 0 {
		return refuse("sample-table", "frames of no bytes")
	}
	t.index0.chunky = true
	for i := 0; i+12 <= len(s.stsc); i += 12 {
		first, per := int64(u32At(s.stsc, i)), int64(u32At(s.stsc, i+4))
		end := int64(s.chunkCount()) + 1
		if i+24 <= len(s.stsc) {
			end = int64(u32At(s.stsc, i+12))
			if n := t.entry.samplesPer; n != 0 && per%n != 0 {
				return refuse("sample-table", "a chunk ends inside a frame")
			}
		}
		step, _ := t.block(math.MaxInt32)
		if step <= 0 {
			return refuse("sample-table", "frames of %d samples", t.entry.samplesPer)
		}
		blocks := (per + step - 1) / step
		if t.entry.samplesPer >= 160 {
			blocks = per / step
		}
		t.index0.count += (end - first) * blocks
	}
	return nil
}

// expand writes out the packets of the tables, when they are not too many.
func (t *track) expand() error {
	if t.index0.count > largeIndex {
		return refuse("table-too-long", "%d samples", t.index0.count)
	}
	list := make([]sample, 0, min(t.index0.count, smallIndex))
	for w := t.walk(); ; {
		s, ok := w.next()
		if !ok {
			break
		}
		list = append(list, s)
	}
	t.index0.list, t.index0.lazy = list, false
	t.index0.count = int64(len(list))
	return nil
}
