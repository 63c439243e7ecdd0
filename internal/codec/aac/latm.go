package aac

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// LATM is what a LOAS frame's stream mux configuration says (ISO/IEC 14496-3, 1.7.3).
type LATM struct {
	FrameLength int     // bytes, with the three of the LOAS header
	SubFrames   int     // payloads in the frame, one access unit each
	Config      *Config // nil when the frame refers to an earlier configuration
}

var errManyStreams = errors.New("more than one program or layer")

// ParseLOAS reads the header of an AudioSyncStream at the start of data. A frame that repeats an
// earlier configuration has no Config.
func ParseLOAS(data []byte) (*LATM, error) {
	r := bits.NewBitReader(data)
	if r.U(11) != 0x2b7 {
		if r.Err() != nil {
			return nil, r.Err()
		}
		return nil, errSync
	}
	l := &LATM{FrameLength: 3 + r.Int(13)}
	if r.Flag() { // useSameStreamMux
		return l, r.Err()
	}
	return l, l.readStreamMuxConfig(r)
}

// ParseStreamMuxConfig reads a StreamMuxConfig that stands alone (RFC 6416, "config").
func ParseStreamMuxConfig(data []byte) (*LATM, error) {
	l := &LATM{}
	return l, l.readStreamMuxConfig(bits.NewBitReader(data))
}

// readStreamMuxConfig is table 1.42, for one program of one layer.
func (l *LATM) readStreamMuxConfig(r *bits.BitReader) error {
	version, versionA := r.Flag(), false
	if version {
		versionA = r.Flag()
	}
	if versionA {
		return errors.New("reserved audioMuxVersionA")
	}
	if version {
		readValue(r) // taraBufferFullness
	}
	r.Skip(1) // allStreamsSameTimeFraming
	l.SubFrames = r.Int(6) + 1
	programs, layers := r.Int(4), r.Int(3)
	if r.Err() != nil {
		return r.Err()
	}
	if programs != 0 || layers != 0 {
		return errManyStreams
	}
	var err error
	if !version {
		l.Config, err = parseConfig(r, false)
		return err
	}
	length := int(min(readValue(r), uint32(r.Left())))
	start := *r
	l.Config, err = parseConfig(r, length > 0)
	*r = start
	r.Skip(length)
	return err
}

// readValue is LatmGetValue (table 1.43).
func readValue(r *bits.BitReader) uint32 {
	return r.U(8 * (r.Int(2) + 1))
}
