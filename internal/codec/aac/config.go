package aac

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Audio object types (ISO/IEC 14496-3, table 1.17) that are told apart here.
const (
	ObjectMain       = 1
	ObjectLC         = 2
	ObjectSSR        = 3
	ObjectLTP        = 4
	ObjectSBR        = 5
	ObjectScalable   = 6
	ObjectERLC       = 17
	ObjectERLTP      = 19
	ObjectERScalable = 20
	ObjectERBSAC     = 22
	ObjectERLD       = 23
	ObjectPS         = 29
	ObjectLayer1     = 32
	ObjectLayer2     = 33
	ObjectLayer3     = 34
	ObjectALS        = 36
	ObjectERELD      = 39
	ObjectUSAC       = 42
)

// Presence says whether a tool is used. The zero value is Implicit: only the frames can tell.
type Presence int8

// The answers of a configuration.
const (
	Absent   Presence = -1
	Implicit Presence = 0
	Present  Presence = 1
)

// Config is AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) with what GASpecificConfig or
// ELDSpecificConfig adds.
type Config struct {
	AudioObjectType                 int // of the core, where an extension wraps it
	SamplingFrequencyIndex          int
	SamplingFrequency               int // of the core, Hz
	ChannelConfiguration            int
	ExtensionAudioObjectType        int // ObjectSBR when an extension is signalled, else 0
	ExtensionSamplingFrequencyIndex int
	ExtensionSamplingFrequency      int // 0 when not stated

	SBR Presence // spectral band replication (HE-AAC)
	PS  Presence // parametric stereo (HE-AACv2)

	FrameLength      int  // samples of the core per frame: 1024, 960, 512 or 480
	DependsOnCore    bool // dependsOnCoreCoder
	ExtensionFlag    bool
	Resilience       int // the three aac…DataResilienceFlags
	LowDelaySBR      bool
	EPConfig         int
	ProgramConfig    *ProgramConfig // when ChannelConfiguration is 0
	specificConfig   int            // where GASpecificConfig starts, in bits
	specificConfigOK bool           // it was read to its end
}

var (
	errChannelConfiguration = errors.New("reserved channel configuration")
	errNoProgramConfig      = errors.New("channel configuration 0 without a program config element")
)

// samplingFrequencies is ISO/IEC 14496-3, table 1.18.
var samplingFrequencies = [16]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// ParseConfig reads an AudioSpecificConfig. A configuration whose first part is sound is returned
// even when what follows is cut off: Doubt then says so.
func ParseConfig(data []byte) (*Config, error) {
	return parseConfig(bits.NewBitReader(data), true)
}

// parseConfig reads the configuration that starts where r stands; syncExtension looks for the
// backward compatible signalling behind it.
func parseConfig(r *bits.BitReader, syncExtension bool) (*Config, error) {
	start := *r
	c := &Config{}
	c.AudioObjectType = readObjectType(r)
	c.SamplingFrequencyIndex, c.SamplingFrequency = readFrequency(r)
	c.ChannelConfiguration = r.Int(4)
	if r.Err() == nil && c.ChannelConfiguration >= len(channelCounts) {
		return nil, fmt.Errorf("%w %d", errChannelConfiguration, c.ChannelConfiguration)
	}
	if c.AudioObjectType == ObjectSBR || c.AudioObjectType == ObjectPS && !isLayer3Draft(r) {
		if c.AudioObjectType == ObjectPS {
			c.PS = Present
		}
		c.SBR = Present
		c.ExtensionAudioObjectType = ObjectSBR
		c.ExtensionSamplingFrequencyIndex, c.ExtensionSamplingFrequency = readFrequency(r)
		c.AudioObjectType = readObjectType(r)
		if c.AudioObjectType == ObjectERBSAC {
			r.Skip(4) // extensionChannelConfiguration
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	c.specificConfig = r.Pos() - start.Pos()
	if c.ExtensionAudioObjectType != ObjectSBR && syncExtension {
		extension := *r
		c.readSyncExtension(&extension)
	}
	c.limitPS()
	c.readSpecificConfig(r)
	return c, nil
}

// isLayer3Draft tells the draft that used object type 29 for MPEG layer 3 from parametric stereo,
// by the bits that follow (as ffmpeg does).
func isLayer3Draft(r *bits.BitReader) bool {
	return r.Peek(3)&3 != 0 && r.Peek(9)&0x3f == 0
}

// readObjectType is GetAudioObjectType (1.6.2.1, table 1.16).
func readObjectType(r *bits.BitReader) int {
	t := r.Int(5)
	if t == 31 {
		t = 32 + r.Int(6)
	}
	return t
}

// readFrequency reads a sampling frequency by index, or as a number behind the escape value 15.
func readFrequency(r *bits.BitReader) (index, frequency int) {
	index = r.Int(4)
	if index == 15 {
		return index, r.Int(24)
	}
	return index, samplingFrequencies[index]
}

// readSyncExtension looks for syncExtensionType 0x2b7 at every bit behind the channel
// configuration, as ffmpeg does: it does not read the specific configuration first.
func (c *Config) readSyncExtension(r *bits.BitReader) {
	const syncSBR, syncPS = 0x2b7, 0x548
	for r.Left() > 15 && r.Peek(11) != syncSBR {
		r.Skip(1)
	}
	if r.Left() <= 15 {
		return
	}
	r.Skip(11)
	c.ExtensionAudioObjectType = readObjectType(r)
	if c.ExtensionAudioObjectType == ObjectSBR {
		c.SBR = Absent
		if r.Flag() {
			c.SBR = Present
			c.ExtensionSamplingFrequencyIndex, c.ExtensionSamplingFrequency = readFrequency(r)
			if c.ExtensionSamplingFrequency == c.SamplingFrequency {
				c.SBR = Implicit
			}
		}
	}
	if r.Left() > 11 && r.U(11) == syncPS {
		c.PS = Absent
		if r.Flag() {
			c.PS = Present
		}
	}
}

// limitPS rules parametric stereo out where it needs something that is not there: band
// replication, one channel, the LC profile.
func (c *Config) limitPS() {
	if c.SBR == Absent || c.PS == Implicit && c.AudioObjectType != ObjectLC || channelCounts[c.ChannelConfiguration] > 1 {
		c.PS = Absent
	}
}
