package matroska

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// private spells ProjectionPrivate: a version of nothing and numbers.
func private(numbers ...uint32) []byte {
	b := make([]byte, 4)
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// TestProjection holds what ffprobe printed for elements made up for it.
func TestProjection(t *testing.T) {
	t.Parallel()
	const most = math.MaxUint32
	cases := []struct {
		name string
		p    projection
		want string // empty for none, "malformed" where ffprobe refuses the file
	}{
		{"flat", projection{}, ""},
		{"equirectangular", projection{kind: 1}, "equirectangular"},
		{"posed", projection{kind: 1, yaw: 10, pitch: 20, roll: 30}, "equirectangular"},
		{"without bounds", projection{kind: 1, private: private(0, 0, 0, 0)}, "equirectangular"},
		{"with bounds", projection{kind: 1, private: private(1, 2, 3, 4)}, "tiled equirectangular"},
		{"all but one row", projection{kind: 1, private: private(1, most-2, 0, 0)}, "tiled equirectangular"},
		{"all rows", projection{kind: 1, private: private(1, most-1, 0, 0)}, "malformed"},
		{"all columns", projection{kind: 1, private: private(0, 0, 1<<31-1, 1<<31)}, "malformed"},
		{"short bounds", projection{kind: 1, private: private(0, 0, 0)}, "malformed"},
		{"another version", projection{kind: 1, private: []byte{1, 0, 0, 0, 0}}, ""},
		{"cube map", projection{kind: 2, private: private(0, 7)}, "cubemap"},
		{"cube map of another layout", projection{kind: 2, private: private(1, 0)}, ""},
		{"cube map of nothing", projection{kind: 2}, "malformed"},
		{"cube map cut short", projection{kind: 2, private: private(0)}, "malformed"},
		{"mesh", projection{kind: 3}, ""},
	}
	for _, c := range cases {
		var v media.Video
		err := c.p.describe(&v)
		if got := v.Projection; errors.Is(err, probe.Malformed) != (c.want == "malformed") || err == nil && got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

// TestRotation holds the same of rotations, printed by ffprobe as degrees counter-clockwise.
func TestRotation(t *testing.T) {
	t.Parallel()
	cases := []struct {
		yaw, pitch, roll float64
		printed          int
	}{
		{0, 0, 0, 0}, {0, 0, 90, 90}, {0, 0, -90, -90}, {0, 0, 45, 45}, {0, 0, 180, -180}, {0, 0, 450, 90},
		{180, 0, 0, -180}, {-180, 0, 0, -180}, {180, 0, 30, -150}, {180, 0, 90, -90},
		{90, 0, 0, 0}, {0, 180, 0, 0}, {180, 180, 0, 0}, {0, 180, 90, 0}, {360, 0, 90, 0}, {0, 0, math.NaN(), 0},
	}
	for _, c := range cases {
		var v media.Video
		p := projection{yaw: c.yaw, pitch: c.pitch, roll: c.roll}
		if err := p.describe(&v); err != nil || v.Rotation != (360-c.printed)%360 {
			t.Errorf("yaw %g, pitch %g, roll %g: %d° clockwise, %v; ffprobe prints %d", c.yaw, c.pitch, c.roll, v.Rotation, err, c.printed)
		}
	}
	p := projection{roll: 90, private: []byte{1}}
	if v := (media.Video{}); p.describe(&v) != nil || v.Rotation != 0 {
		t.Errorf("another version: %d°", v.Rotation)
	}
}
