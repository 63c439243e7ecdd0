package vvc

import (
	"encoding/hex"
	"fmt"
	"testing"
)

// cases: the first is the start of the vvcC box of livesim2's testpic_2s_vvc, the others are made.
var cases = []struct {
	name, box, profile string
	want               Config
	broken             bool
}{
	{"livesim2", "00000000ff00655f010233800000050002d00000028f0001", "Main 10",
		Config{LengthSize: 4, HasPTL: true, SubLayers: 6, ChromaFormatIDC: 1, BitDepth: 10, ProfileIDC: 1, LevelIDC: 51, Width: 1280, Height: 720}, false},
	{"sub-layer levels and a sub-profile", "00000000ff00255f01033380801001010203040500" + "02d01900", "Main 10",
		Config{LengthSize: 4, HasPTL: true, SubLayers: 2, ChromaFormatIDC: 1, BitDepth: 10, ProfileIDC: 1, HighTier: true, LevelIDC: 51, Width: 1280, Height: 720, AvgFrameRate: 6400}, false},
	{"without profile", "00000000fe00", "", Config{LengthSize: 4}, false},
	{"empty", "", "", Config{}, true},
	{"version 1", "01000000fe00", "", Config{}, true},
	{"cut off", "00000000ff00655f01023380000005", "", Config{}, true},
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		box, err := hex.DecodeString(c.box)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseConfig(box)
		if c.broken {
			if err == nil {
				t.Errorf("%s: got %+v", c.name, got)
			}
			continue
		}
		if err != nil || *got != c.want || got.Profile() != c.profile {
			t.Errorf("%s: got %+v %q, %v", c.name, got, got.Profile(), err)
		}
	}
}

func FuzzConfig(f *testing.F) {
	for _, c := range cases {
		box, err := hex.DecodeString(c.box)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(box)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err1 := ParseConfig(data)
		two, err2 := ParseConfig(data)
		if fmt.Sprint(one, err1) != fmt.Sprint(two, err2) || err1 == nil && (one.Width < 0 || one.SubLayers > 7) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
	})
}

func BenchmarkConfig(b *testing.B) {
	box, err := hex.DecodeString(cases[0].box)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseConfig(box); err != nil {
			b.Fatal(err)
		}
	}
}
