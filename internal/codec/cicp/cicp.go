// Package cicp names the coding-independent code points of ISO/IEC 23091-2 (ITU-T H.273) as
// ffprobe prints them: colour primaries, transfer characteristics, matrix coefficients, range
// and the place of the chroma samples.
//
// A code that means "unspecified", and one that has no name, gives the empty string: ffprobe
// prints neither.
package cicp

// Primaries names ColourPrimaries (H.273, table 2).
func Primaries(code int) string { return name(primaries[:], code) }

// Transfer names TransferCharacteristics (H.273, table 3).
func Transfer(code int) string { return name(transfer[:], code) }

// Matrix names MatrixCoefficients (H.273, table 4).
func Matrix(code int) string { return name(matrix[:], code) }

// Range names VideoFullRangeFlag.
func Range(full bool) string {
	if full {
		return "pc"
	}
	return "tv"
}

// ChromaLocation names ChromaSampleLocType of 4:2:0 pictures (H.273, clause 8.7).
func ChromaLocation(code int) string { return name(locations[:], code) }

func name(table []string, code int) string {
	if code < 0 || code >= len(table) {
		return ""
	}
	return table[code]
}
