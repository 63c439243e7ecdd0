// Package h265 reads the headers of H.265 / HEVC elementary streams (ISO/IEC 23008-2):
// configuration records, parameter sets and the SEI messages that describe a stream.
//
// Section numbers in this package are those of ISO/IEC 23008-2:2020 unless said otherwise. Layers
// above the base layer are ignored, as ffprobe ignores them.
package h265

import "errors"

// Errors of the parsers. Everything they refuse is refused by ffprobe's decoder too, or would be
// read differently by it.
var (
	errNotNAL    = errors.New("not the expected kind of NAL unit")
	errValue     = errors.New("value out of range")
	errBitDepth  = errors.New("bit depth that ffprobe cannot decode")
	errOddVUI    = errors.New("usability information in another order")
	errNoVPS     = errors.New("no video parameter set")
	errStartCode = errors.New("start code within a NAL unit")
	errNoSPS     = errors.New("no sequence parameter set")
	errNoPPS     = errors.New("no picture parameter set")
	errSeveral   = errors.New("several sequence parameter sets")
	errNoSlice   = errors.New("no slice")
)

// NAL unit types (table 7-1).
const (
	nalFirstIRAP  = 16
	nalLastIRAP   = 23
	nalFirstOther = 32 // below it are slices
	nalVPS        = 32
	nalSPS        = 33
	nalPPS        = 34
	nalPrefixSEI  = 39
	nalHeader     = 2 // bytes
)

// How many parameter sets of a kind there can be (7.4.3).
const (
	maxSPS = 16
	maxPPS = 64
)

// nalType returns nal_unit_type of a base layer unit; ok is false for other layers and for units
// that are too short.
func nalType(nalu []byte) (kind int, ok bool) {
	if len(nalu) <= nalHeader {
		return 0, false
	}
	return int(nalu[0] >> 1 & 0x3f), nalu[0]&1 == 0 && nalu[1]>>3 == 0
}
