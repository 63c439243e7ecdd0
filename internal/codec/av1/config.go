package av1

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Config is an AV1CodecConfigurationRecord (AV1 Codec ISO Media File Format Binding, 2.3.3).
type Config struct {
	SeqProfile   int
	SeqLevelIdx0 int
	SeqTier0     int
	BitDepth     int
	Monochrome   bool
	Sequence     *Sequence // nil when the record does not carry it
}

// ParseConfig reads an av1C box or Matroska's CodecPrivate.
func ParseConfig(record []byte) (*Config, error) {
	r := bits.NewBitReader(record)
	version := r.U(8)
	c := &Config{SeqProfile: r.Int(3), SeqLevelIdx0: r.Int(5), SeqTier0: r.Int(1), BitDepth: 8}
	high, twelve := r.Flag(), r.Flag()
	c.Monochrome = r.Flag()
	r.Skip(4 + 8) // subsampling and sample position, initial presentation delay
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("configuration record: %w", err)
	}
	if version != 0x81 { // marker and version
		return nil, errVersion
	}
	if high {
		c.BitDepth = 10
		if twelve {
			c.BitDepth = 12
		}
	}
	s, err := FindSequence(record[4:])
	if err != nil && !errors.Is(err, errNoSequence) {
		return nil, fmt.Errorf("configuration record: %w", err)
	}
	c.Sequence = s
	return c, nil
}
