package ogg_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/ogg"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, ogg.Format, "testdata") }

// FuzzOgg: an answer that does not contradict itself, or a typed error.
func FuzzOgg(f *testing.F) { probetest.Fuzz(f, ogg.Format, generated+"ogg-*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// page makes a page of whole packets.
func page(serial uint32, flags byte, granule int64, packets ...[]byte) []byte {
	var lacing, body []byte
	for _, p := range packets {
		for n := len(p); ; n -= 255 {
			lacing = append(lacing, byte(min(n, 255)))
			if n < 255 {
				break
			}
		}
		body = append(body, p...)
	}
	b := append([]byte("OggS\x00"), flags)
	b = binary.LittleEndian.AppendUint64(b, uint64(granule))
	b = binary.LittleEndian.AppendUint32(b, serial)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(lacing)))
	return append(append(b, lacing...), body...)
}

var (
	opusHead = []byte("OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00")
	opusTags = []byte("OpusTags\x01\x00\x00\x00x\x00\x00\x00\x00")
	silence  = []byte{0xf8, 0xff, 0xfe} // 20 ms
)

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func opus(more ...[]byte) []byte {
	return join(append([][]byte{page(1, 2, 0, opusHead), page(1, 0, 0, opusTags)}, more...)...)
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good := opus(page(1, 0, 960, silence), page(1, 4, 1920, silence))
	probetest.HoldRule(t, ogg.Format, "good", good, "")
	cover := []byte("OpusTags\x01\x00\x00\x00x\x01\x00\x00\x00\x0a\x00\x00\x00COVERART=x")
	held := map[string]bool{}
	for rule, file := range map[string][]byte{
		"picture":     join(page(1, 2, 0, opusHead), page(1, 0, 0, cover), page(1, 4, 960, silence)),
		"chained":     join(good, load(t, "ogg-vorbis.ogg")),
		"codec":       page(1, 2, 0, []byte("fishead\x00 and more")),
		"headers":     join(page(1, 2, 0, opusHead), page(1, 0, 0, []byte("nothing"))),
		"late-data":   opus(),
		"long-packet": join(page(1, 2, 0, opusHead), long()),
		"no-end":      opus(page(1, 0, 960, silence), bytes.Repeat(page(1, 0, -1, make([]byte, 10_000)), 10)),
		"resync":      join(page(1, 2, 0, opusHead), []byte("damage"), make([]byte, 600_000)),
		"start":       join(theora(t), nil),
	} {
		probetest.HoldRule(t, ogg.Format, rule, file, rule)
		held[rule] = true
	}
	held["unknown-size"] = true
	for rule := range ogg.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(ogg.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

// long makes pages of one packet that does not end.
func long() []byte {
	lacing := bytes.Repeat([]byte{255}, 255)
	var out []byte
	for i := range 20 {
		flags := byte(1)
		if i == 0 {
			flags = 0
		}
		p := page(1, flags, -1)
		p[26] = 255
		out = append(append(append(out, p[:27]...), lacing...), make([]byte, 255*255)...)
	}
	return out
}

// theora is a file whose pictures begin in the middle.
func theora(t *testing.T) []byte {
	b := bytes.Clone(load(t, "ogg-theora.ogv"))
	for at, n := 0, 0; at < len(b); n++ {
		segments := int(b[at+26])
		if binary.LittleEndian.Uint64(b[at+6:]) != 0 && n > 1 {
			binary.LittleEndian.PutUint64(b[at+6:], binary.LittleEndian.Uint64(b[at+6:])+100<<6)
		}
		size := 27 + segments
		for _, l := range b[at+27 : at+27+segments] {
			size += int(l)
		}
		at += size
	}
	return b
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: floods of pages, streams and comments, and positions beyond measure.
func TestHostile(t *testing.T) {
	var many [][]byte
	for i := range uint32(5000) {
		many = append(many, page(i, 2, 0, opusHead))
	}
	for name, file := range map[string][]byte{
		"empty pages":        opus(bytes.Repeat(page(1, 0, -1), 100_000)),
		"streams":            join(many...),
		"a far end":          opus(page(1, 0, 960, silence), page(1, 4, 1<<62, silence)),
		"a negative end":     opus(page(1, 0, 960, silence), page(1, 4, -5, silence)),
		"a billion comments": join(page(1, 2, 0, opusHead), page(1, 0, 0, []byte("OpusTags\x00\x00\x00\x00\xff\xff\xff\x7f")), page(1, 4, 960, silence)),
		"a comment of 4 GiB": join(page(1, 2, 0, opusHead), page(1, 0, 0, []byte("OpusTags\xff\xff\xff\xff\x01\x00\x00\x00")), page(1, 4, 960, silence)),
	} {
		o := probetest.Probe(probe.New(ogg.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 32<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkOgg(b *testing.B) {
	data := load(b, "ogg-vorbis.ogg")
	p := probe.New(ogg.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
