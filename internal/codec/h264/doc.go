// Package h264 reads the headers of H.264 / AVC elementary streams (ISO/IEC 14496-10):
// configuration records, parameter sets, slice headers and the few SEI messages that change
// what ffprobe prints.
//
// Section numbers in this package are those of ISO/IEC 14496-10:2022 unless said otherwise.
package h264

import "errors"

// Errors of the parsers. Everything they refuse is refused by ffprobe's decoder too, or would be
// read differently by it.
var (
	errNotNAL      = errors.New("not the expected kind of NAL unit")
	errValue       = errors.New("value out of range")
	errVersion     = errors.New("unknown configuration version")
	errPlanes      = errors.New("separately coded colour planes")
	errStartCode   = errors.New("start code within a NAL unit")
	errNoSPS       = errors.New("no sequence parameter set")
	errNoPPS       = errors.New("no picture parameter set")
	errSeveral     = errors.New("several sequence parameter sets")
	errLength      = errors.New("NAL unit that reaches beyond its access unit")
	errCut         = errors.New("too long to look at before its first slice")
	errNoSlice     = errors.New("no slice")
	errSliceGroups = errors.New("slice groups")
)

// NAL unit types (table 7-1).
const (
	nalSlice  = 1
	nalDPA    = 2
	nalIDR    = 5
	nalSEI    = 6
	nalSPS    = 7
	nalPPS    = 8
	maxSPS    = 32 // how many parameter sets there can be (7.4.2.1.1, 7.4.2.2)
	maxPPS    = 256
	nalHeader = 1 // bytes
)
