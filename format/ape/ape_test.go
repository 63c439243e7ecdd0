package ape_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/ape"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, ape.Format, "testdata") }

// FuzzAPE: an answer that does not contradict itself, or a typed error.
func FuzzAPE(f *testing.F) { probetest.Fuzz(f, ape.Format, generated+"ape-*") }

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

// tag makes an APEv2 tag of one item.
func tag(flags uint32, key, value string, claim uint32) []byte {
	item := binary.LittleEndian.AppendUint32(nil, uint32(len(value)))
	item = append(append(append(binary.LittleEndian.AppendUint32(item, flags), key...), 0), value...)
	if claim == 0 {
		claim = uint32(len(item)) + 32
	}
	f := append([]byte("APETAGEX"), 0xd0, 7, 0, 0)
	f = binary.LittleEndian.AppendUint32(f, claim)
	f = append(binary.LittleEndian.AppendUint32(f, 1), make([]byte, 12)...)
	return append(item, f...)
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good := load(t, "ape-plain.ape")
	held := map[string]bool{"unknown-size": true, "picture": true, "id3-large": true}
	for rule, file := range map[string][]byte{
		"":            append(bytes.Clone(good), tag(0, "Title", "x", 0)...),
		"ape-binary":  append(bytes.Clone(good), tag(2, "Cover Art (Front)", "x", 0)...),
		"ape-large":   append(append(bytes.Clone(good), make([]byte, 300<<10)...), tag(0, "Title", "x", 290<<10)...),
		"odd-format":  patch(good, 64, binary.LittleEndian, 0),
		"old-version": patch(good, 4, binary.LittleEndian, 3950),
	} {
		probetest.HoldRule(t, ape.Format, rule, file, rule)
		held[rule] = true
	}
	for rule := range ape.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(ape.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

func BenchmarkAPE(b *testing.B) {
	data := load(b, "ape-plain.ape")
	p := probe.New(ape.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
