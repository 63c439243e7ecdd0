package vp9

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		t.Run(s.Name, func(t *testing.T) {
			frame, err := ParseFrame(s.Head)
			if strings.HasPrefix(s.Want, "- |") || strings.Contains(s.Want, "12336") {
				if err == nil { // ffprobe cannot decode it either
					t.Errorf("got %+v", frame)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			track := &media.Track{Video: &media.Video{Width: 8, Height: 8}}
			frame.Describe(track)
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	got, err := ParseConfig([]byte{1, 0, 0, 0, 2, 31, 0xa3, 9, 16, 9, 0, 0})
	want := &Config{Profile: 2, Level: 31, BitDepth: 10, ChromaSubsampling: 1, FullRange: true,
		ColourPrimaries: 9, Transfer: 16, Matrix: 9}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, record := range [][]byte{nil, {1, 0, 0, 0, 2, 31, 0xa3, 9, 16}, {0, 0, 0, 0, 2, 31, 0xa3, 9, 16, 9, 0, 0}} {
		if got, err := ParseConfig(record); err == nil {
			t.Errorf("%x: got %+v", record, got)
		}
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":                   "",
		"cut off":                 "824983420013f0",
		"no marker":               "424983420013f00b36",
		"show existing frame":     "88",
		"inter frame":             "8649834200",
		"no sync code":            "824983430013f00b36",
		"4:2:0 in profile 1":      "a24983420c13f00b36",
		"rgb in profile 0":        "82498342e013f00b36",
		"reserved bit, profile 3": "b9249834200000000000",
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
		if c, err := ParseConfig(data); err == nil && c.BitDepth > 15 {
			t.Fatalf("%+v", c)
		}
		if err1 == nil && (one.Width <= 0 || one.Height <= 0 || one.PixelFormat() == "") {
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
