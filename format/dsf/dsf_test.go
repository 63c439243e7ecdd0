package dsf_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/dsf"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, dsf.Format, "testdata") }

// FuzzDSF: an answer that does not contradict itself, or a typed error.
func FuzzDSF(f *testing.F) { probetest.Fuzz(f, dsf.Format, generated+"dsf-*") }

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
	good, tagged := load(t, "dsf-stereo.dsf"), load(t, "dsf-tags.dsf")
	id3 := bytes.Index(tagged, []byte("ID3"))
	picture := append([]byte("ID3\x03\x00\x00\x00\x00\x00\x2aAPIC\x00\x00\x00\x20\x00\x00\x00image/png\x00\x03\x00"), bytes.Repeat([]byte{0xff}, 20)...)
	held := map[string]bool{"unknown-size": true, "id3-large": true}
	for rule, file := range map[string][]byte{
		"":            good,
		"picture":     append(bytes.Clone(tagged[:id3]), picture...),
		"first-frame": good[:92],
		"odd-format":  patch(good, 28+24, 9),
	} {
		probetest.HoldRule(t, dsf.Format, rule, file, rule)
		held[rule] = true
	}
	for rule := range dsf.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(dsf.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: what is not a header, and tags where there are none.
func TestHostile(t *testing.T) {
	good := load(t, "dsf-stereo.dsf")
	ones := bytes.Repeat([]byte{0xff}, 8)
	for name, file := range map[string][]byte{
		"a tag at 2^64":           patch(good, 20, ones...),
		"a tag within the header": patch(good, 20, 30, 0, 0, 0, 0, 0, 0, 0),
		"2^32 channels":           patch(good, 28+24, ones[:4]...),
		"a rate of 2^32":          patch(good, 28+28, ones[:4]...),
		"a rate of none":          patch(good, 28+28, 0, 0, 0, 0),
		"a header alone":          good[:40],
	} {
		o := probetest.Probe(probe.New(dsf.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 1<<20 {
			t.Errorf("%s: %d KiB allocated", name, o.Allocated>>10)
		}
	}
}

func BenchmarkDSF(b *testing.B) {
	data := load(b, "dsf-stereo.dsf")
	p := probe.New(dsf.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
