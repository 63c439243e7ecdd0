package mp4

import (
	"encoding/binary"
	"math"
)

// fragmentRun is a track run as it stands in the file: its samples are summed when it is read
// and written out only while packets are looked at.
type fragmentRun struct {
	rows      []byte // what the run says of each sample, width bytes apiece
	n         int64
	pos       int64 // of the first sample
	dts       int64 // of the first sample
	flags     uint32
	duration  uint32 // of samples that do not state theirs
	size      uint32
	marks     uint32
	first     uint32 // marks of the first sample
	sync      bool   // every sample is one to start from
	offDur    int8   // where in a row the numbers stand; -1 for none
	offSize   int8
	offMarks  int8
	offOffset int8
	width     int8
}

// Flags of a track run (8.8.8) and of a sample (8.8.3.1).
const (
	runOffset     = 0x001
	runFirstFlags = 0x004
	runDuration   = 0x100
	runSize       = 0x200
	runFlags      = 0x400
	runCts        = 0x800

	sampleNonSync   = 0x00010000
	sampleDependsOn = 0x01000000
)

// maxRunSamples bounds the samples of one file's runs, of which there can be many that no bytes
// back.
const maxRunSamples = 1 << 24

// readTrun reads a run of samples (8.8.8).
func (m *movie) readTrun(b box) error {
	f := &m.frag
	if !f.hasTfhd {
		return malformed("a run of samples without a track")
	}
	t := m.trackByID(f.id)
	if t == nil || f.entry != 1 && !t.anyEntry {
		return m.otherEntry(t)
	}
	c := b.cursor()
	c.Skip(1)
	r := fragmentRun{flags: c.U24(), n: int64(c.U32()), duration: f.duration, size: f.size, marks: f.flags, first: f.flags, sync: t.isAudio()}
	r.pos = f.base
	if r.flags&runOffset != 0 {
		r.pos += int64(c.I32())
	}
	if r.flags&runFirstFlags != 0 {
		r.first = c.U32()
	}
	r.layOut()
	if c.Err() != nil || r.width > 0 && r.n > int64(c.Left()/int(r.width)) {
		return refuse("box-overrun", "%d samples in a run of %d bytes", r.n, len(b.body))
	}
	if r.n == 0 {
		return nil
	}
	if m.runSamples += r.n; m.runSamples > maxRunSamples {
		return refuse("table-too-long", "more than %d samples in fragments", maxRunSamples)
	}
	r.rows = c.Bytes(int(r.n) * int(r.width))
	var err error
	if r.dts, err = m.runStart(t); err != nil {
		return err
	}
	duration, size, err := t.sumRun(&r)
	if err != nil {
		return err
	}
	if r.dts > math.MaxInt64-duration {
		return malformed("decoding times beyond 63 bits")
	}
	t.index0.runs = append(t.index0.runs, r)
	t.index0.count += r.n
	t.dataSize += size
	t.fpsDuration += duration
	t.fpsFrames += r.n
	f.implicit = r.pos + size
	t.trackEnd = r.dts + duration + t.timeOffset
	t.next = fragmentTime{t.trackEnd, m.moofs}
	if t.duration < t.trackEnd {
		t.duration = t.trackEnd
	}
	return nil
}

// layOut finds where the numbers of a row stand.
func (r *fragmentRun) layOut() {
	place := func(bit uint32) int8 {
		if r.flags&bit == 0 {
			return -1
		}
		r.width += 4
		return r.width - 4
	}
	r.offDur, r.offSize, r.offMarks, r.offOffset = place(runDuration), place(runSize), place(runFlags), place(runCts)
}

// sumRun adds up the lengths and sizes of a run's samples, and notes what it shows of the track.
func (t *track) sumRun(r *fragmentRun) (duration, size int64, err error) {
	const empty = "a sample of no bytes"
	duration, size = r.n*int64(r.duration), r.n*int64(r.size)
	if r.offDur < 0 {
		t.noteRun(r.duration, r.duration, r.n, true, true)
	}
	if r.offSize < 0 && r.size == 0 {
		return 0, 0, malformed(empty)
	}
	if r.width == 0 {
		return duration, size, nil
	}
	if r.offDur >= 0 {
		first := u32At(r.rows, int(r.offDur))
		second := first
		if r.n > 1 {
			second = u32At(r.rows, int(r.offDur+r.width))
		}
		var differ, differAfter uint32
		duration = int64(first)
		for p := r.rows[r.offDur:]; len(p) >= int(r.width)+4; {
			p = p[r.width:]
			v := binary.BigEndian.Uint32(p)
			duration += int64(v)
			differ |= v ^ first
			differAfter |= v ^ second
		}
		t.noteRun(first, second, r.n, differ == 0, differAfter == 0)
	}
	if r.offSize >= 0 {
		size = 0
		for p := r.rows[r.offSize:]; ; p = p[r.width:] {
			v := binary.BigEndian.Uint32(p)
			if v == 0 {
				return 0, 0, malformed(empty)
			}
			size += int64(v)
			if len(p) < int(r.width)+4 {
				break
			}
		}
	}
	if r.offOffset >= 0 {
		var least int32
		for p := r.rows[r.offOffset:]; ; p = p[r.width:] {
			least = min(least, int32(binary.BigEndian.Uint32(p)))
			if len(p) < int(r.width)+4 {
				break
			}
		}
		t.dtsShift = max(t.dtsShift, min(-int64(least), math.MaxInt32))
	}
	return duration, size, nil
}

// sample returns the i-th sample of the run, where the one before it ends at dts and pos, and how
// long it lasts.
func (r *fragmentRun) sample(i, dts, pos int64) (s sample, duration int64) {
	var row []byte
	if r.width > 0 {
		row = r.rows[i*int64(r.width):]
	}
	number := func(at int8, missing uint32) uint32 {
		if at < 0 {
			return missing
		}
		return u32At(row, int(at))
	}
	marks := r.marks
	if i == 0 {
		marks = r.first
	}
	marks = number(r.offMarks, marks)
	return sample{
		pos: pos, dts: dts, size: int64(number(r.offSize, r.size)), ctts: int32(number(r.offOffset, 0)), hasCtts: true,
		key: r.sync || marks&(sampleNonSync|sampleDependsOn) == 0,
	}, int64(number(r.offDur, r.duration))
}
