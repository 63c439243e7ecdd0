package aiff_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/format/aiff"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, aiff.Format, "testdata") }

func chunk(kind string, body ...byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte(kind), uint32(len(body)))
	return append(append(b, body...), make([]byte, len(body)&1)...)
}

func form(chunks ...[]byte) []byte {
	return append([]byte("FORM\x00\x00\x00\x00AIFF"), slices.Concat(chunks...)...)
}

// TestRules: each gate rule is reached by a file that it is for, and sound files are answered.
func TestRules(t *testing.T) {
	t.Parallel()
	comm := chunk("COMM", 0, 1, 0, 0, 0, 100, 0, 16, 0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0)
	fraction := chunk("COMM", 0, 1, 0, 0, 0, 100, 0, 16, 0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 1)
	endless := chunk("COMM", 0, 1, 0, 0, 0, 100, 0, 16, 0xFF, 0xFF, 0xFA, 0, 0, 0, 0, 0, 0, 0)
	none := chunk("COMM", 0, 1, 0, 0, 0, 0, 0, 16, 0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0)
	ssnd := chunk("SSND", make([]byte, 208)...)
	cases := []struct {
		name, rule string
		file       []byte
	}{
		{"plain", "", form(comm, ssnd)},
		{"unknown chunks", "", form(chunk("XXXX", 1), comm, ssnd, chunk("MARK", 0, 0))},
		{"a chunk of 2^32-1", "", append(form(comm, ssnd), "XXXX\xFF\xFF\xFF\xFFab"...)},
		{"two titles", "other-chunks", form(chunk("NAME", 'a'), chunk("NAME", 'b'), comm, ssnd)},
		{"a layout", "other-chunks", form(comm, chunk("CHAN", make([]byte, 12)...), ssnd)},
		{"a rate with a fraction", "odd-format", form(fraction, ssnd)},
		{"a rate without end", "odd-format", form(endless, ssnd)},
		{"two formats", "odd-format", form(comm, comm, ssnd)},
		{"sound first", "odd-format", form(ssnd, comm)},
		{"an offset", "odd-format", form(comm, chunk("SSND", 0, 0, 0, 4, 0, 0, 0, 0, 1, 2, 3, 4))},
		{"no frames", "no-sound", form(none, ssnd)},
		{"no sound", "no-sound", form(comm)},
	}
	p := probe.New(aiff.Format)
	for _, c := range cases {
		probetest.HoldRule(t, aiff.Format, c.name, c.file, c.rule)
	}
	if o := probetest.Probe(p, probe.NewBytes(append(form(comm), slices.Repeat(chunk("XXXX"), 100_000)...)), probe.Limits{}); o.Err == nil || o.Sound() != nil {
		t.Errorf("a flood of chunks: %v, %v", o.Err, o.Sound())
	}
}

// FuzzAIFF: an answer that does not contradict itself, or a typed error.
func FuzzAIFF(f *testing.F) {
	probetest.Fuzz(f, aiff.Format, "../../testdata/generated/files/aiff-*.aiff")
}
