package asf_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/asf"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, asf.Format, "testdata") }

// FuzzASF: an answer that does not contradict itself, or a typed error.
func FuzzASF(f *testing.F) { probetest.Fuzz(f, asf.Format, generated+"asf-*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// insert puts an object at the front of a header.
func insert(file []byte, guid string, body []byte) []byte {
	o := append([]byte(guid), 0, 0, 0, 0, 0, 0, 0, 0)
	o = append(o, body...)
	binary.LittleEndian.PutUint64(o[16:], uint64(len(o)))
	out := append(append(append([]byte{}, file[:30]...), o...), file[30:]...)
	binary.LittleEndian.PutUint64(out[16:], binary.LittleEndian.Uint64(out[16:])+uint64(len(o)))
	size := bytes.Index(out, []byte(fileObject)) + 24 + 16
	binary.LittleEndian.PutUint64(out[size:], uint64(len(out)))
	return out
}

const (
	fileObject   = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"
	streamObject = "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
	encryption   = "\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e"
	marker       = "\x01\xcd\x87\xf4\x51\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
	extension    = "\xb5\x03\xbf\x5f\x2e\xa9\xcf\x11\x8e\xe3\x00\xc0\x0c\x20\x53\x65"
)

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	good := load(t, "asf-wmav2.wma")
	patch := func(file []byte, off int, v uint16) []byte {
		b := bytes.Clone(file)
		binary.LittleEndian.PutUint16(b[off:], v)
		return b
	}
	props := bytes.Index(good, []byte(fileObject)) + 24
	spoken := load(t, "asf-language.wma")
	german := bytes.Replace(spoken, []byte("e\x00n\x00"), []byte("d\x00e\x00"), -1)
	uneven := load(t, "asf-wmv1.wmv")
	header := int(binary.LittleEndian.Uint64(uneven[16:]))
	empty := append(append([]byte{}, uneven[:header+50]...), make([]byte, 3200*300)...)
	binary.LittleEndian.PutUint64(empty[bytes.Index(empty, []byte(fileObject))+40:], uint64(len(empty)))
	long := bytes.Clone(good)
	binary.LittleEndian.PutUint64(long[16:], 1<<20)
	mp3 := load(t, "asf-mp3.wma")
	damaged := bytes.Clone(mp3)
	for i := range 4000 {
		if damaged[i] == 0xff && damaged[i+1]&0xe0 == 0xe0 {
			damaged[i+1] = 0
		}
	}
	held := map[string]bool{"unknown-size": true, "frame-rate": true}
	for rule, file := range map[string][]byte{
		"":              good,
		"codec":         patch(good, bytes.Index(good, []byte(streamObject))+24+54, 0x75),
		"cut-off":       load(t, "asf-cut.wma"),
		"encrypted":     insert(good, encryption, make([]byte, 16)),
		"first-frame":   damaged,
		"languages":     german,
		"late-data":     empty,
		"long-header":   long,
		"odd-format":    patch(good, props+68, 0),
		"other-objects": insert(good, marker, make([]byte, 30)),
	} {
		probetest.HoldRule(t, asf.Format, rule, file, rule)
		held[rule] = true
	}
	for rule := range asf.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(asf.Format), unsized{probe.NewBytes(good)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: objects in objects, floods and payloads beyond their packets.
func TestHostile(t *testing.T) {
	good := load(t, "asf-wmv2.wmv")
	nested := []byte{}
	for range 2000 {
		nested = append(append(append([]byte(extension), 0, 0, 0, 0, 0, 0, 0, 0), make([]byte, 18)...), append([]byte{0, 0, 0, 0}, nested...)...)
		binary.LittleEndian.PutUint64(nested[16:], uint64(len(nested)))
		binary.LittleEndian.PutUint32(nested[42:], uint32(len(nested)-46))
		if len(nested) > 100_000 {
			break
		}
	}
	header := int(binary.LittleEndian.Uint64(good[16:]))
	noise := bytes.Clone(good)
	for i := header + 50; i < len(noise); i++ {
		noise[i] = byte(i * 7)
	}
	for name, file := range map[string][]byte{
		"objects in objects": insert(good, extension, append(append(make([]byte, 18), byte(len(nested)), byte(len(nested)>>8), byte(len(nested)>>16), 0), nested...)),
		"empty objects":      insert(good, marker[:15]+"x", bytes.Repeat([]byte("0123456789abcdef\x18\x00\x00\x00\x00\x00\x00\x00"), 1000)),
		"noise":              noise,
	} {
		o := probetest.Probe(probe.New(asf.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 16<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkASF(b *testing.B) {
	data := load(b, "asf-wmav2.wma")
	p := probe.New(asf.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
