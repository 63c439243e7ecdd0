package mpc_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/mpc"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden7(t *testing.T) { probetest.Run(t, mpc.SV7, "testdata/sv7") }
func TestGolden8(t *testing.T) { probetest.Run(t, mpc.SV8, "testdata/sv8") }

// FuzzMPC7, FuzzMPC8: an answer that does not contradict itself, or a typed error.
func FuzzMPC7(f *testing.F) { probetest.Fuzz(f, mpc.SV7, generated+"mpc-sv7*") }
func FuzzMPC8(f *testing.F) { probetest.Fuzz(f, mpc.SV8, generated+"mpc-sv8*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func patch(file []byte, at int, value ...byte) []byte {
	b := bytes.Clone(file)
	copy(b[at:], value)
	return b
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good, tagged := load(t, "mpc-sv8.mpc"), load(t, "mpc-sv8-tags.mpc")
	tag := bytes.Index(tagged, []byte("APETAGEX"))
	binary := bytes.Index(tagged, []byte("Title")) - 4
	held := map[string]bool{"unknown-size": true}
	for rule, file := range map[string][]byte{
		"":            good,
		"ape-binary":  patch(tagged, binary, 2),
		"ape-large":   append(patch(tagged, tag+12, 0, 0, 8)[:tag], append(make([]byte, 1<<20), patch(tagged, tag+12, 0, 0, 8)[tag:]...)...),
		"late-header": patch(good, 4, 'X'),
		"no-length":   load(t, "mpc-sv8-empty.mpc"),
		"odd-format":  patch(good, 7, 0, 0, 0, 0),
	} {
		probetest.HoldRule(t, mpc.SV8, rule, file, rule)
		held[rule] = true
	}
	for rule := range mpc.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	probetest.HoldRule(t, mpc.SV7, "no frames", load(t, "mpc-sv7-none.mpc"), "no-length")
	for _, f := range []probe.Format{mpc.SV7, mpc.SV8} {
		file := load(t, map[string]string{"mpc": "mpc-sv7.mpc", "mpc8": "mpc-sv8.mpc"}[f.Name])
		if o := probetest.Probe(probe.New(f), unsized{probe.NewBytes(file)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
			t.Errorf("%s, unknown size: %v", f.Name, o.Err)
		}
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: packets that do not end, and floods of them.
func TestHostile(t *testing.T) {
	good := load(t, "mpc-sv8.mpc")
	for name, file := range map[string][]byte{
		"packets of no bytes":     append([]byte("MPCK"), bytes.Repeat([]byte("AP\x00"), 2000)...),
		"small packets":           append([]byte("MPCK"), bytes.Repeat([]byte("AP\x03"), 2000)...),
		"a length without an end": append([]byte("MPCKSH"), bytes.Repeat([]byte{0xff}, 2000)...),
		"2^56 samples":            patch(good, 12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0),
		"a header alone":          good[:16],
	} {
		o := probetest.Probe(probe.New(mpc.SV8), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Err == nil && name != "2^56 samples" {
			t.Errorf("%s: answered", name)
		}
		if o.Allocated > 1<<20 {
			t.Errorf("%s: %d KiB allocated", name, o.Allocated>>10)
		}
	}
}

func BenchmarkMPC(b *testing.B) {
	data := load(b, "mpc-sv8-tags.mpc")
	p := probe.New(mpc.SV8)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
