package ac3

import (
	"errors"

	"github.com/mediagauge/mediagauge/media"
)

// maxChannels is the most channels that dependent substreams can make (E.1.3.1.8).
const maxChannels = 16

// maxDependents is how many dependent substreams a program may have (E.1.3.1.2).
const maxDependents = 8

var (
	errDependent = errors.New("dependent substream that does not fit")
	errChannels  = errors.New("more than 16 channels")
)

// Program is what one access unit presents: an independent frame and the dependent frames behind
// it that add channels.
type Program struct {
	Frame
	Dependents []Frame
	Mask       media.ChannelMask
}

// ParsePacket reads the headers in an access unit as ffprobe's decoder does: the first frame, then
// dependent frames until something else comes. The bodies are stepped over.
func ParsePacket(data []byte) (*Program, error) {
	first, err := ParseFrame(data)
	if err != nil {
		return nil, err
	}
	p := &Program{Frame: *first, Mask: first.Layout()}
	rest := data
	for last := first; last.FrameSize < len(rest); {
		rest = rest[last.FrameSize:]
		next, err := ParseFrame(rest)
		if err != nil || next.Type != Dependent || !next.Enhanced {
			break
		}
		if next.Blocks != first.Blocks || next.SampleRate != first.SampleRate {
			return nil, errDependent
		}
		added, channels := next.addedChannels()
		if channels > next.Layout().Count() || len(p.Dependents) == maxDependents {
			return nil, errDependent
		}
		p.Dependents = append(p.Dependents, *next)
		p.Mask |= added
		if p.Mask.Count() > maxChannels {
			return nil, errChannels
		}
		p.BitRate += next.BitRate
		last = next
	}
	return p, nil
}

// mapLocations are the bits of chanmap from the highest (E.1.3.1.8, table E.1.4), in ffprobe's
// loudspeakers.
var mapLocations = [16]media.ChannelMask{
	media.FrontLeft,
	media.FrontCenter,
	media.FrontRight,
	media.SideLeft,
	media.SideRight,
	media.FrontLeftOfCenter | media.FrontRightOfCenter,
	media.BackLeft | media.BackRight,
	media.BackCenter,
	media.TopCenter,
	media.SurroundLeft | media.SurroundRight,
	media.WideLeft | media.WideRight,
	media.TopFrontLeft | media.TopFrontRight,
	media.TopFrontCenter,
	media.TopBackLeft | media.TopBackRight,
	media.LowFrequency2,
	media.LowFrequency,
}

// addedChannels gives where the channels of a dependent frame go, and how many it takes to be
// there; some may replace those of the independent frame.
func (f *Frame) addedChannels() (mask media.ChannelMask, channels int) {
	for i, location := range mapLocations {
		if f.ChannelMap>>(15-i)&1 != 0 {
			mask |= location
			channels += location.Count()
		}
	}
	return mask, channels
}

// CodecName returns ffprobe's codec: an AC-3 frame with dependent frames makes E-AC-3.
func (p *Program) CodecName() string {
	if len(p.Dependents) > 0 {
		return "eac3"
	}
	return p.Frame.CodecName()
}

// Describe fills in what ffprobe says of a track whose first access unit this is. The codec is what
// the frames are, whatever the container calls them; in MP4 ffprobe keeps the container's name.
func (p *Program) Describe(t *media.Track) {
	describe(t, p.CodecName(), p.SampleRate, p.Mask)
}

func describe(t *media.Track, codec string, rate int, mask media.ChannelMask) {
	t.SetCodec(codec)
	t.Audio.SampleFormat = "fltp"
	t.Audio.SampleRate = rate
	t.Audio.Channels = mask.Count()
	t.Audio.ChannelLayout = mask.String()
}
