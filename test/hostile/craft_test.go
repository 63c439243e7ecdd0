package hostile

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
)

// box spells an ISO/IEC 14496-12 box.
func box(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(u32(uint32(8+len(body))), kind...), body...)
}

func u16(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func zeros(n int) []byte { return make([]byte, n) }

// many repeats a piece.
func many(n int, piece []byte) []byte { return bytes.Repeat(piece, n) }

var ftyp = box("ftyp", []byte("isom\x00\x00\x02\x00isom"))

// tables are the sample tables of one H.264 sample of 16 bytes, which a bomb replaces in part.
func tables() map[string][]byte {
	return map[string][]byte{
		"stsd": box("stsd", u32(0), u32(1), avc1(box("avcC", avcC))),
		"stts": box("stts", u32(0), u32(1), u32(1), u32(512)),
		"stsc": box("stsc", u32(0), u32(1), u32(1), u32(1), u32(1)),
		"stsz": box("stsz", u32(0), u32(16), u32(1)),
		"stco": box("stco", u32(0), u32(1), u32(uint32(len(ftyp)+8))),
	}
}

// avcC is a configuration record of 64 × 48 pictures (ISO/IEC 14496-15, 5.3.3).
var avcC = []byte("\x01\x42\xc0\x0a\xff\xe1\x00\x0a\x67\x42\xc0\x0a\xd9\x04\x26\x84\x00\x01\x01\x00\x05\x68\xcb\x83\xcb\x20")

// avc1 spells a visual sample entry.
func avc1(config []byte) []byte {
	return box("avc1", zeros(6), u16(1), zeros(16), u16(64), u16(48), u32(0x480000), u32(0x480000), zeros(4), u16(1), zeros(32), u16(24), u16(0xffff), config)
}

var tableOrder = []string{"stsd", "stts", "ctts", "stss", "stsc", "stsz", "stz2", "stco", "co64", "saiz", "saio", "sbgp", "sgpd", "subs", "cslg"}

// track spells a trak box around tables.
func track(id uint32, tables map[string][]byte) []byte {
	var stbl []byte
	for _, kind := range tableOrder {
		stbl = append(stbl, tables[kind]...)
	}
	return box("trak",
		box("tkhd", u32(3), zeros(8), u32(id), zeros(4), u32(40), zeros(52), u32(64<<16), u32(48<<16)),
		tables["edts"],
		box("mdia",
			box("mdhd", u32(0), zeros(8), u32(12800), u32(512), u16(0x55c4), u16(0)),
			box("hdlr", u32(0), zeros(4), []byte("vide"), zeros(12), []byte("x\x00")),
			box("minf", box("vmhd", u32(1), zeros(8)), box("dinf", box("dref", u32(0), u32(1), box("url ", u32(1)))), box("stbl", stbl))))
}

func mvhd() []byte {
	return box("mvhd", u32(0), zeros(8), u32(1000), u32(40), u32(0x10000), zeros(76), u32(2))
}

// movie spells a file of one track whose tables are changed, with more boxes in moov.
func movie(changed map[string][]byte, more ...[]byte) []byte {
	t := tables()
	for kind, b := range changed {
		t[kind] = b
	}
	moov := box("moov", mvhd(), track(1, t), bytes.Join(more, nil))
	return bytes.Join([][]byte{ftyp, box("mdat", zeros(16)), moov}, nil)
}

// fragmented spells an initialisation segment and what follows it.
func fragmented(after ...[]byte) []byte {
	t := tables()
	t["stts"], t["stsc"], t["stco"] = box("stts", zeros(8)), box("stsc", zeros(8)), box("stco", zeros(8))
	t["stsz"] = box("stsz", zeros(12))
	moov := box("moov", mvhd(), track(1, t), box("mvex", box("trex", u32(0), u32(1), u32(1), u32(512), u32(16), u32(0))))
	return bytes.Join(append([][]byte{ftyp, moov}, after...), nil)
}

// fragment spells a moof with the given track runs.
func fragment(runs ...[]byte) []byte {
	return box("moof", box("mfhd", u32(0), u32(1)), box("traf", box("tfhd", u32(0x020000), u32(1)), box("tfdt", u32(0), u32(0)), bytes.Join(runs, nil)))
}

// nest puts boxes into each other.
func nest(kind string, depth int) []byte {
	out := make([]byte, 0, 8*depth)
	for i := range depth {
		out = append(append(out, u32(uint32(8*(depth-i)))...), kind...)
	}
	return out
}

// el spells an EBML element; its size takes eight bytes.
func el(id uint32, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(open(id, uint64(len(body))), body...)
}

// open spells an element's identifier and size (RFC 8794); all ones say unknown.
func open(id uint32, size uint64) []byte {
	b := u32(id)
	for b[0] == 0 {
		b = b[1:]
	}
	return append(b, u64(1<<56|size)...)
}

const unknown = 1<<56 - 1

var ebml = el(0x1A45DFA3, el(0x4282, []byte("matroska")), el(0x4287, []byte{4}), el(0x4285, []byte{2}))

func webm(parts ...[]byte) []byte { return append(bytes.Clone(ebml), el(0x18538067, parts...)...) }

func info(parts ...[]byte) []byte {
	return el(0x1549A966, el(0x2AD7B1, u32(1_000_000)), bytes.Join(parts, nil))
}

// entry spells a TrackEntry of VP8 with more in it.
func entry(number byte, more ...[]byte) []byte {
	return el(0xAE, el(0xD7, []byte{number}), el(0x73C5, []byte{number}), el(0x83, []byte{1}), el(0x86, []byte("V_VP8")),
		el(0xE0, el(0xB0, []byte{64}), el(0xBA, []byte{48})), bytes.Join(more, nil))
}

func tracks(entries ...[]byte) []byte { return el(0x1654AE6B, entries...) }

// cluster spells a cluster with blocks.
func cluster(blocks ...[]byte) []byte {
	return el(0x1F43B675, el(0xE7, []byte{0}), bytes.Join(blocks, nil))
}

// vp8 is the head of a key frame of 64 × 48 (RFC 6386, 9.1).
var vp8 = []byte("\x10\x02\x00\x9d\x01\x2a\x40\x00\x30\x00\x00\x47")

func block(flags byte, data ...[]byte) []byte {
	return el(0xA3, []byte{0x81, 0, 0, flags}, bytes.Join(data, nil))
}

func float(f float64) []byte { return u64(math.Float64bits(f)) }

// vast is a source that says it is longer than what it holds; the rest is zeros.
type vast struct {
	head []byte
	size int64
}

func (v vast) Size() (int64, bool) { return v.size, true }

func (v vast) ReadAt(p []byte, off int64) (int, error) {
	if off >= v.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), v.size-off))
	clear(p[:n])
	if off < int64(len(v.head)) {
		copy(p[:n], v.head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
