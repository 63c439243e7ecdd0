package flv_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/format/flv"
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
func TestGolden(t *testing.T) { probetest.Run(t, flv.Format, "testdata") }

// tag makes a tag with the length after it.
func tag(kind byte, ms int, body ...byte) []byte {
	n := len(body)
	b := []byte{kind, byte(n >> 16), byte(n >> 8), byte(n), byte(ms >> 16), byte(ms >> 8), byte(ms), byte(ms >> 24), 0, 0, 0}
	b = append(b, body...)
	n += 11
	return append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func header(flags byte) []byte { return []byte{'F', 'L', 'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0} }

// g711 is a packet of A-law at 8 kHz.
func g711(ms int) []byte { return tag(8, ms, 0x72, 1, 2, 3) }

// TestRules: each gate rule of the container is reached by a file that it is for.
func TestRules(t *testing.T) {
	t.Parallel()
	nested := []byte{2, 0, 10}
	nested = append(nested, "onMetaData"...)
	for range 1000 {
		nested = append(nested, 3, 0, 1, 'a')
	}
	event := append([]byte{2, 0, 3}, "abc"...)
	cases := []struct {
		name string
		file []byte
		rule string // "": answered
	}{
		{"sound", slices.Concat(header(4), g711(0), g711(20)), ""},
		{"nested values", slices.Concat(header(4), tag(18, 0, nested...), g711(0), g711(20)), ""},
		{"an array of 2^32-1", slices.Concat(header(4), tag(18, 0, append(nested[:13:13], 10, 255, 255, 255, 255)...), g711(0), g711(20)), ""},
		{"another event", slices.Concat(header(4), tag(18, 0, event...), g711(0)), "data-tags"},
		{"encrypted", slices.Concat(header(4), tag(8|0x20, 0, 1, 2, 3)), "codec"},
		{"another codec", slices.Concat(header(4), g711(0), tag(8, 20, 0x82, 1)), "codec-change"},
		{"back in time", slices.Concat(header(4), g711(40), g711(20)), "timestamps"},
		{"one tag at 0", slices.Concat(header(4), g711(0)), "no-duration"},
		{"extended header", slices.Concat(header(1), tag(9, 0, 0x90, 'h', 'v', 'c', '1')), "codec"},
		{"pictures before their configuration", slices.Concat(header(1), tag(9, 0, 0x17, 1, 0, 0, 0, 1)), "first-frame"},
		{"a screen of nothing", slices.Concat(header(1), tag(9, 0, 0x13, 0, 0, 0, 0)), "first-frame"},
	}
	for _, c := range cases {
		probetest.HoldRule(t, flv.Format, c.name, c.file, c.rule)
	}
}

// TestFlood: a file of empty tags ends at a limit, not in minutes.
func TestFlood(t *testing.T) {
	t.Parallel()
	file := slices.Concat(header(5), slices.Repeat(tag(8, 0), 500_000))
	_, err := probe.New(flv.Format).Probe(t.Context(), probe.NewBytes(file))
	if rule := probe.RuleOf(err); rule != "long-scan" {
		t.Errorf("got %v", err)
	}
}

// TestSniff: other signatures are refused with a reason.
func TestSniff(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"", "FLV", "FLX\x01\x05\x00\x00\x00\x09", "FLV\x07\x05\x00\x00\x00\x09"} {
		if flv.Format.Sniff([]byte(head)) == nil {
			t.Errorf("%q is taken", head)
		}
	}
}

// TestLimit: a limit that is reached is told as such.
func TestLimit(t *testing.T) {
	t.Parallel()
	_, err := probe.New(flv.Format).WithLimits(probe.Limits{MaxBytes: 5000}).Probe(t.Context(), probe.NewBytes(sample(t, "flv-h264-aac.flv")))
	if !errors.Is(err, probe.Limit) {
		t.Errorf("got %v", err)
	}
}

// FuzzFLV: an answer that does not contradict itself, or a typed error.
func FuzzFLV(f *testing.F) { probetest.Fuzz(f, flv.Format, "../../testdata/generated/files/flv-*.flv") }

func BenchmarkFLV(b *testing.B) {
	src := probe.NewBytes(sample(b, "flv-h264-aac.flv"))
	p := probe.New(flv.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), src); err != nil {
			b.Fatal(err)
		}
	}
}
