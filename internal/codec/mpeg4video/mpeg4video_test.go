package mpeg4video

import (
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
			h, err := Parse(s.Config, s.Head)
			if err != nil {
				t.Fatal(err)
			}
			track := &media.Track{}
			h.Describe(track)
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range codectest.Streams(f) {
		f.Add(s.Config, s.Head)
	}
	f.Fuzz(func(t *testing.T, config, head []byte) {
		one, err1 := Parse(config, head)
		two, err2 := Parse(config, head)
		if !reflect.DeepEqual(one, two) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
		if err1 != nil {
			return
		}
		track := &media.Track{}
		if one.Describe(track); track.Video.SAR.Num < 0 || one.FrameRate().Num < 0 {
			t.Fatalf("%+v", track.Video)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	s := codectest.Streams(b)[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(s.Config, s.Head); err != nil {
			b.Fatal(err)
		}
	}
}
