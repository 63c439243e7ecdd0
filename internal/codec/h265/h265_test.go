package h265

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// stream is one line of testdata/streams.tsv.
type stream struct {
	name       string
	config, au []byte
	want       string
}

func streams(tb testing.TB) []stream {
	tb.Helper()
	f, err := os.Open("testdata/streams.tsv")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []stream
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		parts := strings.Split(lines.Text(), "\t")
		config, err1 := hex.DecodeString(parts[1])
		au, err2 := hex.DecodeString(parts[2])
		if err1 != nil || err2 != nil {
			tb.Fatal(parts[0], err1, err2)
		}
		out = append(out, stream{parts[0], config, au, parts[3]})
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		tb.Fatal("no streams", err)
	}
	return out
}

// facts prints a track as the last column of testdata/streams.tsv.
func facts(t *media.Track) string {
	or := func(s string) string { return cmp.Or(s, "-") }
	level, sar := "-", "-"
	if t.Codec.Level != nil {
		level = fmt.Sprint(*t.Codec.Level)
	}
	v := t.Video
	if v.SAR.Known() {
		sar = v.SAR.String()
	}
	return strings.Join([]string{or(t.Codec.Profile), level, fmt.Sprintf("%dx%d", v.Width, v.Height), or(v.PixelFormat),
		fmt.Sprintf("b%d", v.ReorderDepth), sar, or(v.FieldOrder), or(v.Color.Range), or(v.Color.Primaries),
		or(v.Color.Transfer), or(v.Color.Matrix), or(v.Color.ChromaLocation)}, " | ")
}

func describe(s stream) (*media.Track, error) {
	sets, err := ParseConfig(s.config)
	if err != nil {
		return nil, err
	}
	pic, err := sets.Picture(s.au)
	if err != nil {
		return nil, err
	}
	t := &media.Track{}
	pic.Describe(t)
	return t, nil
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range streams(t) {
		t.Run(s.name, func(t *testing.T) {
			track, err := describe(s)
			if err != nil {
				t.Fatal(err)
			}
			if got := facts(track); got != s.want {
				t.Errorf("got  %s\nwant %s", got, s.want)
			}
		})
	}
}

func TestNeedsPicture(t *testing.T) {
	t.Parallel()
	without := 0
	for _, s := range streams(t) {
		sets, err := ParseConfig(s.config)
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
		if got := facts(track); got != s.want {
			t.Errorf("%s: got  %s\nwant %s", s.name, got, s.want)
		}
	}
	if without == 0 {
		t.Error("every stream needs a picture")
	}
}

func FuzzPicture(f *testing.F) {
	for _, s := range streams(f) {
		f.Add(s.config, s.au)
	}
	f.Fuzz(func(t *testing.T, config, au []byte) {
		s := stream{config: config, au: au}
		one, err1 := describe(s)
		two, err2 := describe(s)
		if !reflect.DeepEqual(one, two) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
		if err1 == nil && (one.Video.Width <= 0 || one.Video.Height <= 0) {
			t.Fatalf("size %dx%d", one.Video.Width, one.Video.Height)
		}
	})
}

func BenchmarkPicture(b *testing.B) {
	s := streams(b)[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := describe(s); err != nil {
			b.Fatal(err)
		}
	}
}
