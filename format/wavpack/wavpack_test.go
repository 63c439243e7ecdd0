package wavpack_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/wavpack"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, wavpack.Format, "testdata") }

// FuzzWavPack: an answer that does not contradict itself, or a typed error.
func FuzzWavPack(f *testing.F) { probetest.Fuzz(f, wavpack.Format, generated+"wavpack-*") }

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
	good := load(t, "wavpack-s16.wv")
	held := map[string]bool{"unknown-size": true, "picture": true, "id3-large": true}
	for rule, file := range map[string][]byte{
		"":           append(bytes.Clone(good), tag(0, "Title", "x", 0)...),
		"ape-binary": append(bytes.Clone(good), tag(2, "Cover Art (Front)", "x", 0)...),
		"ape-large":  append(append(bytes.Clone(good), make([]byte, 300<<10)...), tag(0, "Title", "x", 290<<10)...),
		"channels":   patch(good, 24, binary.LittleEndian, binary.LittleEndian.Uint32(good[24:])&^(1<<12)),
		"dsd":        patch(good, 24, binary.LittleEndian, 1<<31),
		"no-length":  patch(good, 12, binary.LittleEndian, 0xffffffff),
		"odd-format": patch(good, 24, binary.LittleEndian, binary.LittleEndian.Uint32(good[24:])|15<<23),
	} {
		probetest.HoldRule(t, wavpack.Format, rule, file, rule)
		held[rule] = true
	}
	shifted := patch(good, 24, binary.LittleEndian, binary.LittleEndian.Uint32(good[24:])|31<<13)
	probetest.HoldRule(t, wavpack.Format, "samples shifted away", shifted, "odd-format")
	for rule := range wavpack.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(wavpack.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

func BenchmarkWavPack(b *testing.B) {
	data := load(b, "wavpack-s16.wv")
	p := probe.New(wavpack.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
