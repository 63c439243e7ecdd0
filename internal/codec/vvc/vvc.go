// Package vvc reads the decoder configuration record of VVC / H.266 (ISO/IEC 14496-15:2022, whose
// clauses are cited here). ffprobe 5.1 knows the codec by neither name nor content, so the record
// only adds facts of our own.
package vvc

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

var errVersion = errors.New("unknown configuration version")

// Config is a VvcDecoderConfigurationRecord, 11.2.4.2. All but LengthSize is zero when the record
// does not carry profile, tier and level.
type Config struct {
	LengthSize      int
	HasPTL          bool
	SubLayers       int
	ChromaFormatIDC int
	BitDepth        int
	ProfileIDC      int
	HighTier        bool
	LevelIDC        int
	Width, Height   int // of the largest picture
	AvgFrameRate    int // in units of 1/256 of a frame per second; 0 when not told
}

// ParseConfig reads the content of a vvcC box, version and flags included.
func ParseConfig(box []byte) (*Config, error) {
	r := bits.NewBitReader(box)
	version := r.U(8)
	r.Skip(24 + 5) // flags, reserved
	c := &Config{LengthSize: r.Int(2) + 1, HasPTL: r.Flag()}
	if c.HasPTL {
		r.Skip(9) // ols_idx
		c.SubLayers = r.Int(3)
		r.Skip(2) // constant_frame_rate
		c.ChromaFormatIDC = r.Int(2)
		c.BitDepth = r.Int(3) + 8
		r.Skip(5)
		c.parsePTL(r)
		c.Width, c.Height, c.AvgFrameRate = r.Int(16), r.Int(16), r.Int(16)
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("configuration record: %w", err)
	}
	if version != 0 {
		return nil, errVersion
	}
	return c, nil
}

// parsePTL follows VvcPTLRecord of 11.2.4.2.2.
func (c *Config) parsePTL(r *bits.BitReader) {
	r.Skip(2)
	constraints := r.Int(6)
	c.ProfileIDC = r.Int(7)
	c.HighTier = r.Flag()
	c.LevelIDC = r.Int(8)
	r.Skip(8 * max(1, constraints)) // two flags, then the constraints
	present := 0
	if c.SubLayers > 1 {
		for range c.SubLayers - 1 {
			present += r.Int(1)
		}
		r.Align()
	}
	r.Skip(8 * present)
	r.Skip(32 * r.Int(8)) // sub-profiles
}

// profileNames are the profiles of ISO/IEC 23090-3, annex A.
var profileNames = map[int]string{
	1:  "Main 10",
	2:  "Main 12",
	10: "Main 12 Intra",
	17: "Multilayer Main 10",
	33: "Main 10 4:4:4",
	34: "Main 12 4:4:4",
	35: "Main 16 4:4:4",
	49: "Multilayer Main 10 4:4:4",
	65: "Main 10 Still Picture",
	66: "Main 12 Still Picture",
	97: "Main 10 4:4:4 Still Picture",
}

// Profile names the profile; empty when it has no name here.
func (c *Config) Profile() string { return profileNames[c.ProfileIDC] }
