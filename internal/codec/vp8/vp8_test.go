package vp8

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		t.Run(s.Name, func(t *testing.T) {
			frame, err := ParseFrame(s.Head)
			if err != nil {
				t.Fatal(err)
			}
			track := &media.Track{}
			frame.Describe(track)
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
		})
	}
}

// TestContainerSize keeps the size of the container: measured with a WebM file whose PixelWidth
// was changed to 312.
func TestContainerSize(t *testing.T) {
	t.Parallel()
	track := &media.Track{Video: &media.Video{Width: 312, Height: 180}}
	(&Frame{Width: 320, Height: 180}).Describe(track)
	if track.Video.Width != 312 || track.Video.Height != 180 {
		t.Errorf("got %dx%d", track.Video.Width, track.Video.Height)
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":         "",
		"cut off":       "1062009d012a4001",
		"inter frame":   "1162009d012a4001b400",
		"no start code": "1062009d012b4001b400",
		"no width":      "1062009d012a0040b400",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
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
		if err1 == nil && (one.Width <= 0 || one.Height <= 0) {
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
