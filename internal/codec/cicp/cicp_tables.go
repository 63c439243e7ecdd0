package cicp

// Code points with a meaning that later layers ask for by name.
const (
	Unspecified = 2
	MatrixRGB   = 0 // also called identity: the planes are G, B and R
)

// primaries is H.273 table 2.
var primaries = [...]string{
	0:  "reserved",
	1:  "bt709",
	3:  "reserved",
	4:  "bt470m",
	5:  "bt470bg",
	6:  "smpte170m",
	7:  "smpte240m",
	8:  "film",
	9:  "bt2020",
	10: "smpte428",
	11: "smpte431",
	12: "smpte432",
	22: "ebu3213",
}

// transfer is H.273 table 3.
var transfer = [...]string{
	0:  "reserved",
	1:  "bt709",
	3:  "reserved",
	4:  "bt470m",
	5:  "bt470bg",
	6:  "smpte170m",
	7:  "smpte240m",
	8:  "linear",
	9:  "log100",
	10: "log316",
	11: "iec61966-2-4",
	12: "bt1361e",
	13: "iec61966-2-1",
	14: "bt2020-10",
	15: "bt2020-12",
	16: "smpte2084",
	17: "smpte428",
	18: "arib-std-b67",
}

// matrix is H.273 table 4.
var matrix = [...]string{
	0:  "gbr",
	1:  "bt709",
	3:  "reserved",
	4:  "fcc",
	5:  "bt470bg",
	6:  "smpte170m",
	7:  "smpte240m",
	8:  "ycgco",
	9:  "bt2020nc",
	10: "bt2020c",
	11: "smpte2085",
	12: "chroma-derived-nc",
	13: "chroma-derived-c",
	14: "ictcp",
}

// locations is H.273 clause 8.7: the first field's type.
var locations = [...]string{
	0: "left",
	1: "center",
	2: "topleft",
	3: "top",
	4: "bottomleft",
	5: "bottom",
}
