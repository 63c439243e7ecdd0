package h263

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
			p, err := Parse(s.Head)
			if err != nil {
				t.Fatal(err)
			}
			track := &media.Track{}
			p.Describe(track)
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
		})
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":                 "",
		"cut off":               "00008002",
		"no start code":         "0001800204031e72",
		"no marker":             "0000800004031e72",
		"no source format":      "0000800200031e72",
		"options of an earlier": "000080021c002001093e3c0",
		"custom size cut off":   "000080021ce0210010",
		"custom size of 0 rows": "000080021ce02100109000088",
	} {
		data, err := hex.DecodeString(text[:len(text)&^1])
		if err != nil {
			t.Fatal(err)
		}
		if p, err := Parse(data); err == nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range codectest.Streams(f) {
		f.Add(s.Head)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err1 := Parse(data)
		two, err2 := Parse(data)
		if !reflect.DeepEqual(one, two) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
		if err1 == nil && (one.Width <= 0 || one.Height <= 0) {
			t.Fatalf("%+v", one)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	head := codectest.Streams(b)[0].Head
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(head); err != nil {
			b.Fatal(err)
		}
	}
}
