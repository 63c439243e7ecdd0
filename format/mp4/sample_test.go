package mp4

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/synth"
)

// TestSampled: of many fragments without an index the first and the last tell the same as all.
func TestSampled(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"frag-default-base.mp4", "frag-delay-moov.mp4", "frag-duration.mp4", "frag-opus.mp4", "frag-flac.mp4", "frag-ac3.mp4"} {
		small, err := os.ReadFile("../../testdata/generated/files/" + name)
		if err != nil {
			t.Fatal(name, err)
		}
		read := func(index string) *media.Info {
			f, err := synth.Fragments(small, 60, 64<<10, index)
			if err != nil {
				t.Fatal(name, err)
			}
			info, err := probe.New(Format).Probe(t.Context(), f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return info
		}
		all, some := read(synth.RandomAc), read(synth.NoIndex)
		if all.Duration != some.Duration || all.Start != some.Start {
			t.Errorf("%s: %s from %s, want %s from %s", name, some.Duration, some.Start, all.Duration, all.Start)
		}
		for i := range all.Tracks {
			a, b := &all.Tracks[i], &some.Tracks[i]
			if b.BitRateProvenance != media.Derived || abs(a.BitRate-b.BitRate) > a.BitRate/50 {
				t.Errorf("%s: track %d at %d bit/s (%q), want %d", name, i, b.BitRate, b.BitRateProvenance, a.BitRate)
			}
			if a.Start != b.Start || a.Duration != b.Duration {
				t.Errorf("%s: track %d lasts %s from %s, want %s from %s", name, i, b.Duration, b.Start, a.Duration, a.Start)
			}
			if v := b.Video; v != nil && (v.FrameRate != a.Video.FrameRate || v.AverageFrameRate != a.Video.AverageFrameRate || v.FrameRateMode != "") {
				t.Errorf("%s: %v and %v (%s) frames/s, want %v and %v", name, v.FrameRate, v.AverageFrameRate, v.FrameRateMode, a.Video.FrameRate, a.Video.AverageFrameRate)
			}
		}
	}
}

// TestSampledRefusals: where the ends do not prove the rest, nothing is said.
func TestSampledRefusals(t *testing.T) {
	t.Parallel()
	const n, size = 40, 64 << 10
	good := fragments(n, size, false)
	src := &counted{b: good}
	info, err := probe.New(Format).Probe(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := int64(info.Tracks[0].Duration.Ticks), int64(n*size/4); got != want || src.reads > 8 {
		t.Errorf("%d ticks, %d reads, want %d and at most 8", got, src.reads, want)
	}
	change := func(f func(b []byte) []byte) []byte { return f(slices.Clone(good)) }
	last := func(b []byte, kind string) int { return bytes.LastIndex(b, []byte(kind)) }
	for name, b := range map[string][]byte{
		"cut":                change(func(b []byte) []byte { return b[:len(b)-1] }),
		"bytes after":        change(func(b []byte) []byte { return append(b, 1, 2, 3) }),
		"another box":        change(func(b []byte) []byte { return append(b, bx("junk")...) }),
		"back in time":       change(func(b []byte) []byte { binary.BigEndian.PutUint32(b[last(b, "tfdt")+8:], 0); return b }),
		"no time at the end": change(func(b []byte) []byte { copy(b[last(b, "tfdt"):], "free"); return b }),
		"no time at all":     bytes.ReplaceAll(good, []byte("tfdt"), []byte("free")),
		"no sequence number": change(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("mfhd"), []byte("free")) }),
	} {
		_, err := probe.New(Format).Probe(t.Context(), probe.NewBytes(b))
		if probe.RuleOf(err) != "fragments-unindexed" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestNoteRun: only the first sample may last longer or shorter than the others.
func TestNoteRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		runs           [][]uint32
		varies, uneven bool
	}{
		{"equal", [][]uint32{{512, 512}, {512}}, false, false},
		{"another first", [][]uint32{{810, 512, 512}, {512, 512}}, true, false},
		{"another first, alone", [][]uint32{{810}, {512}, {512, 512}}, true, false},
		{"another second", [][]uint32{{512, 810, 512}, {512}}, true, true},
		{"another in a later run", [][]uint32{{512, 512}, {512, 512, 513}}, true, true},
		{"a later run of others", [][]uint32{{512, 512}, {513, 513}}, true, true},
	} {
		tr := &track{}
		for _, durations := range c.runs {
			r := fragmentRun{n: int64(len(durations)), flags: runDuration, size: 1, rows: u32s(durations...)}
			r.layOut()
			got, _, err := tr.sumRun(&r)
			var want int64
			for _, d := range durations {
				want += int64(d)
			}
			if err != nil || got != want {
				t.Errorf("%s: %d, %v, want %d", c.name, got, err, want)
			}
		}
		if tr.varies != c.varies || tr.uneven != c.uneven {
			t.Errorf("%s: varies %v, uneven %v", c.name, tr.varies, tr.uneven)
		}
	}
}

// TestMerge: close places are read together, within two megabytes.
func TestMerge(t *testing.T) {
	t.Parallel()
	rising := func(n int, step int64) []int64 {
		out := make([]int64, n)
		for i := range out {
			out[i] = int64(i) * step
		}
		return out
	}
	for _, c := range []struct {
		places []int64
		most   int
	}{{rising(300, 360<<10), 300}, {rising(200, 8<<10), 4}, {rising(300, 8<<10), 120}, {rising(300, 24<<10), 264}, {rising(300, 1), 1}, {nil, 0}} {
		var total int64
		out := merge(c.places, 4096, 1<<40)
		for i, s := range out {
			total += s.n
			if i > 0 && s.at < out[i-1].at+out[i-1].n {
				t.Errorf("%v overlaps %v", s, out[i-1])
			}
		}
		for _, at := range c.places {
			if !slices.ContainsFunc(out, func(s stretch) bool { return at >= s.at && at+4096 <= s.at+s.n }) {
				t.Fatalf("%d is not read", at)
			}
		}
		if len(out) > c.most || total > 2<<20 {
			t.Errorf("%d places: %d reads of %d bytes, want at most %d", len(c.places), len(out), total, c.most)
		}
	}
}

// damaged is a file with some bytes replaced.
type damaged struct {
	b     []byte
	bytes map[int64]byte
}

func (p damaged) Size() (int64, bool) { return int64(len(p.b)), true }

func (p damaged) ReadAt(out []byte, off int64) (int, error) {
	n, err := probe.NewBytes(p.b).ReadAt(out, off)
	for at, v := range p.bytes {
		if i := at - off; i >= 0 && i < int64(n) {
			out[i] = v
		}
	}
	return n, err
}

// TestSampledDamage: whatever stands in the fragments' headers, there is an answer that does not
// go below nothing, or a typed error.
func TestSampledDamage(t *testing.T) {
	t.Parallel()
	small, err := os.ReadFile("../../testdata/generated/files/frag-default-base.mp4")
	if err != nil {
		t.Fatal(err)
	}
	f, err := synth.Fragments(small, 40, 64<<10, synth.NoIndex)
	if err != nil {
		t.Fatal(err)
	}
	size, _ := f.Size()
	good := make([]byte, size)
	if _, err := f.ReadAt(good, 0); err != nil {
		t.Fatal(err)
	}
	var moofs []int
	for at := 0; ; at += 4 {
		i := bytes.Index(good[at:], []byte("moof"))
		if i < 0 {
			break
		}
		at += i
		moofs = append(moofs, at-4)
	}
	random := rand.New(rand.NewPCG(7, 7))
	p := probe.New(Format)
	for i := range 4000 {
		damage := map[int64]byte{}
		moof := moofs[[...]int{0, 1, 2, len(moofs) - 1, len(moofs) - 2}[i%5]]
		for range 1 + random.IntN(3) {
			damage[int64(moof+random.IntN(200))] = [...]byte{0, 1, 0x7f, 0x80, 0xff, byte(i)}[random.IntN(6)]
		}
		info, err := p.Probe(t.Context(), damaged{good, damage})
		var e *probe.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v: %v", damage, err)
		}
		if err != nil {
			continue
		}
		for _, track := range info.Tracks {
			if track.BitRate < 0 || track.Duration.Ticks < 0 {
				t.Errorf("%v: %d bit/s, %s s of %s s", damage, track.BitRate, track.Duration, info.Duration)
			}
		}
	}
}
