package mp4

import (
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// counted is a source that counts its reads as a remote one counts requests: what lies in the
// first 64 KiB came with the first. It may hide its length.
type counted struct {
	b      []byte
	reads  int
	bytes  int64
	hidden bool
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > window || c.reads == 0 {
		c.reads++
		c.bytes += int64(len(p))
	}
	if off >= int64(len(c.b)) {
		return 0, io.EOF
	}
	n := copy(p, c.b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (c *counted) Size() (int64, bool) { return int64(len(c.b)), !c.hidden }

// bigFile is a file of the size of a film around the movie header, which stands first or last.
func bigFile(first bool) []byte {
	const offset = 4096
	head := ftyp()
	table := [][]byte{
		stsd(pcmEntry()), full("stts", 0, 0, u32s(1, 480, 1)), full("stsc", 0, 0, u32s(1, 1, 480, 1)),
		full("stsz", 0, 0, u32s(4, 480)), full("stco", 0, 0, u32s(1, offset)),
	}
	moov := bx("moov", mvhd(1000, 10), trakOf(1, nil, table...), bx("free", zeros(300_000)))
	media := bx("mdat", zeros(12<<20))
	if first {
		return slices.Concat(head, moov, media)
	}
	return slices.Concat(head, media, moov)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		file  []byte
		reads int
		bytes int64
	}{
		{"header first", bigFile(true), 2, 64<<10 + 300<<10},
		{"header last", bigFile(false), 2, 64<<10 + 300<<10},
		{"small", plain(), 1, 4096 + 4096},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := &counted{b: c.file}
			if _, err := probe.New(Format).Probe(t.Context(), src); err != nil {
				t.Fatal(err)
			}
			// The first is the look at the head that decides the format.
			if src.reads > c.reads+1 || src.bytes > c.bytes+8192 {
				t.Errorf("%d reads of %d bytes, want at most %d of %d", src.reads-1, src.bytes, c.reads, c.bytes)
			}
		})
	}
}

// TestUnknownLength reads sources that do not say how long they are: where the last box ends is
// found by reading on.
func TestUnknownLength(t *testing.T) {
	t.Parallel()
	file := plain()
	src := &counted{b: file, hidden: true}
	info, err := probe.New(Format).Probe(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size != int64(len(file)) {
		t.Errorf("size %d, want %d", info.Size, len(file))
	}
	open := slices.Concat(ftyp(), bx("moov", mvhd(1000, 10), trakOf(1, nil, tables(480)...)), u32(0), []byte("mdat"), zeros(200_000))
	_, err = probe.New(Format).Probe(t.Context(), &counted{b: open, hidden: true})
	if probe.RuleOf(err) != "unknown-size" {
		t.Errorf("got %v, want rule unknown-size", err)
	}
}

// fragments is a file of n fragments, each with size bytes of media, and with an index at the
// end if wanted.
func fragments(n, size int, indexed bool) []byte {
	b := slices.Concat(ftyp(), bx("moov", mvhd(1000, 0), trakOf(1, nil, stsd(pcmEntry()),
		full("stts", 0, 0, u32(0)), full("stsc", 0, 0, u32(0)), full("stsz", 0, 0, u32s(0, 0)), full("stco", 0, 0, u32(0))),
		bx("mvex", full("trex", 0, 0, u32s(1, 1, 1, 4, 0)))))
	var offsets []uint32
	for i := range n {
		offsets = append(offsets, uint32(len(b)))
		samples := uint32(size / 4)
		b = append(b, bx("moof", full("mfhd", 0, 0, u32(uint32(i+1))), bx("traf",
			full("tfhd", 0, 0x20000, u32(1)), full("tfdt", 0, 0, u32(uint32(i)*samples)),
			full("trun", 0, 1, u32s(samples, 108))))...)
		b = append(b, bx("mdat", zeros(size))...)
	}
	if !indexed {
		return b
	}
	entries := u32s(1, 0, uint32(n))
	for i, off := range offsets {
		entries = append(entries, u32s(uint32(i*size/4), off)...)
		entries = append(entries, 1, 1, 1)
	}
	tfra := full("tfra", 0, 0, entries)
	return append(b, bx("mfra", tfra, full("mfro", 0, 0, u32(uint32(len(tfra)+8+16))))...)
}

func TestFragments(t *testing.T) {
	t.Parallel()
	const n, size = 40, 64 << 10
	src := &counted{b: fragments(n, size, true)}
	info, err := probe.New(Format).Probe(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := int64(info.Tracks[0].Duration.Ticks), int64(n*size/4); got != want {
		t.Errorf("duration %d, want %d", got, want)
	}
	if src.reads > n+6 || src.bytes > 1<<20 {
		t.Errorf("%d reads of %d bytes for %d fragments", src.reads, src.bytes, n)
	}
	if _, err := probe.New(Format).Probe(t.Context(), &counted{b: fragments(10, size, false)}); err != nil {
		t.Errorf("ten fragments: %v", err)
	}
}

// TestCut cuts files at every box: what is left must be answered or refused, never worse.
func TestCut(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../testdata/media/files/go-mp4__testdata_sample.mp4")
	if err != nil {
		t.Fatal(err)
	}
	for n := 8; n < len(b); n += 1 + n/64 {
		_, err := probeBytes(t, b[:n])
		var e *probe.Error
		if err != nil && !errors.As(err, &e) && !errors.Is(err, probe.ErrUnknownFormat) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}

// failing gives an error at the n-th read.
type failing struct {
	counted
	at int
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.at--; f.at < 0 {
		return 0, errors.New("connection lost")
	}
	return f.counted.ReadAt(p, off)
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		src := &failing{counted: counted{b: fragments(40, 64<<10, true)}, at: n}
		if _, err := probe.New(Format).Probe(t.Context(), src); !errors.Is(err, probe.IO) {
			t.Errorf("error at read %d: got %v", n, err)
		}
	}
}
