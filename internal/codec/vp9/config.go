package vp9

import (
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Config is a VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding, version 1).
type Config struct {
	Profile           int
	Level             int // ten times the level: 31 is 3.1
	BitDepth          int
	ChromaSubsampling int // 0 and 1 4:2:0, 2 4:2:2, 3 4:4:4
	FullRange         bool
	ColourPrimaries   int
	Transfer          int
	Matrix            int
}

// ParseConfig reads the content of a vpcC box, version and flags included.
func ParseConfig(record []byte) (*Config, error) {
	r := bits.NewBitReader(record)
	version := r.U(8)
	r.Skip(24) // flags
	c := &Config{Profile: r.Int(8), Level: r.Int(8), BitDepth: r.Int(4), ChromaSubsampling: r.Int(3), FullRange: r.Flag()}
	c.ColourPrimaries, c.Transfer, c.Matrix = r.Int(8), r.Int(8), r.Int(8)
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("configuration record: %w", err)
	}
	if version != 1 {
		return nil, errVersion
	}
	return c, nil
}
