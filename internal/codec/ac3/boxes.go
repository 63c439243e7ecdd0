package ac3

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Config is AC3SpecificBox (ETSI TS 102 366, F.4).
type Config struct {
	FSCod, BSID, BSMod, ACMod int
	LFEOn                     bool
	BitRateCode               int
}

// Substream is an independent substream of EC3SpecificBox with its dependent ones.
type Substream struct {
	FSCod, BSID, BSMod, ACMod int
	ASVC, LFEOn               bool
	Dependents                int // num_dep_sub
	ChannelLocation           int // chan_loc of the dependent substreams
}

// EnhancedConfig is EC3SpecificBox (F.6).
type EnhancedConfig struct {
	DataRate        int // kbit/s
	Substreams      []Substream
	Atmos           bool // flag_ec3_extension_type_a: joint object coding (TS 103 420, 8.3)
	ComplexityIndex int  // of the objects
}

// maxCode is the highest of the bit rate codes of F.4.
const maxCode = len(bitRates) - 1

var errCode = errors.New("reserved sample rate or bit rate code")

// ParseDac3 reads the body of a dac3 box.
func ParseDac3(data []byte) (*Config, error) {
	r := bits.NewBitReader(data)
	c := &Config{FSCod: r.Int(2), BSID: r.Int(5), BSMod: r.Int(3), ACMod: r.Int(3), LFEOn: r.Flag(), BitRateCode: r.Int(5)}
	if r.Err() != nil {
		return nil, r.Err()
	}
	if c.FSCod == 3 || c.BitRateCode > maxCode {
		return nil, errCode
	}
	return c, nil
}

// BitRate returns the nominal bit rate in bit/s.
func (c *Config) BitRate() int { return 1000 * bitRates[c.BitRateCode] }

// SampleRate returns the rate in Hz.
func (c *Config) SampleRate() int { return sampleRates[c.FSCod] }

// Describe fills in what ffprobe says of a track described so.
func (c *Config) Describe(t *media.Track) {
	describe(t, "ac3", c.SampleRate(), layout(c.ACMod, c.LFEOn))
}

// ParseDec3 reads the body of a dec3 box.
func ParseDec3(data []byte) (*EnhancedConfig, error) {
	r := bits.NewBitReader(data)
	c := &EnhancedConfig{DataRate: r.Int(13)}
	for range r.Int(3) + 1 {
		s := Substream{FSCod: r.Int(2), BSID: r.Int(5)}
		r.Skip(1)
		s.ASVC = r.Flag()
		s.BSMod, s.ACMod, s.LFEOn = r.Int(3), r.Int(3), r.Flag()
		r.Skip(3)
		s.Dependents = r.Int(4)
		if s.Dependents > 0 {
			s.ChannelLocation = r.Int(9)
		} else {
			r.Skip(1)
		}
		c.Substreams = append(c.Substreams, s)
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	if r.Left() >= 16 {
		r.Skip(7)
		c.Atmos = r.Flag()
		c.ComplexityIndex = r.Int(8)
	}
	return c, nil
}

// locations are the bits of chan_loc from the lowest (F.6.2.14).
var locations = [9]media.ChannelMask{
	media.FrontLeftOfCenter | media.FrontRightOfCenter,
	media.BackLeft | media.BackRight,
	media.BackCenter,
	media.TopCenter,
	media.SurroundLeft | media.SurroundRight,
	media.WideLeft | media.WideRight,
	media.TopFrontLeft | media.TopFrontRight,
	media.TopFrontCenter,
	media.LowFrequency2,
}

// Mask returns the channels of the first program, those of its dependent substreams included.
func (c *EnhancedConfig) Mask() media.ChannelMask {
	s := c.Substreams[0]
	mask := layout(s.ACMod, s.LFEOn)
	for i, location := range locations {
		if s.ChannelLocation>>i&1 != 0 {
			mask |= location
		}
	}
	return mask
}

// SampleRate returns the rate in Hz; 0 when it is half of an ordinary one, which only the frames
// tell.
func (c *EnhancedConfig) SampleRate() int {
	if c.Substreams[0].FSCod == 3 {
		return 0
	}
	return sampleRates[c.Substreams[0].FSCod]
}

// Describe fills in what ffprobe says of a track described so, once it has seen a frame. When
// SampleRate is 0 the frames decide: use ParsePacket.
func (c *EnhancedConfig) Describe(t *media.Track) {
	describe(t, "eac3", c.SampleRate(), c.Mask())
}
