package aac

import (
	"strconv"

	"github.com/mediagauge/mediagauge/media"
)

// The gate rules that Doubt names.
const (
	RuleImplicitSBR   = "aac-implicit-sbr"   // only the first frame tells HE-AAC from LC
	RuleExplicitSBR   = "aac-explicit-sbr"   // only the first frame tells whether SBR is used, as ffprobe's profile does
	RuleUnsupported   = "aac-object-type"    // ffprobe refuses the file
	RuleLayout        = "aac-channel-layout" // a layout that ffprobe builds in ways of its own, or refuses
	RuleFirstElements = "aac-first-frame"    // the first frame does not fit the configuration
)

// implicitSBRLimit is the highest core sample rate for which encoders leave band replication
// unsignalled: the doubled rate is at most 48 kHz (ISO/IEC 14496-3, 1.6.5.3).
const implicitSBRLimit = 24000

// CodecName returns ffprobe's codec for the object type: "aac", "mp4als" or "mp3on4".
func (c *Config) CodecName() string {
	switch c.AudioObjectType {
	case ObjectALS:
		return "mp4als"
	case ObjectPS, ObjectLayer1, ObjectLayer2, ObjectLayer3:
		return "mp3on4"
	}
	return "aac"
}

// Doubt returns the gate rule by which the configuration alone does not give ffprobe's answer,
// "" when it does. After RuleImplicitSBR and RuleExplicitSBR only the first frame settles it.
func (c *Config) Doubt() string {
	if rule := c.Refused(); rule != "" {
		return rule
	}
	switch {
	case c.SBR == Implicit && c.outputRate() <= implicitSBRLimit && c.FrameLength != 960 && !c.errorResilient():
		return RuleImplicitSBR
	case c.SBR == Present && !c.errorResilient():
		return RuleExplicitSBR
	}
	return ""
}

// Refused returns the gate rule of a configuration that ffprobe 5.1 cannot open, or for which no
// layout is known; "" when there is none.
func (c *Config) Refused() string {
	switch {
	case !c.specificConfigOK, c.SamplingFrequencyIndex > 12, c.Resilience != 0, c.EPConfig != 0, c.LowDelaySBR:
		return RuleUnsupported
	case c.ChannelConfiguration == 0:
		if c.ProgramConfig == nil {
			return RuleLayout
		}
		if _, _, ok := c.ProgramConfig.Layout(); !ok || c.ProgramConfig.CouplingElements > 0 {
			return RuleLayout
		}
	case channelLayouts[c.ChannelConfiguration] == 0:
		return RuleLayout
	}
	return ""
}

func (c *Config) errorResilient() bool { return c.AudioObjectType >= ObjectERLC }

// outputRate is ffprobe's sample_rate before it has seen a frame.
func (c *Config) outputRate() int {
	if c.ExtensionSamplingFrequency != 0 {
		return c.ExtensionSamplingFrequency
	}
	return c.SamplingFrequency
}

// layout returns the layout and number of channels without what a frame changes.
func (c *Config) layout() (media.ChannelMask, int) {
	mask := channelLayouts[c.ChannelConfiguration]
	n := mask.Count()
	if c.ProgramConfig != nil {
		mask, n, _ = c.ProgramConfig.Layout()
	}
	if n == 1 && c.SBR == Present && c.PS != Absent {
		return media.LayoutStereo, 2
	}
	return mask, n
}

// Describe fills in what ffprobe says of a track with this configuration and at least one frame,
// where Doubt returns "". The sample rate is that of the sound that comes out.
func (c *Config) Describe(t *media.Track) {
	c.DescribeEmpty(t)
	t.Codec.Profile = profileName(c.AudioObjectType - 1)
	if t.Audio.SampleRate = c.SamplingFrequency; c.SBR == Present && c.ExtensionSamplingFrequency > c.SamplingFrequency {
		t.Audio.SampleRate *= 2
	}
}

// DescribeEmpty fills in what ffprobe says of a track with this configuration and no frames: the
// profile is then not known.
func (c *Config) DescribeEmpty(t *media.Track) {
	t.Codec.Name = c.CodecName()
	t.Codec.LongName = media.CodecLongName(t.Codec.Name)
	if t.Audio == nil {
		t.Audio = &media.Audio{}
	}
	mask, n := c.layout()
	t.Audio.SampleFormat = "fltp"
	t.Audio.SampleRate = c.outputRate()
	t.Audio.Channels = n
	t.Audio.ChannelLayout = mask.String()
}

// profileName spells ffprobe's profile; those without a name print as a number.
func profileName(profile int) string {
	names := map[int]string{
		0: "Main", 1: "LC", 2: "SSR", 3: "LTP", 4: "HE-AAC", 22: "LD", 28: "HE-AACv2", 38: "ELD",
	}
	if n := names[profile]; n != "" {
		return n
	}
	return strconv.Itoa(profile)
}
