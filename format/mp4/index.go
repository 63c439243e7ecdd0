package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/internal/rational"
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

// index lists a track's packets in decoding order: those of the tables, in list or, with shift
// added to every decoding time, as they stand there; and those of the fragments.
type index struct {
	list   []sample
	runs   []fragmentRun
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
		t.sar = rational.FromFloat(float64(e.height) * float64(t.tkWidth) / (float64(e.width) * float64(t.tkHeight)))
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
		t.rate = rational.Nearest(t.timescale, duration, math.MaxInt32)
	}
}

// headerRates feeds the frame rate estimator with the first decoding times of the tables.
func (t *track) headerRates() {
	t.rates = framerate.Estimator{Timebase: media.Timebase{Num: 1, Den: t.timescale}}
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
		t.rates.Add(p.dts)
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

// spareRoom is how many samples may be written out, 5 MiB, before any header is read.
const spareRoom = 5 << 20 / sampleBytes

const sampleBytes = 32 // that a sample takes in memory

// sampleRoom is how many more may be: as many as take three times the bytes of the header.
func sampleRoom(header int64) int64 { return 3 * header / sampleBytes }

// expand writes out the packets of the tables, when they are not too many.
func (m *movie) expand(t *track) error {
	if m.spareSamples -= t.index0.count; m.spareSamples < 0 || t.index0.count > largeIndex {
		return refuse("table-too-long", "%d samples", t.index0.count)
	}
	list := make([]sample, 0, t.index0.count)
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
