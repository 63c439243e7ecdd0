// Package ac4 reads the first fields of AC-4's decoder specific information (ETSI TS 103 190-2,
// annex E.5). ffprobe 5.1 has no codec for AC-4: it prints the sample entry's rate and channels and
// neither a name nor a layout.
package ac4

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Config is the head of ac4_dsi_v1 (E.6).
type Config struct {
	DSIVersion       int
	BitstreamVersion int
	SampleRate       int // base sampling frequency, Hz
	FrameRateIndex   int
	Presentations    int
}

var errVersion = errors.New("unknown version of the configuration")

// ParseConfig reads the body of a dac4 box.
func ParseConfig(data []byte) (*Config, error) {
	r := bits.NewBitReader(data)
	c := &Config{DSIVersion: r.Int(3), BitstreamVersion: r.Int(7), SampleRate: 44100}
	if r.Flag() { // fs_index
		c.SampleRate = 48000
	}
	c.FrameRateIndex = r.Int(4)
	c.Presentations = r.Int(9)
	switch {
	case r.Err() != nil:
		return nil, r.Err()
	case c.DSIVersion > 1:
		return nil, errVersion
	}
	return c, nil
}

// Describe leaves of the track's sound what ffprobe says of it: what the container states, without a
// codec's name or a layout.
func Describe(t *media.Track) {
	t.Kind = media.KindAudio
	t.SetCodec("")
	t.Audio.SampleFormat = ""
	t.Audio.ChannelLayout = ""
}
