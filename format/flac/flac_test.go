package flac_test

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/format/flac"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile("../../testdata/generated/files/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, flac.Format, "testdata") }

// block makes a metadata block.
func block(kind byte, body []byte) []byte {
	n := len(body)
	return append([]byte{kind, byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

// comments makes the body of a comment block that counts n.
func comments(n uint32, list ...string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0)
	b = binary.LittleEndian.AppendUint32(b, n)
	for _, c := range list {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(c))), c...)
	}
	return b
}

// TestRules: each gate rule is reached by a file that it is for, and sound files are answered.
func TestRules(t *testing.T) {
	t.Parallel()
	good := sample(t, "flac-44100.flac")
	info, frames := good[8:42], good[8000:]
	unstated := slices.Clone(info)
	copy(unstated[13:18], []byte{unstated[13] & 0xF0, 0, 0, 0, 0})
	file := func(blocks ...[]byte) []byte {
		return slices.Concat([]byte("fLaC"), block(0, info), slices.Concat(blocks...), block(0x81, make([]byte, 10)), frames)
	}
	cases := []struct {
		name, rule, tag string
		file            []byte
	}{
		{"plain", "", "", file()},
		{"behind ID3", "", "a", append([]byte("ID3\x03\x00\x00\x00\x00\x00\x0DTIT2\x00\x00\x00\x03\x00\x00\x00Hi"), file(block(4, comments(1, "title=a")))...)},
		{"behind ID3, no comments", "id3", "", append([]byte("ID3\x03\x00\x00\x00\x00\x00\x0DTIT2\x00\x00\x00\x03\x00\x00\x00Hi"), file()...)},
		{"behind 90,000 bytes of ID3", "", "", slices.Concat([]byte("ID3\x03\x00\x00\x00\x05\x3F\x10"), make([]byte, 5<<14|0x3F<<7|0x10), file())},
		{"joined", "", "a;b", file(block(4, comments(2, "Title=a", "TITLE=b")))},
		{"2^32-1 comments", "comments", "", file(block(4, comments(1<<32-1, "title=a")))},
		{"two comment blocks", "comments", "", file(block(4, comments(0)), block(4, comments(0)))},
		{"chapters", "comments", "", file(block(4, comments(1, "CHAPTER001=00:00:00.000")))},
		{"picture", "picture", "", file(block(6, make([]byte, 40)))},
		{"cue sheet", "cue-sheet", "", file(block(5, make([]byte, 40)))},
		{"no length", "unknown-length", "", slices.Concat([]byte("fLaC"), block(0x80, unstated), frames)},
		{"no frames", "no-frames", "", slices.Concat([]byte("fLaC"), block(0x80, info))},
	}
	for _, c := range cases {
		o := probetest.HoldRule(t, flac.Format, c.name, c.file, c.rule)
		if c.tag != "" && o.Err == nil && o.Info.Metadata.Lookup("title") != c.tag {
			t.Errorf("%s: tags %v", c.name, o.Info.Metadata)
		}
	}
}

// FuzzFLAC: an answer that does not contradict itself, or a typed error.
func FuzzFLAC(f *testing.F) {
	probetest.Fuzz(f, flac.Format, "../../testdata/generated/files/flac-*.flac")
}

func BenchmarkFLAC(b *testing.B) {
	src := probe.NewBytes(sample(b, "flac-44100.flac"))
	p := probe.New(flac.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), src); err != nil {
			b.Fatal(err)
		}
	}
}
