package av1

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
	name         string
	config, head []byte
	want         string
}

func streams(tb testing.TB) []stream {
	tb.Helper()
	f, err := os.Open("testdata/streams.tsv")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []stream
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		parts := strings.Split(lines.Text(), "\t")
		config, err1 := hex.DecodeString(strings.TrimPrefix(parts[1], "-"))
		head, err2 := hex.DecodeString(strings.TrimPrefix(parts[2], "-"))
		if err1 != nil || err2 != nil {
			tb.Fatal(parts[0], err1, err2)
		}
		out = append(out, stream{parts[0], config, head, parts[3]})
	}
	if len(out) == 0 {
		tb.Fatal("no streams")
	}
	return out
}

// facts prints a track as the last column of testdata/streams.tsv.
func facts(t *media.Track) string {
	or := func(s string) string { return cmp.Or(s, "-") }
	v, grain := t.Video, 0
	if v.FilmGrain {
		grain = 1
	}
	return strings.Join([]string{or(t.Codec.Profile), fmt.Sprint(*t.Codec.Level), fmt.Sprint(v.Width), fmt.Sprint(v.Height),
		or(v.PixelFormat), or(v.Color.Range), or(v.Color.Primaries), or(v.Color.Transfer), or(v.Color.Matrix),
		or(v.Color.ChromaLocation), fmt.Sprint(grain), fmt.Sprint(v.ReorderDepth)}, " | ")
}

// sequence looks for the sequence header where ffprobe does: in the configuration, which in IVF is
// bare units, then in the first packet.
func sequence(s stream) (*Sequence, error) {
	if len(s.config) > 0 && s.config[0]&0x80 == 0 {
		return FindSequence(s.config)
	}
	c, err := ParseConfig(s.config)
	if err != nil {
		return nil, err
	}
	if c.Sequence != nil {
		return c.Sequence, nil
	}
	return FindSequence(s.head)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range streams(t) {
		t.Run(s.name, func(t *testing.T) {
			seq, err := sequence(s)
			if err != nil {
				t.Fatal(err)
			}
			track := &media.Track{}
			seq.Describe(track)
			if got := facts(track); got != s.want {
				t.Errorf("got  %s\nwant %s", got, s.want)
			}
			want := media.Rational{}
			if s.name == "made-tick.mp4" {
				want = media.Rational{Num: 30000, Den: 1001}
			}
			if got := seq.FrameRate(); got != want {
				t.Errorf("got rate %v, want %v", got, want)
			}
		})
	}
}

// TestConfig compares the record's own fields and the temporal unit with the sequence header.
func TestConfig(t *testing.T) {
	t.Parallel()
	found := 0
	for _, s := range streams(t) {
		c, err := ParseConfig(s.config)
		if err != nil || c.Sequence == nil {
			continue
		}
		if c.SeqProfile != c.Sequence.Profile || c.SeqLevelIdx0 != c.Sequence.LevelIdx0 ||
			c.BitDepth != c.Sequence.BitDepth || c.Monochrome != c.Sequence.Monochrome {
			t.Errorf("%s: the record says %+v, the sequence header %+v", s.name, c, c.Sequence)
		}
		if got, err := FindSequence(s.head); err == nil {
			found++
			if !reflect.DeepEqual(got, c.Sequence) {
				t.Errorf("%s: got %+v, want %+v", s.name, got, c.Sequence)
			}
		}
	}
	if found == 0 {
		t.Error("no temporal unit has a sequence header")
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for name, record := range map[string]string{
		"empty":                  "",
		"cut off":                "8100",
		"version 2":              "82000c00",
		"sequence cut off":       "81000c000a01ff",
		"reserved profile":       "81000c000a0be00000042a67f81e05a00000",
		"forbidden bit":          "81000c008a0b",
		"size without end":       "81000c000affffffffffffffffff",
		"extension without byte": "81000c000e",
	} {
		data, err := hex.DecodeString(record)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := ParseConfig(data); err == nil && c.Sequence != nil {
			t.Errorf("%s: got %+v", name, c.Sequence)
		}
	}
	if c, err := ParseConfig([]byte{0x81, 0x05, 0x0c, 0}); err != nil || c.Sequence != nil || c.SeqLevelIdx0 != 5 {
		t.Errorf("a record without sequence header: %+v, %v", c, err)
	}
}

func FuzzSequence(f *testing.F) {
	for _, s := range streams(f) {
		f.Add(s.config, s.head)
	}
	f.Fuzz(func(t *testing.T, config, head []byte) {
		s := stream{config: config, head: head}
		one, err1 := sequence(s)
		two, err2 := sequence(s)
		if !reflect.DeepEqual(one, two) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
		if err1 != nil {
			return
		}
		track := &media.Track{}
		if one.Describe(track); track.Video.Width <= 0 || track.Video.Height <= 0 || one.FrameRate().Num < 0 {
			t.Fatalf("%+v", one)
		}
	})
}

func BenchmarkConfig(b *testing.B) {
	config := streams(b)[0].config
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseConfig(config); err != nil {
			b.Fatal(err)
		}
	}
}
