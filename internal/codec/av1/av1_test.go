package av1

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

// sequence looks for the sequence header where ffprobe does: in the configuration, which in IVF is
// bare units, then in the first packet.
func sequence(config, head []byte) (*Sequence, error) {
	if len(config) > 0 && config[0]&0x80 == 0 {
		return FindSequence(config)
	}
	c, err := ParseConfig(config)
	if err != nil {
		return nil, err
	}
	if c.Sequence != nil {
		return c.Sequence, nil
	}
	return FindSequence(head)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		t.Run(s.Name, func(t *testing.T) {
			seq, err := sequence(s.Config, s.Head)
			if err != nil {
				t.Fatal(err)
			}
			track := &media.Track{}
			seq.Describe(track)
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
			want := media.Rational{}
			if s.Name == "made-tick.mp4" {
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
	for _, s := range codectest.Streams(t) {
		c, err := ParseConfig(s.Config)
		if err != nil || c.Sequence == nil {
			continue
		}
		if c.SeqProfile != c.Sequence.Profile || c.SeqLevelIdx0 != c.Sequence.LevelIdx0 ||
			c.BitDepth != c.Sequence.BitDepth || c.Monochrome != c.Sequence.Monochrome {
			t.Errorf("%s: the record says %+v, the sequence header %+v", s.Name, c, c.Sequence)
		}
		if got, err := FindSequence(s.Head); err == nil {
			found++
			if !reflect.DeepEqual(got, c.Sequence) {
				t.Errorf("%s: got %+v, want %+v", s.Name, got, c.Sequence)
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
	for _, s := range codectest.Streams(f) {
		f.Add(s.Config, s.Head)
	}
	f.Fuzz(func(t *testing.T, config, head []byte) {
		one, err1 := sequence(config, head)
		two, err2 := sequence(config, head)
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
	config := codectest.Streams(b)[0].Config
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseConfig(config); err != nil {
			b.Fatal(err)
		}
	}
}
