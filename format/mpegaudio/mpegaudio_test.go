package mpegaudio_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/mpegaudio"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, mpegaudio.Format, "testdata") }

// FuzzMP3: an answer that does not contradict itself, or a typed error.
func FuzzMP3(f *testing.F) { probetest.Fuzz(f, mpegaudio.Format, generated+"mp[23]-*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// id3 is a block of so many bytes in front, whatever it claims.
func id3(claim int, body ...byte) []byte {
	return append([]byte{'I', 'D', '3', 4, 0, 0, byte(claim >> 21 & 127), byte(claim >> 14 & 127), byte(claim >> 7 & 127), byte(claim & 127)}, body...)
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	cbr, xing := load(t, "mp3-cbr.mp3"), load(t, "mp3-xing.mp3")
	damaged := bytes.Clone(cbr)
	copy(damaged[209*6:], "\x00\x00\x00\x00")
	short := bytes.Clone(xing[:208])
	cut := bytes.Clone(xing)
	copy(cut[21+4:], "\x00\x00\x00\x0f") // all fields
	held := map[string]bool{}
	for rule, file := range map[string][]byte{
		"vbr":                 load(t, "mp3-vbr-no-header.mp3"),
		"padding":             append(make([]byte, 100), cbr...),
		elementary.RuleDamage: damaged,
		"few-frames":          append(short, xing[208:212]...),
	} {
		probetest.HoldRule(t, mpegaudio.Format, rule, file, rule)
		held[rule] = true
	}
	if o := probetest.Probe(probe.New(mpegaudio.Format), unsized{probe.NewBytes(cbr)}, probe.Limits{}); probe.RuleOf(o.Err) != elementary.RuleUnknownSize {
		t.Errorf("unknown size: %v", o.Err)
	}
	if o := probetest.Probe(probe.New(mpegaudio.Format), unsized{probe.NewBytes(xing)}, probe.Limits{}); o.Err != nil {
		t.Errorf("unknown size, but a header: %v", o.Err)
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: blocks of a GiB, and floods.
func TestHostile(t *testing.T) {
	cbr := load(t, "mp3-cbr.mp3")
	for name, file := range map[string][]byte{
		"an ID3 block of 256 MiB":  append(id3(1<<28-1), cbr...),
		"blocks":                   append(bytes.Repeat(id3(0), 100_000), cbr...),
		"a block in a block":       append(id3(40, id3(1<<27)...), cbr...),
		"headers alone":            bytes.Repeat([]byte{0xff, 0xfb, 0x50, 0xc0}, 100_000),
		"the shortest frames":      bytes.Repeat(append([]byte{0xff, 0xf3, 0x18, 0xc4}, make([]byte, 20)...), 100_000),
		"zeros":                    make([]byte, 1<<20),
		"a header of 4 GiB frames": append(append(bytes.Clone(load(t, "mp3-xing.mp3")[:29]), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), load(t, "mp3-xing.mp3")[37:]...),
	} {
		o := probetest.Probe(probe.New(mpegaudio.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 16<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkMP3(b *testing.B) {
	data := load(b, "mp3-xing-id3.mp3")
	p := probe.New(mpegaudio.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
