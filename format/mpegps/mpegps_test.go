package mpegps_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/mpegps"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

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

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, mpegps.Format, "testdata") }

// FuzzPS: an answer that does not contradict itself, or a typed error.
func FuzzPS(f *testing.F) { probetest.Fuzz(f, mpegps.Format, generated+"ps-*") }

var pack = []byte{0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8}

// pes makes a packet with a time, or without one when that is negative.
func pes(id byte, pts int64, payload []byte) []byte {
	b := []byte{0, 0, 1, id, 0, 0, 0x80, 0x80, 5, 0x21 | byte(pts>>29)&0x0e, byte(pts >> 22), byte(pts>>14) | 1, byte(pts >> 7), byte(pts<<1) | 1}
	if pts < 0 {
		b = []byte{0, 0, 1, id, 0, 0, 0x80, 0, 0}
	}
	b = append(b, payload...)
	b[4], b[5] = byte((len(b)-6)>>8), byte(len(b)-6)
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// mp2 is a frame of MPEG audio, layer II, 64 kbit/s, 48 kHz.
var mp2 = append([]byte{0xff, 0xfd, 0x44, 0xc0}, make([]byte, 188)...)

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good := join(pack, pes(0xc0, 9000, join(mp2, mp2)), pes(0xc0, 13320, mp2))
	probetest.HoldRule(t, mpegps.Format, "good", good, "")
	m2v := load(t, "es-mpeg2.m2v")
	padding := bytes.Repeat(pes(0xbe, -1, make([]byte, 2000)), 200)
	held := map[string]bool{"unknown-size": true}
	for rule, file := range map[string][]byte{
		"codec":        join(pack, pes(0xbd, 9000, []byte{0xa0, 1, 0, 0, 0, 0})),
		"first-frame":  join(pack, pes(0xc0, 9000, make([]byte, 500)), pes(0xc0, 13320, mp2)),
		"frame-rate":   join(pack, pes(0xe0, 9000, m2v[:5000]), pes(0xe0, 900_000, m2v[5000:]), pes(0xe0, 910_000, m2v)),
		"late-streams": join(pack, pes(0xe0, 9000, m2v[:12])),
		"no-end":       join(good, padding),
		"no-streams":   join(pack, padding),
		"timestamps":   join(pack, pes(0xc0, -1, mp2)),
	} {
		probetest.HoldRule(t, mpegps.Format, rule, file, rule)
		held[rule] = true
	}
	for rule := range mpegps.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(mpegps.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

// TestHostile: floods of packs, packets and start codes.
func TestHostile(t *testing.T) {
	var many [][]byte
	for id := range 32 {
		many = append(many, pes(0xc0+byte(id), 9000, join(mp2, mp2)))
	}
	for name, file := range map[string][]byte{
		"packs":        bytes.Repeat(pack, 40_000),
		"empty":        join(pack, bytes.Repeat([]byte{0, 0, 1, 0xc0, 0, 0}, 100_000)),
		"start codes":  join(pack, bytes.Repeat([]byte{0, 0, 1}, 200_000)),
		"many streams": join(pack, join(many...)),
		"times":        join(pack, pes(0xc0, 1<<33-1, join(mp2, mp2)), pes(0xc0, 0, mp2), pes(0xc0, 1<<32, mp2)),
	} {
		o := probetest.Probe(probe.New(mpegps.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 32<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkPS(b *testing.B) {
	data := load(b, "ps-mpeg2-mp2.mpg")
	p := probe.New(mpegps.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
