package dts

import "github.com/mediagauge/mediagauge/media"

// RuleExtension is the gate rule of frames whose extensions would have to be decoded.
const RuleExtension = "dts-extension"

// Packet is what one access unit holds.
type Packet struct {
	Core      *Core      // nil when there is none
	Substream *Substream // nil when there is none
	Express   *Express   // nil unless the first asset is DTS Express
}

// ParsePacket reads the headers of an access unit: a core frame, an extension substream, or one
// behind the other on the next four-byte boundary.
func ParsePacket(data []byte) (*Packet, error) {
	p := &Packet{}
	core, err := ParseCore(data)
	if err == nil {
		p.Core = core
		next := (core.FrameSize + 3) &^ 3
		if len(data)-4 <= next {
			return p, nil
		}
		data = data[next:]
	} else if err != errSync {
		return nil, err
	}
	p.Substream, err = ParseSubstream(data)
	switch {
	case err == errSync && p.Core != nil:
		return p, nil // what follows the core is of no account
	case err != nil:
		return nil, err
	}
	if at := p.Substream.ExpressAt; at > 0 && at < len(data) {
		p.Express, err = ParseExpress(data[at:])
	}
	return p, err
}

// Doubt returns the gate rule by which the headers alone do not give ffprobe's answer, "" when they
// do.
func (p *Packet) Doubt() string {
	switch {
	case p.Express != nil:
		return ""
	case p.Core == nil, p.Core.extended(), p.Substream != nil && p.Substream.Extensions != 0:
		return RuleExtension
	}
	return ""
}

// BitRate returns ffprobe's bit rate of the codec in bit/s, 0 when it has none.
func (p *Packet) BitRate() int {
	switch {
	case p.Express != nil:
		return p.Express.ScaledBitRate
	case p.Core != nil && p.Doubt() == "":
		return p.Core.BitRate
	}
	return 0
}

// Samples returns the length of the access unit's core in samples; 0 when there is none.
func (p *Packet) Samples() int {
	if p.Core == nil {
		return 0
	}
	return p.Core.Samples()
}

// Profile returns ffprobe's profile as far as the headers tell it.
func (p *Packet) Profile() string {
	var in Extensions
	if p.Substream != nil {
		in = p.Substream.Extensions
	}
	switch {
	case p.Express != nil:
		return "DTS Express"
	case in&ExtensionXLL != 0:
		return "DTS-HD MA"
	case in&(ExtensionXBR|ExtensionXXCH|ExtensionX96) != 0:
		return "DTS-HD HRA"
	case p.Core == nil:
		return ""
	case p.Core.extended() && p.Core.Extension == extX96:
		return "DTS 96/24"
	case p.Core.extended():
		return "DTS-ES"
	}
	return "DTS"
}

// Describe fills in what ffprobe says of a track whose first access unit this is, where Doubt
// returns "". Elsewhere it describes the core, or names the profile alone.
func (p *Packet) Describe(t *media.Track) {
	t.SetCodec("dts")
	t.Codec.Profile = p.Profile()
	var mask media.ChannelMask
	switch {
	case p.Express != nil:
		mask, t.Audio.SampleRate = p.Express.Layout(), p.Express.SampleRate
	case p.Core != nil:
		mask, t.Audio.SampleRate = p.Core.Layout(), p.Core.SampleRate
	default:
		return
	}
	t.Audio.SampleFormat = "fltp"
	t.Audio.Channels = mask.Count()
	t.Audio.ChannelLayout = mask.String()
}
