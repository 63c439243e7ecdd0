package mxf_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/mxf"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, mxf.Format, "testdata") }

// FuzzMXF: an answer that does not contradict itself, or a typed error.
func FuzzMXF(f *testing.F) { probetest.Fuzz(f, mxf.Format, generated+"mxf-*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// find returns where the value of an item of the n-th set of a kind lies.
func find(t testing.TB, file []byte, kind byte, n int, tag uint16) int {
	t.Helper()
	key := append([]byte("\x06\x0e\x2b\x34\x02\x53\x01\x01\x0d\x01\x01\x01\x01\x01"), kind, 0)
	at := 0
	for ; n >= 0; n-- {
		i := bytes.Index(file[at:], key)
		if i < 0 {
			t.Fatalf("no set %#x", kind)
		}
		at += i + len(key)
	}
	if file[at] >= 0x80 { // the length of the length
		at += int(file[at] & 0x7f)
	}
	for at++; ; {
		size := int(binary.BigEndian.Uint16(file[at+2:]))
		switch got := binary.BigEndian.Uint16(file[at:]); {
		case got == tag:
			return at + 4
		case got == 0x060e:
			t.Fatalf("no item %#04x in set %#x", tag, kind)
		}
		at += 4 + size
	}
}

// patch writes bytes into a copy of file.
func patch(file []byte, at int, value ...byte) []byte {
	b := bytes.Clone(file)
	copy(b[at:], value)
	return b
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good := load(t, "mxf-mpeg2-pcm.mxf")
	const (
		storage, material, source, track, clip, mpeg, aes = 0x18, 0x36, 0x37, 0x3b, 0x11, 0x51, 0x47
		packHeader                                        = 20 // of the pack's value, behind a length of four bytes
	)
	picture := bytes.Index(good, []byte("\x06\x0e\x2b\x34\x01\x02\x01\x01\x0d\x01\x03\x01\x15"))
	missing := bytes.Clone(good)
	for i := bytes.Index(missing, []byte("\x0d\x01\x03\x01\x15")); i >= 0; i = bytes.Index(missing, []byte("\x0d\x01\x03\x01\x15")) {
		missing[i+4] = 0x17
	}
	held := map[string]bool{"unknown-size": true, "sources": true}
	for rule, file := range map[string][]byte{
		"":             good,
		"clip-wrapped": patch(good, find(t, good, mpeg, 0, 0x3004)+15, 2),
		"codec":        patch(good, find(t, good, aes, 0, 0x3004)+13, 0x0a),
		"colour":       patch(good, find(t, good, mpeg, 0, 0x3206)-4, 0x32, 0x10),
		"comments":     patch(good, find(t, good, material, 0, 0x4404)-4, 0x44, 0x06),
		"cut-off":      load(t, "mxf-cut.mxf"),
		"edits":        patch(good, find(t, good, clip, 0, 0x1201)+7, 1),
		"first-frame":  patch(good, find(t, good, mpeg, 0, 0x3203)+3, 99),
		"late-essence": missing,
		"long-header":  patch(good, packHeader+32, 0, 0, 0, 1),
		"odd-format":   patch(good, find(t, good, aes, 0, 0x3d01)+3, 20),
		"open-header":  patch(good, 14, 2),
		"sound-labels": patch(patch(good, find(t, good, aes, 0, 0x3d09)-4, 0xff, 0xf0), bytes.Index(good, []byte("\x32\x0e\x06\x0e\x2b\x34")),
			append([]byte("\xff\xf0\x06\x0e\x2b\x34\x01\x01\x01\x09"), "\x06\x01\x01\x04\x06\x10\x00\x00"...)...),
	} {
		probetest.HoldRule(t, mxf.Format, rule, file, rule)
		held[rule] = true
	}
	two := patch(good, find(t, good, clip, 0, 0x1101), bytes.Repeat([]byte{7}, 32)...)
	probetest.HoldRule(t, mxf.Format, "sources", two, "sources")
	for rule := range mxf.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(mxf.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
	if picture < 0 {
		t.Error("no picture")
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: lengths beyond the file, sets that refer to themselves, floods of sets and of units.
func TestHostile(t *testing.T) {
	good := load(t, "mxf-h264.mxf")
	self := bytes.Clone(good)
	uid := self[find(t, good, 0x36, 0, 0x3c0a):][:16]
	for i := range 6 {
		copy(self[find(t, good, 0x0f, i%2, 0x1001)+8:], uid)
	}
	flood := bytes.Clone(good)
	for at := 5200; at+17 < len(flood)-200; at += 17 { // empty units to the end
		copy(flood[at:], "\x06\x0e\x2b\x34\x01\x01\x01\x02\x03\x01\x02\x10\x01\x00\x00\x00\x00")
	}
	noise := bytes.Clone(good)
	for i := 512; i < 5000; i++ {
		noise[i] = byte(i * 7)
	}
	for name, file := range map[string][]byte{
		"a set of 2^55 bytes":       patch(good, bytes.Index(good, []byte("\x02\x53\x01\x01"))+12, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"a header of 2^62 bytes":    patch(good, 20+32, 0x40),
		"an index of 2^62 bytes":    patch(good, 20+40, 0x40),
		"tracks that are a package": self,
		"empty units":               flood,
		"noise":                     noise,
		"a header alone":            good[:600],
	} {
		o := probetest.Probe(probe.New(mxf.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Err == nil {
			t.Errorf("%s: answered", name)
		}
		if o.Allocated > 16<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkMXF(b *testing.B) {
	data := load(b, "mxf-mpeg2-pcm.mxf")
	p := probe.New(mxf.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
