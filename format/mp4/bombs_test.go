package mp4

import (
	"bytes"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// outcome is what a hostile file must come to: an answer, a refusal or an error of a kind.
type outcome struct {
	name string
	file []byte
	kind probe.Kind // 0: an answer
	rule string
}

// nest puts inner into depth boxes of a kind.
func nest(kind string, depth int, inner []byte) []byte {
	head := make([]byte, 0, depth*8+len(inner))
	for i := range depth {
		head = append(head, u32(uint32((depth-i)*8+len(inner)))...)
		head = append(head, kind...)
	}
	return append(head, inner...)
}

// with replaces the table of a kind in a sound track's sample table.
func with(kind string, replacement []byte) []byte {
	parts := tables(480)
	for i, p := range parts {
		if string(p[4:8]) == kind {
			parts[i] = replacement
		}
	}
	return file(trakOf(1, nil, parts...))
}

func plain() []byte { return file(trakOf(1, nil, tables(480)...)) }

func resize(b []byte, kind string, size uint32) []byte {
	out := slices.Clone(b)
	i := bytes.Index(out, []byte(kind))
	copy(out[i-4:], u32(size))
	return out
}

func hostile() []outcome {
	const huge = math.MaxUint32
	fragment := func(runs ...[]byte) []byte {
		movie := bx("moov", mvhd(1000, 0), trakOf(1, nil, stsd(pcmEntry()),
			full("stts", 0, 0, u32(0)), full("stsc", 0, 0, u32(0)), full("stsz", 0, 0, u32s(0, 0)), full("stco", 0, 0, u32(0))),
			bx("mvex", full("trex", 0, 0, u32s(1, 1, 1, 4, 0))))
		return slices.Concat(ftyp(), movie, bx("moof", full("mfhd", 0, 0, u32(1)),
			bx("traf", append([][]byte{full("tfhd", 0, 0x20000, u32(1)), full("tfdt", 0, 0, u32(0))}, runs...)...)), bx("mdat", zeros(64)))
	}
	edit := func(parts ...uint32) []byte {
		return file(trakOf(1, bx("edts", full("elst", 0, 0, u32s(parts...))), tables(480)...))
	}
	list := []outcome{
		{name: "plain", file: plain()},
		{name: "size 0 of moov", file: resize(plain(), "moov", 0)},
		{name: "size 0 of trak", file: resize(plain(), "trak", 0)},
		{name: "size 0 of stsd", file: resize(plain(), "stsd", 0)},
		{name: "size 2 of trak", file: resize(plain(), "trak", 2)},
		{name: "size 7 of moov", file: resize(plain(), "moov", 7), kind: probe.Malformed},
		{name: "child larger than parent", file: resize(plain(), "stbl", huge)},
		{name: "nested udta", file: file(nest("udta", 17, nil)), kind: probe.Malformed},
		{name: "nested moov", file: slices.Concat(ftyp(), nest("moov", 20_000, nil)), kind: probe.Malformed},
		{name: "nested udta, 20,000 deep", file: file(nest("udta", 20_000, nil)), kind: probe.Malformed},
		{name: "nested free", file: slices.Concat(plain(), nest("free", 200_000, nil))},
		{name: "64-bit size of 0", file: slices.Concat(ftyp(), u32(1), []byte("moov"), u64(0)), kind: probe.Malformed},
		{name: "64-bit size of 15", file: slices.Concat(ftyp(), u32(1), []byte("moov"), u64(15)), kind: probe.Malformed},
		{name: "64-bit size of 2^63", file: slices.Concat(ftyp(), u32(1), []byte("mdat"), u64(1<<63)), kind: probe.Truncated},
		{name: "64-bit size of 2^64-1", file: slices.Concat(ftyp(), u32(1), []byte("free"), u64(math.MaxUint64)), kind: probe.Malformed},
		{name: "mdat of 2^62 before moov", file: slices.Concat(ftyp(), u32(1), []byte("mdat"), u64(1<<62), bx("moov")), kind: probe.Truncated},
		{name: "no moov", file: slices.Concat(ftyp(), bx("mdat", zeros(100))), kind: probe.Malformed},
		{name: "moov twice", file: slices.Concat(plain(), bx("moov", mvhd(1, 1)))},
		{name: "ftyp twice", file: slices.Concat(ftyp(), plain())},
		{name: "moov in mdat", file: slices.Concat(ftyp(), bx("mdat", bx("moov", mvhd(1, 1)))), kind: probe.Malformed},
		{name: "empty moov", file: slices.Concat(ftyp(), bx("moov")), kind: probe.Unsupported, rule: "no-duration"},
		{name: "timescale 0", file: slices.Concat(ftyp(), bx("moov", mvhd(0, 10), trakOf(1, nil, tables(480)...)), bx("mdat", zeros(2000)))},
		{name: "cmov", file: file(bx("cmov", zeros(64))), kind: probe.Unsupported, rule: "compressed-moov"},
		{name: "meta without a handler", file: file(trakOf(1, nil, tables(480)...), bx("meta", zeros(400)))},
		{name: "sample description of 2^32-1 entries", file: with("stsd", full("stsd", 0, 0, u32(huge))), kind: probe.Malformed},
		{name: "stsz of 2^32-1 equal samples", file: with("stsz", full("stsz", 0, 0, u32s(4, huge)))},
		{name: "stsc of 2^31-1 samples a chunk", file: with("stsc", full("stsc", 0, 0, u32s(1, 1, math.MaxInt32, 1))), kind: probe.Unsupported, rule: "missing-samples"},
		{name: "stsc from chunk 0", file: with("stsc", full("stsc", 0, 0, u32s(1, 0, 1, 1))), kind: probe.Unsupported, rule: "sample-table"},
		{name: "stsc falling", file: with("stsc", full("stsc", 0, 0, u32s(2, 5, 1, 1, 1, 1, 1))), kind: probe.Unsupported, rule: "sample-table"},
		{name: "stsc beyond stco", file: with("stsc", full("stsc", 0, 0, u32s(1, 9, 1, 1))), kind: probe.Malformed},
		{name: "stsc of 2^32-1 samples", file: with("stsc", full("stsc", 0, 0, u32s(1, 1, huge, 1))), kind: probe.Unsupported, rule: "sample-table"},
		{name: "dref of 2^32-1", file: file(bx("trak", tkhd(1), bx("mdia", mdhd(1, 1), bx("minf", bx("dinf", full("dref", 0, 0, u32(huge))))))), kind: probe.Malformed},
		{name: "keys of 2^32-1", file: file(trakOf(1, nil, tables(480)...), bx("meta", hdlr("mdta"), full("keys", 0, 0, u32(huge)))), kind: probe.Unsupported, rule: "box-overrun"},
		{name: "ilst item larger than its box", file: file(trakOf(1, nil, tables(480)...), bx("meta", hdlr("mdir"), bx("ilst", bx("\xa9nam", u32(huge), []byte("data"), zeros(8)))))},
		{name: "trun of 2^32-1 samples of fixed size", file: fragment(full("trun", 0, 0, u32(huge))), kind: probe.Unsupported, rule: "table-too-long"},
		{name: "trun of 2^32-1 samples", file: fragment(full("trun", 0, 0x200, u32(huge))), kind: probe.Unsupported, rule: "box-overrun"},
		{name: "trun of empty samples", file: fragment(full("trun", 0, 0x200, u32s(2, 0, 0))), kind: probe.Malformed},
		{name: "trun without tfhd", file: slices.Concat(ftyp(), bx("moov", mvhd(1000, 0)), bx("moof", bx("traf", full("trun", 0, 0, u32(1))))), kind: probe.Malformed},
		{name: "edit of a huge length", file: edit(1, huge, 0, 1<<16)},
		{name: "edit of rate 0", file: edit(1, 10, 0, 0)},
		{name: "empty edit only", file: edit(1, 10, huge, 1<<16)},
		{name: "edits of 2^32-1", file: edit(huge)},
		{name: "matrix of zeros", file: file(bx("trak", full("tkhd", 0, 3, u32s(0, 0, 1, 0, 1000), zeros(16), zeros(36), u32s(1<<16, 1<<16)), bx("mdia", mdhd(48000, 480), hdlr("vide"), bx("minf", bx("stbl", full("stts", 0, 0, u32(0))))))), kind: probe.Unsupported, rule: "display-matrix"},
		{name: "esds length of 80 80 80 80", file: with("stsd", stsd(bx("mp4a", zeros(6), u16(1), zeros(8), u16(2), u16(16), zeros(4), u32(48000<<16), full("esds", 0, 0, bytes.Repeat([]byte{3, 0x80, 0x80, 0x80, 0x80}, 4))))), kind: probe.Unsupported},
		{name: "sidx of itself", file: slices.Concat(ftyp(), bx("moov", mvhd(1000, 0), trakOf(1, nil, stsd(pcmEntry()))), full("sidx", 0, 0, u32s(1, 1000, 0, 0), u16(0), u16(1), u32s(1<<31|44, 10, 0))), kind: probe.Malformed},
		{name: "iloc in a still picture", file: slices.Concat(bx("ftyp", []byte("avif"), u32(0)), bx("meta", zeros(4), hdlr("pict"), full("iloc", 0, 0, zeros(8)))), kind: probe.Unsupported, rule: "avif-still"},
		{name: "2,000 tracks", file: file(bytes.Repeat(trakOf(1, nil, tables(480)...), 2000)), kind: probe.Limit},
		{name: "12 runs that no bytes back", file: fragment(bytes.Repeat(full("trun", 0, 0, u32(1_000_000)), 12))},
		{name: "1,000,000 edits of a sample", file: edit(slices.Concat([]uint32{1_000_000}, slices.Repeat([]uint32{1, 0, 1 << 16}, 1_000_000))...), kind: probe.Unsupported, rule: "table-too-long"},
		{name: "1,000 tracks of 4,096 equal samples and edits", file: file(bytes.Repeat(trakOf(1, bx("edts", full("elst", 0, 0, u32s(2, 10, 5, 1<<16, 10, 100, 1<<16))), stsd(pcmEntry()),
			full("stts", 0, 0, u32s(1, 4096, 4)), full("stsc", 0, 0, u32s(1, 1, 4096, 1)), full("stsz", 0, 0, u32s(4, 4096)), full("stco", 0, 0, u32s(1, 48))), 1000)),
			kind: probe.Unsupported, rule: "table-too-long"},
		{name: "1,000 tracks with one id", file: file(bytes.Repeat(trakOf(1, nil, tables(480)...), 1000))},
	}
	for _, kind := range []string{"stts", "ctts", "stss", "stps", "stco", "co64", "stsc"} {
		list = append(list, outcome{
			name: kind + " of 2^32-1 entries",
			file: file(trakOf(1, nil, append(tables(480), full(kind, 0, 0, u32(huge)))...)),
			kind: probe.Unsupported, rule: "box-overrun",
		})
	}
	return list
}

func probeBytes(t testing.TB, b []byte) (*media.Info, error) {
	t.Helper()
	return probe.New(Format).Probe(t.Context(), probe.NewBytes(b))
}

func TestHostileFiles(t *testing.T) {
	t.Parallel()
	for _, c := range hostile() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := probeBytes(t, c.file)
			if c.kind == 0 && err != nil || c.kind != 0 && !errors.Is(err, c.kind) {
				t.Fatalf("got %v, want kind %v", err, c.kind)
			}
			if c.rule != "" && probe.RuleOf(err) != c.rule {
				t.Errorf("got rule %q, want %q: %v", probe.RuleOf(err), c.rule, err)
			}
			if rule := probe.RuleOf(err); rule != "" && rules[rule] == "" {
				t.Errorf("rule %q is not in the table", rule)
			}
		})
	}
}

// TestHostileCost holds every hostile file to a small part of the memory and time that believing
// it would cost. It is not parallel, so that others' allocations do not count.
func TestHostileCost(t *testing.T) {
	for _, c := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		probeBytes(t, c.file)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		const allowed = 8 << 20
		if got := after.TotalAlloc - before.TotalAlloc; got > allowed+4*uint64(len(c.file)) {
			t.Errorf("%s: allocated %d bytes for a file of %d", c.name, got, len(c.file))
		}
		if testing.Verbose() {
			t.Logf("%v %s", took, c.name)
		}
		if took > time.Second {
			t.Errorf("%s: took %v", c.name, took)
		}
	}
}

// TestManyElements counts boxes, however small, against the limit.
func TestManyElements(t *testing.T) {
	t.Parallel()
	b := slices.Concat(ftyp(), bx("moov", mvhd(1000, 10), bytes.Repeat(bx("free"), 20_000)))
	_, err := probe.New(Format).WithLimits(probe.Limits{MaxElements: 10_000}).Probe(t.Context(), probe.NewBytes(b))
	if !errors.Is(err, probe.Limit) {
		t.Errorf("got %v, want a limit", err)
	}
}
