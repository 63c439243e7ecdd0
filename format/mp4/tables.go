package mp4

import (
	"encoding/binary"
	"math"
)

// sampleTable holds the tables of stbl as they stand in the file: no entry is expanded, and a
// count is believed only as far as bytes back it (ISO/IEC 14496-12, 8.6 and 8.7).
type sampleTable struct {
	stts       []byte   // pairs of count and duration
	durations  []uint32 // instead of those of stts when they had to be corrected
	ctts       []byte   // pairs of count and signed offset
	stsc       []byte   // triples of first chunk, samples per chunk and sample entry
	chunks     []byte   // offsets of chunks
	chunkWidth int      // bytes of a chunk offset: 4 or 8
	sizes      []byte   // sample sizes, each of sizeBits
	sizeBits   int
	fixedSize  uint32 // size of every sample, as stsz says; 0 when sizes has them
	sampleSize uint32 // the same, but of uncompressed sound what the sample entry says
	count      int64  // samples in stsz
	sync       []byte // numbers of sync samples
	partSync   []byte
	noSync     bool // an empty stss
	rap        []byte
	hasCtts    bool
	total      int64 // of the sizes, in bytes
}

func u32At(b []byte, i int) uint32 { return binary.BigEndian.Uint32(b[i:]) }

// table reads version, flags and a count of entries of the given width, and returns them.
func table(b box, width int) ([]byte, error) {
	c := b.cursor()
	c.Skip(4)
	n := int64(c.U32())
	if c.Err() != nil || n > int64(c.Left()/width) {
		return nil, refuse("box-overrun", "%d entries in a box of %d bytes", n, len(b.body))
	}
	return c.Bytes(int(n) * width), nil
}

func (m *movie) readStts(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	p, err := table(b, 8)
	if err != nil {
		return err
	}
	s := &t.samples
	s.stts, s.durations = p, nil
	var total, duration, dts, corrected int64
	for i := 0; i < len(p); i += 8 {
		count, delta := u32At(p, i), u32At(p, i+4)
		used := delta
		// Some writers store a negative correction in the unsigned field.
		if const48 := uint32(math.MaxUint32 - 48000*10); delta > const48 {
			used = 1
			step := int64(1)
			if int32(delta) < 0 {
				step = int64(int32(delta))
			}
			corrected += step * int64(count)
		} else {
			corrected += int64(delta) * int64(count)
		}
		dts += int64(used) * int64(count)
		if dts > corrected {
			drift := (dts - corrected) / max(int64(count), 1)
			less := int64(used) - 1
			if int64(used) > drift {
				less = drift
			}
			dts -= less * int64(count)
			used -= uint32(less)
		}
		if used != delta && s.durations == nil {
			s.durations = originalDurations(p)
		}
		if s.durations != nil {
			s.durations[i/8] = used
		}
		duration += int64(used) * int64(count)
		total += int64(count)
	}
	if duration < 0 {
		return refuse("sample-table", "durations add up to more than 63 bits")
	}
	if duration > 0 && total <= math.MaxInt32-t.fpsFrames {
		t.fpsDuration += duration
		t.fpsFrames += total
	}
	t.frames = total
	if duration != 0 {
		t.duration = min(t.duration, duration)
	}
	t.trackEnd = duration
	return nil
}

func originalDurations(stts []byte) []uint32 {
	d := make([]uint32, len(stts)/8)
	for i := range d {
		d[i] = u32At(stts, i*8+4)
	}
	return d
}

// delta returns count and duration of the i-th run of stts.
func (s *sampleTable) delta(i int) (count, duration int64) {
	count = int64(u32At(s.stts, i*8))
	if s.durations != nil {
		return count, int64(s.durations[i])
	}
	return count, int64(u32At(s.stts, i*8+4))
}

func (s *sampleTable) deltas() int { return len(s.stts) / 8 }

func (m *movie) readCtts(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	p, err := table(b, 8)
	if err != nil || len(p) == 0 {
		return err
	}
	t.samples.ctts, t.samples.hasCtts = nil, false
	var least int64
	for q := p; len(q) > 16; q = q[8:] { // all but the last two
		row := binary.BigEndian.Uint64(q)
		offset := int64(int32(row))
		if offset >= 0 && offset <= 1<<28 || int32(row>>32) <= 0 {
			continue
		}
		if abs(offset) > 1<<28 {
			return nil // ffmpeg drops the whole table
		}
		least = min(least, offset)
	}
	t.dtsShift = max(t.dtsShift, min(-least, math.MaxInt32))
	t.samples.ctts, t.samples.hasCtts = p, true
	return nil
}

func (m *movie) readStsc(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	p, err := table(b, 12)
	if err != nil || len(p) == 0 || t.samples.stsc != nil {
		return err
	}
	var before uint32
	for i := 0; i < len(p); i += 12 {
		first, count, entry := u32At(p, i), u32At(p, i+4), u32At(p, i+8)
		if first <= before || first > math.MaxInt32 || count-1 >= math.MaxInt32 || entry-1 >= math.MaxInt32 {
			return refuse("sample-table", "entry %d of stsc is out of order", i/12)
		}
		before = first
	}
	t.samples.stsc = p
	return nil
}

func (m *movie) readStco(b box) error {
	if !m.inTrak {
		return nil
	}
	t := m.last()
	width := 4
	if b.kind == "co64" {
		width = 8
	}
	p, err := table(b, width)
	if err != nil || len(p) == 0 || t.samples.chunks != nil {
		return err
	}
	t.samples.chunks, t.samples.chunkWidth = p, width
	return nil
}

// chunk returns the offset of chunk i.
func (s *sampleTable) chunk(i int) int64 {
	if s.chunkWidth == 4 {
		return int64(u32At(s.chunks, i*4))
	}
	return max(0, int64(binary.BigEndian.Uint64(s.chunks[i*8:])))
}

func (s *sampleTable) chunkCount() int {
	if s.chunkWidth == 0 {
		return 0
	}
	return len(s.chunks) / s.chunkWidth
}

func (m *movie) readStsz(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	s := &t.samples
	c := b.cursor()
	c.Skip(4)
	width := 32
	var fixed uint32
	if b.kind == "stsz" {
		fixed = c.U32()
		if s.sampleSize == 0 {
			s.sampleSize = fixed
		}
		s.fixedSize = fixed
	} else {
		c.Skip(3)
		width = int(c.U8())
	}
	n := int64(c.U32())
	if c.Err() != nil {
		return refuse("box-overrun", "sample size box of %d bytes", len(b.body))
	}
	s.count = n
	if fixed >= 1<<30 {
		return refuse("sample-table", "samples of %d bytes", fixed)
	}
	if fixed != 0 {
		return nil
	}
	if width != 4 && width != 8 && width != 16 && width != 32 {
		return malformed("sample sizes of %d bits", width)
	}
	if n > int64(c.Left())*8/int64(width) {
		return refuse("box-overrun", "%d sizes of %d bits in a box of %d bytes", n, width, len(b.body))
	}
	s.sizes, s.sizeBits = c.Bytes(int((n*int64(width)+7)/8)), width
	total := s.sumSizes(0, n)
	switch total {
	case sizeNegative:
		return malformed("a sample of more than 2 GiB")
	case sizeHuge:
		return refuse("sample-table", "a sample of more than 1 GiB, where ffmpeg stops")
	}
	s.total = total
	t.dataSize += total
	return nil
}

// size returns the size of sample i.
func (s *sampleTable) size(i int64) int64 {
	switch {
	case s.fixedSize > 0:
		return int64(s.fixedSize)
	case i >= s.count:
		return 0
	}
	switch s.sizeBits {
	case 32:
		return int64(u32At(s.sizes, int(i)*4))
	case 16:
		return int64(binary.BigEndian.Uint16(s.sizes[i*2:]))
	case 8:
		return int64(s.sizes[i])
	case 4:
		return int64(s.sizes[i/2] >> (4 - 4*(i&1)) & 15)
	}
	return 0
}

// What sumSizes gives when a sample is of a size that ffmpeg does not take.
const (
	sizeNegative = -1 // as a signed number
	sizeHuge     = -2 // above 1 GiB
)

// sumSizes adds up the sizes of samples from to to.
func (s *sampleTable) sumSizes(from, to int64) int64 {
	var total int64
	if s.sizeBits == 32 && s.fixedSize == 0 {
		var pairs uint64
		var low, high int64
		p := s.sizes[from*4 : to*4]
		for ; len(p) >= 8; p = p[8:] {
			v := binary.BigEndian.Uint64(p)
			pairs |= v
			low += int64(uint32(v))
			high += int64(v >> 32)
		}
		all := uint32(pairs) | uint32(pairs>>32)
		if total = low + high; len(p) >= 4 {
			all |= u32At(p, 0)
			total += int64(u32At(p, 0))
		}
		if int32(all) < 0 {
			return sizeNegative
		}
		if all>>30 != 0 {
			return sizeHuge
		}
		return total
	}
	if s.fixedSize > 0 {
		return int64(s.fixedSize) * (to - from)
	}
	for i := from; i < to; i++ {
		total += s.size(i)
	}
	return total
}

func (m *movie) readStss(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	p, err := table(b, 4)
	if err != nil {
		return err
	}
	if len(p) == 0 {
		t.samples.noSync = true
		return nil
	}
	t.samples.sync = p
	return nil
}

func (m *movie) readStps(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	p, err := table(b, 4)
	if err == nil {
		t.samples.partSync = p
	}
	return err
}

// readSbgp keeps the grouping that marks random access points; others change no value.
func (m *movie) readSbgp(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	version := c.U8()
	c.Skip(3)
	if c.FourCC() != "rap " {
		return nil
	}
	if version == 1 {
		c.Skip(4)
	}
	n := int64(c.U32())
	if c.Err() != nil || n > int64(c.Left()/8) {
		return refuse("box-overrun", "%d entries in a box of %d bytes", n, len(b.body))
	}
	t.samples.rap = c.Bytes(int(n) * 8)
	return nil
}
