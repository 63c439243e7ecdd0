package aac

import "github.com/mediagauge/mediagauge/internal/bits"

// readSpecificConfig reads what follows for the object types that ffprobe's decoder knows.
func (c *Config) readSpecificConfig(r *bits.BitReader) {
	switch c.AudioObjectType {
	case ObjectMain, ObjectLC, ObjectSSR, ObjectLTP, ObjectERLC, ObjectERLD:
		c.readGASpecificConfig(r)
	case ObjectERELD:
		c.readELDSpecificConfig(r)
	default:
		return
	}
	c.specificConfigOK = r.Err() == nil
}

// readGASpecificConfig is ISO/IEC 14496-3, 4.4.1, table 4.1.
func (c *Config) readGASpecificConfig(r *bits.BitReader) {
	c.FrameLength = 1024
	short := r.Flag() // frameLengthFlag
	if short {
		c.FrameLength = 960
	}
	if c.AudioObjectType == ObjectERLD {
		c.FrameLength /= 2
	}
	c.DependsOnCore = r.Flag()
	if c.DependsOnCore {
		r.Skip(14) // coreCoderDelay
	}
	c.ExtensionFlag = r.Flag()
	if c.ChannelConfiguration == 0 {
		c.ProgramConfig = readProgramConfig(r)
	}
	if short && c.SBR == Present {
		// ffprobe's decoder has no band replication for frames of 960.
		c.SBR, c.PS = Absent, Absent
	}
	if c.ExtensionFlag {
		if c.AudioObjectType == ObjectERLC || c.AudioObjectType == ObjectERLD {
			c.Resilience = r.Int(3)
		}
		r.Skip(1) // extensionFlag3
	}
	if c.AudioObjectType == ObjectERLC || c.AudioObjectType == ObjectERLD {
		c.EPConfig = r.Int(2)
	}
}

// readELDSpecificConfig is ISO/IEC 14496-3, 4.6.20.
func (c *Config) readELDSpecificConfig(r *bits.BitReader) {
	c.SBR, c.PS = Absent, Absent
	c.FrameLength = 512
	if r.Flag() {
		c.FrameLength = 480
	}
	c.Resilience = r.Int(3)
	c.LowDelaySBR = r.Flag()
	if c.LowDelaySBR {
		return
	}
	const terminator = 0
	for r.Err() == nil && r.Int(4) != terminator {
		length := r.Int(4)
		if length == 15 {
			length += r.Int(8)
		}
		if length == 15+255 {
			length += r.Int(16)
		}
		r.Skip(8 * length)
	}
	c.EPConfig = r.Int(2)
}
