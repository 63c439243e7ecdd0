package mpegts_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/format/mpegts"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) { probetest.Run(t, mpegts.Format, "testdata") }

// FuzzTS: an answer that does not contradict itself, or a typed error.
func FuzzTS(f *testing.F) { probetest.Fuzz(f, mpegts.Format, generated+"ts-*s") }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// packet makes a transport packet with a payload that is padded by the adaptation field.
func packet(pid int, start bool, payload []byte) []byte {
	p := make([]byte, 188)
	p[0], p[1], p[2], p[3] = 0x47, byte(pid>>8), byte(pid), 0x10
	if start {
		p[1] |= 0x40
	}
	if room := 184 - len(payload); room > 0 {
		p[3] = 0x30
		p[4] = byte(room - 1)
		if room > 1 {
			p[5] = 0
			for i := 6; i < 4+room; i++ {
				p[i] = 0xff
			}
		}
	}
	copy(p[188-len(payload):], payload)
	return p
}

func crc(b []byte) uint32 {
	c := uint32(0xffffffff)
	for _, x := range b {
		c ^= uint32(x) << 24
		for range 8 {
			if c>>31 == 1 {
				c = c<<1 ^ 0x04c11db7
			} else {
				c <<= 1
			}
		}
	}
	return c
}

// section makes a packet of a long section.
func section(pid int, table byte, id int, content ...byte) []byte {
	s := []byte{table, 0xb0, byte(len(content) + 9), byte(id >> 8), byte(id), 0xc1, 0, 0}
	s = append(s, content...)
	s = binary.BigEndian.AppendUint32(s, crc(s))
	p := append([]byte{0}, s...)
	for len(p) < 184 {
		p = append(p, 0xff)
	}
	return packet(pid, true, p)
}

// pes makes the packets of a PES packet with a presentation time.
func pes(pid int, pts int64, payload []byte) []byte {
	b := []byte{0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5,
		0x21 | byte(pts>>29)&0x0e, byte(pts >> 22), byte(pts>>14) | 1, byte(pts >> 7), byte(pts<<1) | 1}
	if pts < 0 {
		b = []byte{0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0}
	}
	b = append(b, payload...)
	var out []byte
	for first := true; len(b) > 0 || first; first = false {
		n := min(len(b), 184)
		out = append(out, packet(pid, first, b[:n])...)
		b = b[n:]
	}
	return out
}

func pmt(entries ...byte) []byte {
	return section(0x100, 2, 1, append([]byte{0xe1, 0x01, 0xf0, 0}, entries...)...)
}

var (
	pat  = section(0, 0, 1, 0, 1, 0xe1, 0)
	null = bytes.Repeat(packet(0x1fff, false, nil), 4)
)

// mp3 is a frame of MPEG audio of 64 kbit/s, 44.1 kHz.
func mp3(rate byte) []byte {
	size := map[byte]int{0x50: 208, 0x90: 417}[rate]
	return append([]byte{0xff, 0xfb, rate, 0xc0}, make([]byte, size-4)...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func sound(parts ...[]byte) []byte {
	return join(append([][]byte{pat, pmt(3, 0xe1, 0x01, 0xf0, 0)}, parts...)...)
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	real := load(t, generated+"ts-h264-aac.ts")
	two := join(mp3(0x50), mp3(0x50))
	scrambled := bytes.Clone(real)
	for i := 188 * 4; i < len(scrambled); i += 188 {
		scrambled[i+3] |= 0x80
	}
	damaged := bytes.Clone(real)
	damaged[188*60] = 0
	far := sound(pes(0x101, 9000, two), pes(0x101, 12000, two), bytes.Repeat(packet(0x1fff, false, nil), 2000))
	uneven := load(t, generated+"ts-klv-none.ts")
	first := map[string][]byte{
		"no-tables":      null,
		"resync":         damaged,
		"scrambled":      scrambled,
		"codec":          join(pat, pmt(0xea, 0xe1, 0x01, 0xf0, 0), null),
		"private-stream": join(pat, pmt(0x06, 0xe1, 0x01, 0xf0, 0), null),
		"late-streams":   join(pat, pmt(0x1b, 0xe1, 0x01, 0xf0, 0), null),
		"table-change":   join(pat, pmt(3, 0xe1, 0x01, 0xf0, 0), pmt(4, 0xe1, 0x01, 0xf0, 0), null),
		"odd-tables":     join(pat, pmt(3, 0xe1, 0x00, 0xf0, 0), null),
		"first-frame":    sound(pes(0x101, 9000, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9}), pes(0x101, 12000, two), null),
		"timestamps":     join(pat, pmt(0x1b, 0xe1, 0x01, 0xf0, 0), pes(0x101, -1, []byte{0, 0, 1, 9, 0xf0}), pes(0x101, 9000, nil), null),
		"access-units":   join(pat, pmt(0x1b, 0xe1, 0x01, 0xf0, 0), pes(0x101, 9000, []byte{0, 0, 1, 9, 0xf0}), pes(0x101, 9000, nil), null),
		"vbr":            sound(pes(0x101, 9000, two), pes(0x101, 12000, mp3(0x90)), pes(0x101, 15000, two)),
		"no-end":         far,
		"guide":          join(section(0, 0, 1, 0, 0, 0xe0, 0x10, 0, 1, 0xf0, 0), real[188*2:], bytes.Repeat(packet(0x1fff, false, nil), 4000)),
		"frame-rate":     join(uneven, bytes.Repeat(packet(0x1fff, false, nil), 4000)),
	}
	for rule, file := range first {
		probetest.HoldRule(t, mpegts.Format, rule, file, rule)
	}
	held := map[string]bool{"unknown-size": true}
	for rule := range first {
		held[rule] = true
	}
	for rule := range mpegts.Rules() { // those of AAC and DTS are the codecs' to show
		if !held[rule] && rule[:3] != "aac" && rule[:3] != "dts" {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(mpegts.Format), unsized{probe.NewBytes(real)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: tables in circles, streams without a clock, floods.
func TestHostile(t *testing.T) {
	many := []byte{}
	for n := range 40 {
		many = append(many, 0, byte(n+1), 0xe1, byte(n))
	}
	var flood [][]byte
	for range 3000 {
		flood = append(flood, pat, pmt(3, 0xe1, 0x01, 0xf0, 0))
	}
	for name, file := range map[string][]byte{
		"a map in the table of programs": join(section(0, 0, 1, 0, 1, 0xe0, 0), null),
		"a map that names itself":        join(pat, pmt(3, 0xe1, 0x00, 0xf0, 0), null),
		"programs with one map":          join(section(0, 0, 1, many...), pmt(3, 0xe1, 0x01, 0xf0, 0), null),
		"tables alone":                   join(flood...),
		"empty packets":                  sound(bytes.Repeat(packet(0x101, true, nil), 4000)),
		"starts alone":                   sound(bytes.Repeat(pes(0x101, 9000, nil), 4000)),
		"a packet without end":           sound(pes(0x101, 9000, bytes.Repeat(mp3(0x50), 4000))),
		"times at random":                sound(pes(0x101, 9000, join(mp3(0x50), mp3(0x50))), pes(0x101, 1<<33-1, mp3(0x50)), pes(0x101, 1<<32, mp3(0x50)), pes(0x101, 0, mp3(0x50))),
		"a section of 4 KiB and more":    join(packet(0, true, bytes.Repeat([]byte{0, 0xff, 0xff}, 60)), bytes.Repeat(packet(0, false, make([]byte, 184)), 4000)),
	} {
		o := probetest.Probe(probe.New(mpegts.Format), probe.NewBytes(file), probe.Limits{})
		if err := o.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Allocated > 32<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
		t.Logf("%s: %v", name, o.Err)
	}
}

// TestWrap: times that start over between the head and the tail go on.
func TestWrap(t *testing.T) {
	two := join(mp3(0x50), mp3(0x50))
	start := int64(1)<<33 - 61*90000
	file := sound(pes(0x101, start, two), pes(0x101, start+4702, two), pes(0x101, 61*90000, two))
	o := probetest.Probe(probe.New(mpegts.Format), probe.NewBytes(file), probe.Limits{})
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	if got := o.Info.Duration.String(); got != "122.026122" {
		t.Errorf("duration %s", got)
	}
}

func BenchmarkTS(b *testing.B) {
	data := load(b, generated+"ts-h264-aac.ts")
	p := probe.New(mpegts.Format)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
