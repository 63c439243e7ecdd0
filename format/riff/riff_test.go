package riff_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/riff"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, riff.WAV, "testdata") }

func chunk(kind string, body []byte) []byte {
	b := append([]byte(kind), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(body)))
	return append(append(b, body...), make([]byte, len(body)&1)...)
}

// pcm is the format of two channels of 16 bits at 44.1 kHz.
var pcm = chunk("fmt ", []byte{1, 0, 2, 0, 0x44, 0xAC, 0, 0, 0x10, 0xB1, 2, 0, 4, 0, 16, 0})

func wav(chunks ...[]byte) []byte {
	return slices.Concat(append([][]byte{[]byte("RIFF\x00\x00\x00\x00WAVE")}, chunks...)...)
}

// TestRules: each gate rule is reached by a file that it is for, and sound files are answered.
func TestRules(t *testing.T) {
	t.Parallel()
	samples := chunk("data", make([]byte, 400))
	long := slices.Concat([]byte("data\xFF\xFF\xFF\xFF"), make([]byte, 400))
	title := chunk("id3 ", []byte("ID3\x03\x00\x00\x00\x00\x00\x0DTIT2\x00\x00\x00\x03\x00\x00\x00Hi"))
	list := chunk("LIST", slices.Concat([]byte("INFO"), chunk("ICMT", []byte("c\x00"))))
	deep := wav(pcm, samples)
	for range 300 {
		deep = append(deep, chunk("LIST", []byte("INFO"))...)
	}
	cases := []struct {
		name     string
		file     []byte
		rule     string
		duration string // of an answered file
	}{
		{"plain", wav(pcm, samples), "", "0.002268"},
		{"unknown length", wav(pcm, long), "", "0.002268"},
		{"length beyond the end", wav(pcm, []byte("data\x00\x00\x10\x00"), make([]byte, 400)), "", "0.002268"},
		{"garbage behind", append(wav(pcm, samples), "\x00\x01\x02\x03\x04\x05\x06\x07\x08"...), "", "0.002268"},
		{"many lists", deep, "", "0.002268"},
		{"ID3 alone: title Hi", wav(pcm, samples, title), "", "0.002268"},
		{"ID3 beside a list: title ", wav(pcm, title, samples, list), "", "0.002268"},
		{"two ID3 chunks", wav(pcm, title, title, samples), "other-tags", ""},
		{"two stretches", wav(pcm, samples, samples), "data-twice", ""},
		{"two formats", wav(pcm, pcm, samples), "odd-format", ""},
		{"samples first", wav(samples, pcm), "odd-format", ""},
		{"no samples", wav(pcm, chunk("data", nil)), "no-sound", ""},
		{"bext", wav(pcm, chunk("bext", make([]byte, 602)), samples), "other-tags", ""},
		{"cue points", wav(pcm, samples, chunk("cue ", make([]byte, 4))), "other-tags", ""},
		{"labels", wav(pcm, samples, chunk("LIST", []byte("adtl"))), "other-tags", ""},
		{"a damaged list", wav(pcm, chunk("LIST", []byte("INFOINAM\xFF\xFF\xFF\x7Fx")), samples), "other-tags", ""},
		{"hidden DTS", wav(pcm, chunk("data", append(make([]byte, 100), 0xFE, 0x7F, 1, 0x80))), "hidden-codec", ""},
		{"MP3", wav(chunk("fmt ", []byte{0x55, 0, 2, 0, 0x44, 0xAC, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}), samples), "codec", ""},
	}
	for _, c := range cases {
		o := probetest.HoldRule(t, riff.WAV, c.name, c.file, c.rule)
		if o.Err == nil && o.Info.Duration.String() != c.duration {
			t.Errorf("%s: lasts %s s, want %s", c.name, o.Info.Duration, c.duration)
		} else if _, title, ok := strings.Cut(c.name, ": title "); ok && o.Info.Metadata["title"] != title {
			t.Errorf("%s: tags %v", c.name, o.Info.Metadata)
		}
	}
}

// TestFlood: chunks without end are refused.
func TestFlood(t *testing.T) {
	t.Parallel()
	file := append(wav(pcm), slices.Repeat(chunk("JUNK", nil), 100_000)...)
	if o := probetest.Probe(probe.New(riff.WAV), probe.NewBytes(file), probe.Limits{}); o.Err == nil || o.Sound() != nil {
		t.Errorf("got %v, %v", o.Err, o.Sound())
	}
}

// FuzzWAV: an answer that does not contradict itself, or a typed error.
func FuzzWAV(f *testing.F) { probetest.Fuzz(f, riff.WAV, "../../testdata/generated/files/wav-*.wav") }

func BenchmarkWAV(b *testing.B) {
	src := probe.NewBytes(wav(pcm, chunk("data", make([]byte, 1<<20))))
	p := probe.New(riff.WAV)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), src); err != nil {
			b.Fatal(err)
		}
	}
}
