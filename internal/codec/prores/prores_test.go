package prores

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

// tags are the codec tags that go with the profile names of the table.
var tags = map[string]string{"Proxy": "apco", "LT": "apcs", "Standard": "apcn", "HQ": "apch", "4444": "ap4h", "XQ": "ap4x"}

func fourCC(s string) media.FourCC {
	return media.FourCC(s[0]) | media.FourCC(s[1])<<8 | media.FourCC(s[2])<<16 | media.FourCC(s[3])<<24
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		t.Run(s.Name, func(t *testing.T) {
			f, err := ParseFrame(s.Head)
			if err != nil {
				t.Fatal(err)
			}
			profile, _, _ := strings.Cut(s.Want, " | ")
			track := &media.Track{Codec: media.Codec{Tag: fourCC(tags[profile])}}
			if !Known(track.Codec.Tag) {
				t.Fatalf("unknown tag %v", track.Codec.Tag)
			}
			f.Describe(track)
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
		})
	}
	if Known(fourCC("aprn")) {
		t.Error("the raw kind is known")
	}
}

func TestInterlaced(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		f, err := ParseFrame(s.Head)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		if s.Name == "made-il.mov" {
			want = 1
		}
		if f.Interlaced != want {
			t.Errorf("%s: got %d", s.Name, f.Interlaced)
		}
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	head := codectest.Streams(t)[0].Head
	change := func(at int, b byte) []byte {
		d := bytes.Clone(head)
		d[at] = b
		return d
	}
	for name, data := range map[string][]byte{
		"empty":         nil,
		"cut off":       head[:24],
		"no identifier": change(4, 'x'),
		"short header":  change(9, 19),
		"alpha 3":       change(25, 3),
		"no width":      append(append(bytes.Clone(head[:16]), 0, 0), head[18:]...),
	} {
		if f, err := ParseFrame(data); err == nil {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

func FuzzFrame(f *testing.F) {
	for _, s := range codectest.Streams(f) {
		f.Add(s.Head)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err1 := ParseFrame(data)
		two, err2 := ParseFrame(data)
		if !reflect.DeepEqual(one, two) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
		if err1 == nil && (one.Width <= 0 || one.Height <= 0 || one.Alpha > 2) {
			t.Fatalf("%+v", one)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	head := codectest.Streams(b)[0].Head
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseFrame(head); err != nil {
			b.Fatal(err)
		}
	}
}
