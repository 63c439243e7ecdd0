// Package dovi reads the Dolby Vision configuration record (Dolby Vision Streams within the ISO
// Base Media File Format, version 2.5, section 3), as it stands in dvcC, dvvC and dvwC boxes and
// in Matroska's block addition mappings.
package dovi

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

var errVersion = errors.New("unknown configuration version")

// Config is a DOVIDecoderConfigurationRecord.
type Config struct {
	VersionMajor  int
	VersionMinor  int
	Profile       int
	Level         int
	RPU           bool // there is dynamic metadata
	Enhancement   bool // there is an enhancement layer
	Base          bool // there is a base layer
	Compatibility int  // bl_signal_compatibility_id: what the base layer looks like without Dolby Vision
}

// ParseConfig reads a record. The reserved bytes at its end may be missing.
func ParseConfig(record []byte) (*Config, error) {
	r := bits.NewBitReader(record)
	c := &Config{
		VersionMajor: r.Int(8), VersionMinor: r.Int(8), Profile: r.Int(7), Level: r.Int(6),
		RPU: r.Flag(), Enhancement: r.Flag(), Base: r.Flag(),
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("Dolby Vision record: %w", err)
	}
	if c.VersionMajor == 0 || c.VersionMajor > 4 {
		return nil, errVersion
	}
	if r.Left() >= 4 {
		c.Compatibility = r.Int(4)
	}
	return c, nil
}

// String names profile and compatibility as people do: "8.1", or "5" where the base layer is
// compatible with nothing.
func (c *Config) String() string {
	if c.Compatibility == 0 {
		return fmt.Sprint(c.Profile)
	}
	return fmt.Sprintf("%d.%d", c.Profile, c.Compatibility)
}
