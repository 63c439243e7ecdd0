package h264

import (
	"bytes"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

// spsCase writes a High profile parameter set of 320×240, each part of which may be replaced.
type spsCase struct {
	id, chroma, depth, frameNum, poc, refs, width, height uint64
	planes                                                bool
	lists                                                 func(*codectest.Bits)
	crop                                                  []uint64
	vui                                                   func(*codectest.Bits)
}

func good() spsCase {
	return spsCase{chroma: 1, frameNum: 4, refs: 1, width: 19, height: 14}
}

func (c spsCase) write() []byte {
	b := new(codectest.Bits).U(8, 100).U(8, 0).U(8, 30).UE(c.id, c.chroma)
	if c.chroma == 3 {
		if c.planes {
			b.U(1, 1)
		} else {
			b.U(1, 0)
		}
	}
	b.UE(c.depth, c.depth).U(1, 0)
	if c.lists != nil {
		c.lists(b.U(1, 1))
	} else {
		b.U(1, 0)
	}
	b.UE(c.frameNum, c.poc)
	if c.poc == 0 {
		b.UE(4)
	}
	b.UE(c.refs).U(1, 0).UE(c.width, c.height).U(1, 1).U(1, 1)
	if c.crop != nil {
		b.U(1, 1).UE(c.crop...)
	} else {
		b.U(1, 0)
	}
	if c.vui != nil {
		c.vui(b.U(1, 1))
	} else {
		b.U(1, 0)
	}
	return b.NAL(0x67)
}

func change(f func(*spsCase)) []byte {
	c := good()
	f(&c)
	return c.write()
}

func TestGoodSPS(t *testing.T) {
	t.Parallel()
	s, err := ParseSPS(good().write())
	if err != nil || s.Width() != 320 || s.Height() != 240 {
		t.Fatalf("%+v, %v", s, err)
	}
}

// hostileSPS are parameter sets that must be refused, quickly.
func hostileSPS() map[string][]byte {
	return map[string][]byte{
		"empty":                    nil,
		"header only":              {0x67},
		"another NAL unit":         append([]byte{0x68}, good().write()[1:]...),
		"all zeros":                append([]byte{0x67}, make([]byte, 64<<10)...),
		"emulation prevention run": append([]byte{0x67}, bytes.Repeat([]byte{0, 0, 3}, 20000)...),
		"64 zeros":                 append(append([]byte{0x67, 100, 0, 30}, make([]byte, 8)...), 0xff),
		"number 32":                change(func(c *spsCase) { c.id = 32 }),
		"chroma format 4":          change(func(c *spsCase) { c.chroma = 4 }),
		"separate planes":          change(func(c *spsCase) { c.chroma, c.planes = 3, true }),
		"bit depth 15":             change(func(c *spsCase) { c.depth = 7 }),
		"log2 of frame number 35":  change(func(c *spsCase) { c.frameNum = 31 }),
		"picture order type 3":     change(func(c *spsCase) { c.poc = 3 }),
		"2^32-2 references":        change(func(c *spsCase) { c.refs = 1<<32 - 2 }),
		"width 2^31":               change(func(c *spsCase) { c.width = 1<<27 - 1 }),
		"width 2^36":               change(func(c *spsCase) { c.width = 1<<32 - 2 }),
		"height 2^31":              change(func(c *spsCase) { c.height = 1<<27 - 1 }),
		"area 2^32":                change(func(c *spsCase) { c.width, c.height = 4095, 4095 }),
		"crop all":                 change(func(c *spsCase) { c.crop = []uint64{80, 80, 0, 0} }),
		"crop 2^32":                change(func(c *spsCase) { c.crop = []uint64{0, 0, 1<<32 - 2, 1<<32 - 2} }),
		"scaling list overflow": change(func(c *spsCase) {
			c.lists = func(b *codectest.Bits) { b.U(1, 1).SE(200) }
		}),
		"scaling lists without end": change(func(c *spsCase) {
			c.lists = func(b *codectest.Bits) {
				for range 8 {
					b.U(1, 1)
					for range 64 {
						b.SE(1)
					}
				}
			}
		}),
		"reserved aspect ratio": change(func(c *spsCase) {
			c.vui = func(b *codectest.Bits) { b.U(1, 1).U(8, 17).U(8, 0) }
		}),
		"HRD of 33 schedules": change(func(c *spsCase) {
			c.vui = func(b *codectest.Bits) { b.U(5, 0).U(1, 1).UE(32) }
		}),
		"17 reordered pictures": change(func(c *spsCase) {
			c.vui = func(b *codectest.Bits) { b.U(8, 0).U(1, 1).U(1, 0).UE(0, 0, 0, 0, 17, 17) }
		}),
	}
}

func TestHostileSPS(t *testing.T) {
	t.Parallel()
	for name, nalu := range hostileSPS() {
		start := time.Now()
		if s, err := ParseSPS(nalu); err == nil {
			t.Errorf("%s: got %+v", name, s)
		}
		if d := time.Since(start); d > 250*time.Millisecond {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

// TestOddVUI has endings that ffprobe tolerates and numbers that it ignores.
func TestOddVUI(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		vui   func(*codectest.Bits)
		rate  string
		depth int
		told  bool
	}{
		{"time scale 0", func(b *codectest.Bits) { b.U(4, 0).U(1, 1).U(32, 1).U(32, 0).U(1, 1).U(3, 0).U(1, 0) }, "0/0", 0, false},
		{"25 frames", func(b *codectest.Bits) { b.U(4, 0).U(1, 1).U(32, 1).U(32, 50).U(1, 1).U(3, 0).U(1, 0) }, "25/1", 0, false},
		{"cut off at the timing", func(b *codectest.Bits) { b.U(4, 0).U(1, 1).U(8, 0) }, "0/0", 0, false},
		{"no restriction flag", func(b *codectest.Bits) { b.U(8, 0) }, "0/0", 0, false},
		{"restriction", func(b *codectest.Bits) { b.U(8, 0).U(1, 1).U(1, 0).UE(0, 0, 0, 0, 3, 4) }, "0/0", 3, true},
	}
	for _, c := range cases {
		s, err := ParseSPS(change(func(p *spsCase) { p.vui = c.vui }))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		depth, told := s.ReorderDepth()
		if got := s.FrameRate().String(); got != c.rate || depth != c.depth || told != c.told {
			t.Errorf("%s: got rate %s, depth %d, %v", c.name, got, depth, told)
		}
	}
}

// TestManySPS reads 31 parameter sets of 60 KB each.
func TestManySPS(t *testing.T) {
	t.Parallel()
	record := []byte{1, 100, 0, 30, 0xff, 0xff}
	nalu := append(good().write(), make([]byte, 60<<10)...)
	for range 31 {
		record = append(record, byte(len(nalu)>>8), byte(len(nalu)))
		record = append(record, nalu...)
	}
	record = append(record, 0)
	start := time.Now()
	sets, err := ParseConfig(record)
	if err != nil || len(sets.sps) != 1 || time.Since(start) > time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestBrokenConfig(t *testing.T) {
	t.Parallel()
	sps := good().write()
	config := append([]byte{1, 100, 0, 30, 0xff, 0xe1, 0, byte(len(sps))}, sps...)
	for name, record := range map[string][]byte{
		"empty":         nil,
		"version 0":     append([]byte{0}, config[1:]...),
		"set cut off":   config[:len(config)-1],
		"length beyond": append(bytes.Clone(config[:6]), 0xff, 0xff, 0x67),
		"no PPS count":  config,
		"PPS of no SPS": append(bytes.Clone(config), 1, 0, 2, 0x68, 0b10101000),
	} {
		if p, err := ParseConfig(record); err == nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
	p, err := ParseConfig(append(bytes.Clone(config), 0, 0xfd, 0xf8, 0xf8, 0, 1, 2, 3))
	if err != nil || p.LengthSize != 4 {
		t.Errorf("what follows the sets is not left alone: %+v, %v", p, err)
	}
}

// TestContainer keeps and replaces the container's facts as ffprobe's decoder does; the first was
// measured with an MP4 file whose sample entry was changed to 312.
func TestContainer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name          string
		nalu          []byte
		width, height int
		color, want   string
		wantWidth     int
	}{
		{"smaller in the same macroblock", good().write(), 312, 240, "pc", "yuvj420p", 312},
		{"smaller by more", good().write(), 300, 240, "", "yuv420p", 320},
		{"larger", good().write(), 330, 240, "tv", "yuv420p", 320},
		{"cropped on the left", change(func(c *spsCase) { c.crop = []uint64{2, 0, 0, 0} }), 312, 240, "", "yuv420p", 316},
	}
	for _, c := range cases {
		s, err := ParseSPS(c.nalu)
		if err != nil {
			t.Fatal(err)
		}
		track := &media.Track{Video: &media.Video{Width: c.width, Height: c.height, ReorderDepth: 2, Color: media.Color{Range: c.color}}}
		s.Describe(track)
		if v := track.Video; v.Width != c.wantWidth || v.PixelFormat != c.want || v.Color.Range != c.color || v.ReorderDepth != 2 {
			t.Errorf("%s: got %+v", c.name, v)
		}
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	cases := []struct {
		idc   int
		flags uint8
		want  string
	}{
		{66, 0, "Baseline"}, {66, 0x40, "Constrained Baseline"}, {77, 0x40, "Main"}, {88, 0, "Extended"},
		{110, 0x10, "High 10 Intra"}, {110, 0, "High 10"}, {122, 0x10, "High 4:2:2 Intra"}, {244, 0, "High 4:4:4 Predictive"},
		{244, 0x10, "High 4:4:4 Intra"}, {44, 0x10, "CAVLC 4:4:4"}, {83, 0, "83"},
	}
	for _, c := range cases {
		if got := (&SPS{ProfileIDC: c.idc, ConstraintFlags: c.flags}).Profile(); got != c.want {
			t.Errorf("%d/%x: got %q, want %q", c.idc, c.flags, got, c.want)
		}
	}
}
