// Package truehd reads the major sync of Dolby TrueHD ("Dolby TrueHD (MLP) high-level bitstream
// description", 3.2 and 4.1).
package truehd

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

var (
	errTruncated = errors.New("access unit ends too early")
	errSync      = errors.New("no major sync")
	errKind      = errors.New("a presentation that is not known")
)

// HeaderSize is how many bytes ParseUnit needs.
const HeaderSize = 12

// Sync is format_info() of a major sync.
type Sync struct {
	SampleRate int
	Six, Eight int // 6ch_ and 8ch_presentation_channel_assignment
}

// ParseUnit reads an access unit that starts with a major sync.
func ParseUnit(unit []byte) (*Sync, error) {
	const syncTrueHD = 0xf8726fba
	if len(unit) < HeaderSize {
		return nil, errTruncated
	}
	r := bits.NewBitReader(unit)
	r.Skip(32) // check nibble, access unit length, input timing
	if r.U(32) != syncTrueHD {
		return nil, errSync
	}
	rate := r.Int(4)
	r.Skip(4 + 2 + 2)
	s := &Sync{Six: r.Int(5)}
	r.Skip(2)
	s.Eight = r.Int(13)
	bases := [2]int{48000, 44100}
	if rate&7 > 2 {
		return nil, errKind
	}
	s.SampleRate = bases[rate>>3] << (rate & 7)
	if s.Layout() == 0 {
		return nil, errKind
	}
	return s, nil
}

// channels are the loudspeakers of each bit of a channel assignment (table 3); those further on
// do not make a layout that ffprobe names.
var channels = [...]media.ChannelMask{
	media.FrontLeft | media.FrontRight, media.FrontCenter, media.LowFrequency, media.SideLeft | media.SideRight,
}

// Layout returns the channels, 0 where the presentations differ so that it depends on the decoder
// which one is meant.
func (s *Sync) Layout() (mask media.ChannelMask) {
	if s.Six != s.Eight || s.Six>>len(channels) != 0 {
		return 0
	}
	for i, c := range channels {
		if s.Six>>i&1 != 0 {
			mask |= c
		}
	}
	return mask
}

// Describe fills in what ffprobe says of a track that starts with this access unit: samples of
// TrueHD have 24 bits.
func (s *Sync) Describe(t *media.Track) {
	t.SetCodec("truehd")
	mask := s.Layout()
	t.Audio.SampleFormat, t.Audio.BitDepth = "s32", 24
	t.Audio.SampleRate = s.SampleRate
	t.Audio.Channels, t.Audio.ChannelLayout = mask.Count(), mask.String()
}
