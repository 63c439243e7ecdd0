// Package mxf reads the Material Exchange Format (SMPTE ST 377-1): what the header metadata says of
// the tracks, and the first pictures.
package mxf

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads MXF files.
var Format = probe.Format{Name: "mxf", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"codec":                   "a coding whose values need more than the first picture's header",
	elementary.RuleFirstFrame: "a first picture that does not tell the coding's parameters, or others than the header",
	"clip-wrapped":            "pictures of many in one piece: where one ends is not told",
	"colour":                  "a descriptor that tells colours, beside what the pictures tell",
	"comments":                "user comments of a package",
	"cut-off":                 "a file that ends before its footer",
	"edits":                   "tracks that are put together of several pieces, or begin within one",
	"late-essence":            "no picture of a track in the first megabyte of essence",
	"long-header":             "header metadata of more than 1 MiB",
	"odd-format":              "values that ffprobe replaces or refuses",
	"open-header":             "header metadata that is not final: the footer may say otherwise",
	"sound-labels":            "labels of sound channels, which ffprobe makes a layout of",
	"sources":                 "packages that describe where the material came from",
	"unknown-size":            "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	window     = 64 << 10
	mostHeader = 1 << 20
)

// Keys begin with the designator of SMPTE ST 336.
const (
	smpte        = "\x06\x0e\x2b\x34"
	keyPartition = smpte + "\x02\x05\x01\x01\x0d\x01\x02\x01\x01" // ST 377-1, 7.1
	keyPrimer    = keyPartition + "\x05\x01"
	keyFill      = smpte + "\x01\x01\x01\x02\x03\x01\x02\x10\x01" // byte 7 is a version
	keyEssence   = smpte + "\x01\x02\x01\x01\x0d\x01\x03\x01"     // ST 379-1: an element of a content package
)

// sniff asks for a header partition pack.
func sniff(head []byte) error {
	if len(head) < 16 || !isPartition(head[:16]) || head[13] != 2 {
		return errors.New("no header partition pack")
	}
	return nil
}

// isPartition says whether key is that of a partition pack. Its last bytes tell which and how final.
func isPartition(key []byte) bool {
	return string(key[:7]) == keyPartition[:7] && string(key[8:13]) == keyPartition[8:] && key[13] >= 2 && key[13] <= 4
}

// file is what one probe knows.
type file struct {
	r        *probe.Reader
	size     int64
	part     partition
	sets     map[string]*set
	packages map[string]*set // source packages by their identifiers
	order    []*set
	tags     map[uint16]string // keys of items by their tags: those beyond the static ones
}

// partition is a partition pack: ST 377-1, 7.1.
type partition struct {
	final   bool  // closed and complete
	grid    int64 // KLV alignment grid
	footer  int64
	header  int64 // bytes of header metadata
	index   int64
	pattern []byte
	end     int64 // where the pack ends
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	f := &file{r: r, size: size, sets: map[string]*set{}, packages: map[string]*set{}, tags: map[uint16]string{}}
	if err := f.header(); err != nil {
		return nil, err
	}
	m, err := f.material()
	if err != nil {
		return nil, err
	}
	if err := f.describe(m); err != nil {
		return nil, err
	}
	info := f.info(m)
	info.Clean()
	return info, nil
}

// header reads the header partition: its pack and its metadata.
func (f *file) header() error {
	w := elementary.NewWindow(f.r, 0, window, mostHeader)
	b, err := w.Bytes(512)
	if err != nil {
		return err
	}
	pack, ok := unit(b, 0)
	if !ok || len(b) < int(pack.end()) {
		return probe.Errorf(probe.Truncated, "a header partition pack that is cut off")
	}
	if err := f.pack(pack, b[pack.body:pack.end()]); err != nil {
		return err
	}
	// What fills the pack up to the grid does not count as metadata: 7.4.
	at := pack.end()
	if b, err = w.Bytes(int(at) + 64<<10); err != nil {
		return err
	}
	if fill, ok := unit(b, at); ok && isFill(fill.key) && fill.end() < mostHeader {
		at = fill.end()
	}
	end := at + f.part.header
	if b, err = w.Bytes(int(end)); err != nil {
		return err
	}
	if int64(len(b)) < end {
		return probe.Errorf(probe.Truncated, "%d bytes of header metadata, %d of them there", f.part.header, int64(len(b))-at)
	}
	f.part.end = end + f.part.index
	return f.metadata(b[:end], at)
}

// pack reads the partition pack of the header.
func (f *file) pack(u klv, body []byte) error {
	if len(body) < 88 {
		return probe.Errorf(probe.Malformed, "a partition pack of %d bytes", len(body))
	}
	f.part = partition{
		final:   u.key[14] == 4,
		grid:    int64(binary.BigEndian.Uint32(body[4:])),
		footer:  int64(binary.BigEndian.Uint64(body[24:])),
		header:  int64(binary.BigEndian.Uint64(body[32:])),
		index:   int64(binary.BigEndian.Uint64(body[40:])),
		pattern: body[64:80],
	}
	p := &f.part
	switch {
	case !p.final:
		return probe.Refuse("open-header", "partition status %d", u.key[14])
	case p.header <= 0 || p.header > mostHeader/2:
		return probe.Refuse("long-header", "%d bytes", p.header)
	case p.index < 0 || p.footer < 0 || p.index > f.size:
		return probe.Errorf(probe.Malformed, "a partition pack with a footer at %d and an index of %d bytes", p.footer, p.index)
	case p.footer == 0 || p.footer >= f.size:
		return probe.Refuse("cut-off", "the footer at %d of %d bytes", p.footer, f.size)
	}
	return nil
}

// klv is a unit of key, length and value: SMPTE ST 336.
type klv struct {
	off  int64
	key  []byte
	body int64
	size int64
}

func (k klv) end() int64 { return k.body + k.size }

// unit reads the head of the unit that begins at off of b.
func unit(b []byte, off int64) (klv, bool) {
	if off < 0 || off+17 > int64(len(b)) || string(b[off:off+4]) != smpte {
		return klv{}, false
	}
	u := klv{off: off, key: b[off : off+16], body: off + 17}
	length := b[off+16]
	if length < 0x80 {
		u.size = int64(length)
		return u, true
	}
	n := int64(length & 0x7f)
	if n == 0 || n > 8 || u.body+n > int64(len(b)) {
		return klv{}, false
	}
	for _, c := range b[u.body : u.body+n] {
		if u.size >= 1<<47 { // the end must be a number too
			return klv{}, false
		}
		u.size = u.size<<8 | int64(c)
	}
	u.body += n
	return u, true
}

func isFill(key []byte) bool {
	return string(key[:7]) == keyFill[:7] && string(key[8:13]) == keyFill[8:13]
}

// walker steps over units from one place on, and reads as little as that takes.
type walker struct {
	r     *probe.Reader
	buf   []byte
	base  int64
	reads int
}

// mostReads is how often a walker reads: each time may be a request.
const mostReads = 16

// peek gives n bytes at off, fewer at the end of the source.
func (w *walker) peek(off int64, n int) ([]byte, error) {
	if off < w.base || off+int64(n) > w.base+int64(len(w.buf)) {
		if w.reads++; w.reads > mostReads {
			return nil, probe.Refuse("late-essence", "%d pieces read", mostReads)
		}
		if want := max(n, window); cap(w.buf) < want {
			w.buf = w.r.Scratch(want)
		} else {
			w.buf = w.buf[:want]
		}
		got, err := w.r.ReadAt(w.buf, off)
		if err != nil && err != io.EOF {
			return nil, err
		}
		w.buf, w.base = w.buf[:got], off
	}
	b := w.buf[off-w.base:]
	return b[:min(n, len(b))], nil
}
