package media

// primaryNames are ColourPrimaries (ITU-T H.273, table 2) by ffprobe's names.
var primaryNames = map[string]int{
	"bt2020":    9,
	"bt470bg":   5,
	"bt470m":    4,
	"bt709":     1,
	"ebu3213":   22,
	"film":      8,
	"smpte170m": 6,
	"smpte240m": 7,
	"smpte428":  10,
	"smpte431":  11,
	"smpte432":  12,
}

// transferNames are TransferCharacteristics (ITU-T H.273, table 3) by ffprobe's names.
var transferNames = map[string]int{
	"arib-std-b67": 18,
	"bt1361e":      12,
	"bt2020-10":    14,
	"bt2020-12":    15,
	"bt470bg":      5,
	"bt470m":       4,
	"bt709":        1,
	"iec61966-2-1": 13,
	"iec61966-2-4": 11,
	"linear":       8,
	"log100":       9,
	"log316":       10,
	"smpte170m":    6,
	"smpte2084":    16,
	"smpte240m":    7,
	"smpte428":     17,
}

// matrixNames are MatrixCoefficients (ITU-T H.273, table 4) by ffprobe's names.
var matrixNames = map[string]int{
	"bt2020c":           10,
	"bt2020nc":          9,
	"bt470bg":           5,
	"bt709":             1,
	"chroma-derived-c":  13,
	"chroma-derived-nc": 12,
	"fcc":               4,
	"gbr":               0,
	"ictcp":             14,
	"smpte170m":         6,
	"smpte2085":         11,
	"smpte240m":         7,
	"ycgco":             8,
}
