package h264

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
)

// delayCase is one line of testdata/delays.tsv.
type delayCase struct {
	name     string
	want     int
	pictures [][]byte
}

func delayCases(tb testing.TB) []delayCase {
	tb.Helper()
	text, err := os.ReadFile("testdata/delays.tsv")
	if err != nil {
		tb.Fatal(err)
	}
	var out []delayCase
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(strings.TrimSpace(line), "\t")
		want, err := strconv.Atoi(parts[1])
		if err != nil {
			tb.Fatal(err)
		}
		c := delayCase{name: parts[0], want: want}
		for _, p := range strings.Split(parts[2], ",") {
			au, err := hex.DecodeString(p)
			if err != nil {
				tb.Fatal(err)
			}
			c.pictures = append(c.pictures, au)
		}
		out = append(out, c)
	}
	return out
}

// delay runs a Delay over pictures and returns how many it took.
func delay(sets *ParameterSets, depth int, pictures [][]byte) (got, used int, err error) {
	d := sets.NewDelay(depth)
	for _, au := range pictures {
		done, err := d.Add(au)
		used++
		if err != nil || done {
			return d.Depth(), used, err
		}
	}
	return d.Depth(), used, nil
}

func emptySets() *ParameterSets { return &ParameterSets{sps: map[int]*SPS{}, pps: map[int]*PPS{}} }

func TestDelay(t *testing.T) {
	t.Parallel()
	for _, c := range delayCases(t) {
		t.Run(c.name, func(t *testing.T) {
			got, used, err := delay(emptySets(), 0, c.pictures)
			if err != nil || got != c.want {
				t.Errorf("got %d after %d pictures, want %d, %v", got, used, c.want, err)
			}
		})
	}
}

// TestDelayStart takes the container's depth as the least, and stops early when that is all the
// level allows.
func TestDelayStart(t *testing.T) {
	t.Parallel()
	for _, c := range delayCases(t) {
		got, _, err := delay(emptySets(), 4, c.pictures)
		if err != nil || got != 4 {
			t.Errorf("%s: got %d, %v", c.name, got, err)
		}
	}
	c := delayCases(t)[0]
	sets := emptySets()
	if _, err := sets.NewDelay(0).Add(c.pictures[0]); err != nil {
		t.Fatal(err)
	}
	s, err := sets.SPS()
	if err != nil {
		t.Fatal(err)
	}
	if _, used, err := delay(sets, s.impliedReorder(), c.pictures); used != 1 || err != nil {
		t.Errorf("took %d pictures, %v", used, err)
	}
}

func TestImpliedReorder(t *testing.T) {
	t.Parallel()
	cases := []struct {
		sps  SPS
		want int
	}{
		{SPS{LevelIDC: 30, MaxNumRefFrames: 1, WidthInMbs: 45, HeightInMbs: 36}, 5},
		{SPS{LevelIDC: 51, MaxNumRefFrames: 1, WidthInMbs: 20, HeightInMbs: 15}, 15},
		{SPS{LevelIDC: 62, MaxNumRefFrames: 1, WidthInMbs: 20, HeightInMbs: 15}, 15},
		{SPS{LevelIDC: 51, WidthInMbs: 20, HeightInMbs: 15}, 0},
		{SPS{LevelIDC: 51, MaxNumRefFrames: 1, VUI: &VUI{BitstreamRestriction: true, MaxNumReorderFrames: 2}}, 2},
	}
	for i, c := range cases {
		if got := c.sps.impliedReorder(); got != c.want {
			t.Errorf("%d: got %d, want %d", i, got, c.want)
		}
	}
}

// pictures writes slices of one stream: fields, picture order type and marking as told.
type pictures struct {
	frameMbsOnly bool
	pocType      uint64
	au           []byte
}

func (p *pictures) sets() {
	b := new(codectest.Bits).U(8, 77).U(8, 0).U(8, 30).UE(0, 0, p.pocType)
	switch p.pocType {
	case 0:
		b.UE(0)
	case 1:
		b.U(1, 0).SE(-1, 1).UE(2).SE(2, 4)
	}
	b.UE(1).U(1, 0).UE(19, 14)
	if p.frameMbsOnly {
		b.U(1, 1)
	} else {
		b.U(2, 0)
	}
	p.add(b.U(1, 1).U(2, 0).NAL(0x67))
	p.add(new(codectest.Bits).UE(0, 0).U(2, 0).UE(0, 0, 0).U(3, 0).SE(0, 0, 0).U(3, 0).NAL(0x68))
}

func (p *pictures) add(nalu []byte) { p.au = append(append(p.au, 0, 0, 1), nalu...) }

// take returns the access unit so far and starts the next.
func (p *pictures) take() []byte {
	au := p.au
	p.au = nil
	return au
}

func TestDelayRefuses(t *testing.T) {
	t.Parallel()
	idr := func(p *pictures) *codectest.Bits { return new(codectest.Bits).UE(0, 7, 0).U(4, 0) }
	frame := pictures{frameMbsOnly: true}
	frame.sets()
	frame.add(idr(&frame).UE(0).U(4, 0).U(2, 0).NAL(0x65))
	start := frame.take()
	inter := new(codectest.Bits).UE(0, 5, 0).U(4, 1).U(4, 2).U(1, 0).U(1, 0)
	reset := new(codectest.Bits).UE(0, 5, 0).U(4, 1).U(4, 2).U(1, 0).U(1, 0).U(1, 1).UE(5, 0)
	field := pictures{}
	field.sets()
	field.add(idr(&field).U(2, 2).UE(0).U(4, 0).U(2, 0).NAL(0x65))
	single := field.take()
	other := pictures{frameMbsOnly: true, pocType: 2}
	other.sets()
	other.add(idr(&other).UE(0).U(2, 0).NAL(0x65))
	next := pictures{}
	next.add(inter.U(1, 0).NAL(0x61))
	ordinary := next.take()
	next.add(reset.NAL(0x61))
	cases := []struct {
		name string
		aus  [][]byte
		want error
	}{
		{"no slice", [][]byte{{0, 0, 1, 9, 0xf0}}, errNoSlice},
		{"no sets", [][]byte{ordinary}, errNoPPS},
		{"inter picture first", [][]byte{append(start[:len(start):len(start)], ordinary...)}, nil},
		{"reset", [][]byte{start, next.take()}, errReset},
		{"single field", [][]byte{single}, errFields},
		{"another parameter set", [][]byte{start, other.take()}, errChange},
	}
	for _, c := range cases {
		if _, _, err := delay(emptySets(), 0, c.aus); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	sets := emptySets()
	if _, _, err := delay(sets, 0, [][]byte{start}); err != nil {
		t.Fatal(err)
	}
	if _, err := sets.NewDelay(0).Add(ordinary); !errors.Is(err, errNotIDR) {
		t.Errorf("inter picture first: %v", err)
	}
}

// TestOrderCycle follows 8.2.1.2 with offsets 2 and 4 in a cycle, −1 for pictures that are no
// reference and 1 from the top to the bottom field.
func TestOrderCycle(t *testing.T) {
	t.Parallel()
	sps := &SPS{Log2MaxFrameNum: 4, PicOrderCntType: 1, OffsetForNonRefPic: -1, OffsetForTopToBottomField: 1, OffsetForRefFrame: []int32{2, 4}}
	cases := []struct {
		s           slice
		top, bottom int64
	}{
		{slice{refIDC: 1, frameNum: 0}, 0, 1},
		{slice{refIDC: 1, frameNum: 1}, 2, 3},
		{slice{refIDC: 1, frameNum: 2, deltaPOC: [2]int32{10, 20}}, 16, 37},
		{slice{refIDC: 0, frameNum: 3}, 5, 6},
		{slice{refIDC: 1, frameNum: 3}, 8, 9},
		{slice{refIDC: 1, frameNum: 2}, 54, 55}, // frame_num started over: 18
	}
	o := &order{}
	for i, c := range cases {
		c.s.sps = sps
		top, bottom := o.next(&c.s)
		o.end(&c.s)
		if top != c.top || bottom != c.bottom {
			t.Errorf("%d: got %d and %d, want %d and %d", i, top, bottom, c.top, c.bottom)
		}
	}
}

// TestOrderLsb follows 8.2.1.1 around the largest number.
func TestOrderLsb(t *testing.T) {
	t.Parallel()
	sps := &SPS{Log2MaxFrameNum: 4, Log2MaxPicOrderCntLsb: 4}
	o := &order{}
	for i, c := range []struct {
		lsb  int
		ref  int
		want int64
	}{{0, 1, 0}, {6, 1, 6}, {12, 1, 12}, {2, 1, 18}, {14, 0, 14}, {4, 1, 20}} {
		s := &slice{sps: sps, pocLsb: c.lsb, refIDC: c.ref, deltaPOCBottom: 1}
		top, bottom := o.next(s)
		o.end(s)
		if top != c.want || bottom != c.want+1 {
			t.Errorf("%d: got %d and %d, want %d", i, top, bottom, c.want)
		}
	}
}

func FuzzDelay(f *testing.F) {
	for _, c := range delayCases(f) {
		f.Add(bytes.Join(c.pictures[:min(6, len(c.pictures))], []byte{0xff, 0xfe, 0xfd}))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		aus := bytes.Split(data, []byte{0xff, 0xfe, 0xfd})
		one, used, err1 := delay(emptySets(), 0, aus)
		two, _, err2 := delay(emptySets(), 0, aus)
		if one != two || (err1 == nil) != (err2 == nil) {
			t.Fatalf("%d, %v and then %d, %v", one, err1, two, err2)
		}
		if one < 0 || one > dpb || used > len(aus) {
			t.Fatalf("depth %d after %d of %d", one, used, len(aus))
		}
	})
}

func BenchmarkDelay(b *testing.B) {
	c := delayCases(b)[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := delay(emptySets(), 0, c.pictures); err != nil {
			b.Fatal(err)
		}
	}
}
