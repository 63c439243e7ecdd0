package riff_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/riff"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGoldenAVI: what every format must survive.
func TestGoldenAVI(t *testing.T) { probetest.Run(t, riff.AVI, "testdata/avi") }

// FuzzAVI: an answer that does not contradict itself, or a typed error.
func FuzzAVI(f *testing.F) { probetest.Fuzz(f, riff.AVI, generated+"avi-*") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRulesAVI: the gate rules of AVI refuse something, by their names.
func TestRulesAVI(t *testing.T) {
	good := load(t, "avi-mpeg4-mp3.avi")
	other := bytes.Clone(good)
	at := bytes.Index(other, []byte("FMP4\x00"))
	copy(other[at:], "cvid")
	at = bytes.Index(other[at-64:], []byte("FMP4")) + at - 64
	strf := bytes.Index(good, []byte("strf"))
	for bytes.Contains(other[strf:strf+60], []byte("FMP4")) {
		copy(other[strf+bytes.Index(other[strf:], []byte("FMP4")):], "cvid")
	}
	odd := bytes.Clone(good)
	strh := bytes.Index(odd, []byte("strh"))
	binary.LittleEndian.PutUint32(odd[strh+8+20:], 0) // a tick of no length
	index := bytes.Clone(good)
	junk := bytes.Index(index, []byte("JUNK"))
	copy(index[junk:], "indx")
	binary.LittleEndian.PutUint32(index[junk+4:], 1<<20)
	late := bytes.Clone(good)
	movi := bytes.Index(late, []byte("movi"))
	far := chunk("JUNK", make([]byte, 300<<10))
	binary.LittleEndian.PutUint32(late[movi-4:], binary.LittleEndian.Uint32(late[movi-4:])+uint32(len(far)))
	late = append(append(append([]byte{}, late[:movi+4]...), far...), late[movi+4:]...)
	for rule, file := range map[string][]byte{
		"":            good,
		"codec":       other,
		"cut-off":     load(t, "avi-cut.avi"),
		"no-duration": load(t, "avi-pcm-only.avi"),
		"odd-format":  odd,
		"index":       index,
		"late-data":   late,
	} {
		probetest.HoldRule(t, riff.AVI, rule, file, rule)
	}
}

// TestHostileAVI: floods and index bombs.
func TestHostileAVI(t *testing.T) {
	good := load(t, "avi-mpeg4-mp3.avi")
	hdrl := bytes.Index(good, []byte("LIST"))
	size := int(binary.LittleEndian.Uint32(good[hdrl+4:]))
	head := good[:hdrl+8+size]
	streams := []byte("RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\x7fhdrl")
	for range 5000 {
		streams = append(streams, "LIST\x04\x00\x00\x00strl"...)
	}
	bomb := append(bytes.Clone(head), chunk("LIST", append([]byte("movi"), bytes.Repeat(chunk("00dc", nil), 20_000)...))...)
	index := append(bytes.Clone(good), chunk("idx1", bytes.Repeat([]byte("00dc\x10\x00\x00\x00\x04\x00\x00\x00\xff\xff\xff\xff"), 10_000))...)
	for name, file := range map[string][]byte{
		"streams":             streams,
		"empty chunks":        bomb,
		"groups in groups":    append(bytes.Clone(head), chunk("LIST", append([]byte("movi"), bytes.Repeat([]byte("LIST\xff\xff\xff\x7frec "), 20_000)...))...),
		"an index of 4 GiB":   index,
		"a list of no bytes":  append(bytes.Clone(good[:12]), append([]byte("LIST\x02\x00\x00\x00INFO"), good[12:]...)...),
		"chunks of no length": append(bytes.Clone(head[:12]), bytes.Repeat([]byte("JUNK\x00\x00\x00\x00"), 100_000)...),
	} {
		o := probetest.Probe(probe.New(riff.AVI), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 16<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkAVI(b *testing.B) {
	data := load(b, "avi-mpeg4-mp3.avi")
	p := probe.New(riff.AVI)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
