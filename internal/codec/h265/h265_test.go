package h265

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

func describe(config, au []byte) (*media.Track, error) {
	sets, err := ParseConfig(config)
	if err != nil {
		return nil, err
	}
	pic, err := sets.Picture(au)
	if err != nil {
		return nil, err
	}
	t := &media.Track{}
	pic.Describe(t)
	return t, nil
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		t.Run(s.Name, func(t *testing.T) {
			track, err := describe(s.Config, s.Head)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
		})
	}
}

func TestNeedsPicture(t *testing.T) {
	t.Parallel()
	without := 0
	for _, s := range codectest.Streams(t) {
		sets, err := ParseConfig(s.Config)
		if err != nil {
			t.Fatal(err)
		}
		if sets.NeedsPicture() {
			continue
		}
		without++
		track := &media.Track{}
		if err := sets.Describe(track); err != nil {
			t.Fatal(err)
		}
		if got := s.Facts(track); got != s.Want {
			t.Errorf("%s: got  %s\nwant %s", s.Name, got, s.Want)
		}
	}
	if without == 0 {
		t.Error("every stream needs a picture")
	}
}

func FuzzPicture(f *testing.F) {
	for _, s := range codectest.Streams(f) {
		f.Add(s.Config, s.Head)
	}
	f.Fuzz(func(t *testing.T, config, au []byte) {
		one, err1 := describe(config, au)
		two, err2 := describe(config, au)
		if !reflect.DeepEqual(one, two) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
		if err1 == nil && (one.Video.Width <= 0 || one.Video.Height <= 0) {
			t.Fatalf("size %dx%d", one.Video.Width, one.Video.Height)
		}
	})
}

func BenchmarkPicture(b *testing.B) {
	s := codectest.Streams(b)[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := describe(s.Config, s.Head); err != nil {
			b.Fatal(err)
		}
	}
}
