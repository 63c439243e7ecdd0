package caf_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/caf"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, caf.Format, "testdata") }

// FuzzCAF: an answer that does not contradict itself, or a typed error.
func FuzzCAF(f *testing.F) { probetest.Fuzz(f, caf.Format, generated+"caf-*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// patch returns file with a 32-bit number at off.
func patch(file []byte, off int, order binary.ByteOrder, v uint32) []byte {
	b := bytes.Clone(file)
	order.PutUint32(b[off:], v)
	return b
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good := load(t, "caf-s16le.caf")
	held := map[string]bool{"unknown-size": true, "picture": true, "id3-large": true}
	for rule, file := range map[string][]byte{
		"":           good,
		"channels":   patch(good, bytes.Index(good, []byte("chan"))+12, binary.BigEndian, 0x790006),
		"codec":      patch(good, 28, binary.BigEndian, 0x51444d32),
		"no-packets": patch(good, 36, binary.BigEndian, 0),
		"odd-format": load(t, "caf-cut.caf"),
	} {
		probetest.HoldRule(t, caf.Format, rule, file, rule)
		held[rule] = true
	}
	for rule := range caf.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(caf.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

// TestHostile: floods of chunks and tables that claim more than there is.
func TestHostile(t *testing.T) {
	good := load(t, "caf-opus.caf")
	at := bytes.Index(good, []byte("pakt"))
	for name, file := range map[string][]byte{
		"chunks":             append(bytes.Clone(good[:52]), bytes.Repeat([]byte("free\x00\x00\x00\x00\x00\x00\x00\x00"), 100_000)...),
		"a billion packets":  patch(good, at+16, binary.BigEndian, 1<<30),
		"a chunk of 8 EiB":   append(bytes.Clone(good[:52]), "free\x7f\xff\xff\xff\xff\xff\xff\xff"...),
		"frames without end": patch(good, at+20, binary.BigEndian, 1<<30),
	} {
		o := probetest.Probe(probe.New(caf.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 16<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkCAF(b *testing.B) {
	data := load(b, "caf-s16le.caf")
	p := probe.New(caf.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
