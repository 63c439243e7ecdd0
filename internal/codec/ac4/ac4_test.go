package ac4

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// sample is the configuration of a player's test file.
const sample = "20a402400000001fffffffe00212f880000042000002501000000310995ba0800112f8800000420000025010000003"

func TestParseConfig(t *testing.T) {
	t.Parallel()
	data := soundtest.Bytes(t, sample)
	c, err := ParseConfig(data)
	if want := (Config{DSIVersion: 1, BitstreamVersion: 2, SampleRate: 48000, FrameRateIndex: 2, Presentations: 2}); err != nil || *c != want {
		t.Errorf("got %+v, %v", c, err)
	}
	for name, bad := range map[string][]byte{"nothing": nil, "two bytes": data[:2], "version 2": {0x40, 0xa4, 0x02}} {
		if c, err := ParseConfig(bad); err == nil {
			t.Errorf("%s: got %+v", name, c)
		}
	}
}

// TestDescribe holds what ffprobe 5.1.9 says of the file that sample is from.
func TestDescribe(t *testing.T) {
	t.Parallel()
	track := media.Track{Audio: &media.Audio{SampleRate: 48000, Channels: 2, ChannelLayout: "stereo"}}
	Describe(&track)
	if got := soundtest.Words(&track); got != "- - - 48000 2 - -" || track.Kind != media.KindAudio || track.Codec.LongName != "" {
		t.Errorf("got %q, %+v", got, track)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(soundtest.Bytes(f, sample))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := ParseConfig(data); err == nil && (c.SampleRate == 0 || c.Presentations > 511) {
			t.Fatalf("got %+v", c)
		}
	})
}

func BenchmarkParseConfig(b *testing.B) {
	data := soundtest.Bytes(b, sample)
	for b.Loop() {
		if _, err := ParseConfig(data); err != nil {
			b.Fatal(err)
		}
	}
}
