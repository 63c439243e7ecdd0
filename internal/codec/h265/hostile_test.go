package h265

import (
	"bytes"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

// ptl writes profile_tier_level() of the Main profile for one sub-layer.
func ptl(b *codectest.Bits) *codectest.Bits {
	return b.U(8, 1).U(32, 0x60000000).U(48, 0).U(8, 93)
}

func vps() []byte {
	b := ptl(new(codectest.Bits).U(4, 0).U(2, 3).U(6, 0).U(3, 0).U(1, 1).U(16, 0xffff))
	b.U(1, 1).UE(1, 0, 0).U(6, 0).UE(0)
	return b.U(1, 1).U(32, 1001).U(32, 30000).U(1, 0).UE(0).U(1, 0).NAL(0x40, 1)
}

// spsCase writes a parameter set of 320×240, each part of which may be replaced.
type spsCase struct {
	layers, id, chroma, width, height, depth, lsb, reorder, block, sets, longTerm uint64
	separate                                                                      bool
	window                                                                        []uint64
	lists                                                                         bool
	vui                                                                           func(*codectest.Bits)
}

func good() spsCase { return spsCase{chroma: 1, width: 320, height: 240, reorder: 2} }

func (c spsCase) write() []byte {
	b := ptl(new(codectest.Bits).U(4, 0).U(3, c.layers).U(1, 1)).UE(c.id, c.chroma)
	if c.chroma == 3 {
		if c.separate {
			b.U(1, 1)
		} else {
			b.U(1, 0)
		}
	}
	b.UE(c.width, c.height)
	if c.window != nil {
		b.U(1, 1).UE(c.window...)
	} else {
		b.U(1, 0)
	}
	b.UE(c.depth, c.depth, c.lsb).U(1, 1).UE(4, c.reorder, 0)
	b.UE(c.block, 0, 0, 0, 0, 0)
	if c.lists {
		b.U(2, 3).U(16, 0).U(16, 0)
	} else {
		b.U(1, 0)
	}
	b.U(3, 0).UE(c.sets)
	if c.longTerm > 0 {
		b.U(1, 1).UE(c.longTerm)
	} else {
		b.U(1, 0)
	}
	b.U(2, 0)
	if c.vui != nil {
		c.vui(b.U(1, 1))
	} else {
		b.U(1, 0)
	}
	return b.U(1, 0).NAL(0x42, 1)
}

func change(f func(*spsCase)) []byte {
	c := good()
	f(&c)
	return c.write()
}

func TestGoodSets(t *testing.T) {
	t.Parallel()
	p := newSets(4)
	for _, nalu := range [][]byte{vps(), good().write()} {
		if err := p.Add(nalu); err != nil {
			t.Fatal(err)
		}
	}
	s, err := p.SPS()
	if err != nil || s.Width() != 320 || s.Height() != 240 || s.MaxNumReorderPics != 2 || s.Profile() != "Main" {
		t.Errorf("%+v, %v", s, err)
	}
	if got := p.FrameRate().String(); got != "30000/1001" {
		t.Errorf("got rate %s", got)
	}
	if s, err := ParseSPS(change(func(c *spsCase) { c.chroma, c.separate = 3, true })); err != nil || s.PixelFormat() != "gray" {
		t.Errorf("separate planes: %+v, %v", s, err)
	}
}

func TestHostileSPS(t *testing.T) {
	t.Parallel()
	for name, nalu := range map[string][]byte{
		"empty":                    nil,
		"header only":              {0x42, 1},
		"another layer":            append([]byte{0x42, 9}, good().write()[2:]...),
		"all zeros":                append([]byte{0x42, 1}, make([]byte, 64<<10)...),
		"emulation prevention run": append([]byte{0x42, 1}, bytes.Repeat([]byte{0, 0, 3}, 20000)...),
		"8 sub-layers":             change(func(c *spsCase) { c.layers = 7 }),
		"number 16":                change(func(c *spsCase) { c.id = 16 }),
		"chroma format 4":          change(func(c *spsCase) { c.chroma = 4 }),
		"width 0":                  change(func(c *spsCase) { c.width = 0 }),
		"width 2^31":               change(func(c *spsCase) { c.width = 1 << 31 }),
		"area 2^32":                change(func(c *spsCase) { c.width, c.height = 1<<16, 1<<16 }),
		"window takes all":         change(func(c *spsCase) { c.window = []uint64{80, 80, 0, 0} }),
		"window 2^32":              change(func(c *spsCase) { c.window = []uint64{0, 0, 1<<32 - 2, 1<<32 - 2} }),
		"bit depth 16":             change(func(c *spsCase) { c.depth = 8 }),
		"bit depth 11":             change(func(c *spsCase) { c.depth = 3 }),
		"log2 of order 35":         change(func(c *spsCase) { c.lsb = 31 }),
		"reorder 2^32-2":           change(func(c *spsCase) { c.reorder = 1<<32 - 2 }),
		"block size 2^35":          change(func(c *spsCase) { c.block = 32 }),
		"reference sets 2^32-2":    change(func(c *spsCase) { c.sets = 1<<32 - 2 }),
		"reference sets cut off":   change(func(c *spsCase) { c.sets = 64 }),
		"long-term 2^32-2":         change(func(c *spsCase) { c.longTerm = 1<<32 - 2 }),
		"scaling lists cut off":    change(func(c *spsCase) { c.lists = true })[:40],
		"display window too large": change(func(c *spsCase) {
			c.vui = func(b *codectest.Bits) { b.U(7, 0).U(1, 1).UE(200, 0, 0, 0).U(32, 0).U(32, 0) }
		}),
		"timing in another place": change(func(c *spsCase) {
			c.vui = func(b *codectest.Bits) { b.U(7, 0).U(21, 0x100000).U(32, 0).U(32, 0) }
		}),
		"timing cut off": change(func(c *spsCase) {
			c.vui = func(b *codectest.Bits) { b.U(8, 0).U(1, 1).U(20, 1) }
		}),
		"HRD of 33 schedules": change(func(c *spsCase) {
			c.vui = func(b *codectest.Bits) {
				b.U(8, 0).U(1, 1).U(32, 1).U(32, 25).U(1, 0).U(1, 1).U(2, 3).U(1, 0).U(23, 0).U(1, 1).UE(0, 33).U(32, 0).U(32, 0)
			}
		}),
	} {
		start := time.Now()
		if s, err := ParseSPS(nalu); err == nil {
			t.Errorf("%s: got %+v", name, s)
		}
		if d := time.Since(start); d > 250*time.Millisecond {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

func TestBrokenConfig(t *testing.T) {
	t.Parallel()
	head := append([]byte{1}, make([]byte, 20)...)
	array := func(nalus ...[]byte) []byte {
		out := []byte{0x20, 0, byte(len(nalus))}
		for _, n := range nalus {
			out = append(append(out, byte(len(n)>>8), byte(len(n))), n...)
		}
		return out
	}
	record := func(arrays byte, data ...byte) []byte { return append(append(bytes.Clone(head), 3, arrays), data...) }
	for name, data := range map[string][]byte{
		"empty":         nil,
		"version 2":     append([]byte{2}, record(0)[1:]...),
		"no arrays":     record(1),
		"SPS of no VPS": record(1, array(good().write())...),
		"PPS of no SPS": record(1, array(vps(), []byte{0x44, 1, 0xc0, 0xff})...),
		"unit cut off":  record(1, array(vps())[:20]...),
	} {
		if p, err := ParseConfig(data); err == nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
	p, err := ParseConfig(record(1, append(array(vps(), good().write()), 1, 2, 3)...))
	if err != nil || p.NeedsPicture() || p.LengthSize != 4 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := ParseConfig(record(0)); err != nil || !p.NeedsPicture() || p.Describe(&media.Track{}) == nil {
		t.Errorf("a record without parameter sets: %+v, %v", p, err)
	}
}

// TestInBand reads parameter sets that come with the picture; then, and only then, ffprobe decodes
// it and takes the transfer characteristics of its SEI message.
func TestInBand(t *testing.T) {
	t.Parallel()
	sei := []byte{0x4e, 1, 147, 1, 18, 0x80}
	pps := new(codectest.Bits).UE(0, 0).U(8, 0).NAL(0x44, 1)
	slice := new(codectest.Bits).U(2, 3).UE(0).U(8, 0).NAL(0x26, 1)
	unit := func(nalus ...[]byte) []byte {
		var out []byte
		for _, n := range nalus {
			out = append(append(out, 0, 0, 0, byte(len(n))), n...)
		}
		return out
	}
	for _, inBand := range []bool{true, false} {
		p := newSets(4)
		au := unit(vps(), good().write(), pps, sei, slice)
		want := "arib-std-b67"
		if !inBand {
			for _, n := range [][]byte{vps(), good().write(), pps} {
				if err := p.Add(n); err != nil {
					t.Fatal(err)
				}
			}
			au, want = unit(sei, slice), ""
		}
		pic, err := p.Picture(au)
		if err != nil {
			t.Fatal(err)
		}
		track := &media.Track{}
		if pic.Describe(track); track.Video.Color.Transfer != want || pic.InBand != inBand || !pic.IRAP {
			t.Errorf("in band %v: got %q, %+v", inBand, track.Video.Color.Transfer, pic)
		}
	}
	if _, err := newSets(4).Picture(unit(slice)); err == nil {
		t.Error("a picture without parameter sets was read")
	}
}

// TestHDR has the SEI messages of the stream that was made with them.
func TestHDR(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		if s.Name != "made-hdr.mp4" {
			continue
		}
		p, err := ParseConfig(s.Config)
		if err != nil {
			t.Fatal(err)
		}
		pic, err := p.Picture(s.Head)
		if err != nil {
			t.Fatal(err)
		}
		m, c := pic.HDR.Mastering, pic.HDR.ContentLight
		if m == nil || c == nil || m.Primaries != [3][2]int{{13250, 34500}, {7500, 3000}, {34000, 16000}} ||
			m.WhitePoint != [2]int{15635, 16450} || m.MaxLuminance != 10000000 || m.MinLuminance != 1 || *c != (ContentLight{1000, 400}) {
			t.Errorf("got %+v and %+v", m, c)
		}
		return
	}
	t.Error("no such stream")
}
