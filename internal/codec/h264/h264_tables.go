package h264

import "github.com/mediagauge/mediagauge/media"

// sampleAspectRatios is table E-1: aspect_ratio_idc 0 to 16.
var sampleAspectRatios = [...]media.Rational{
	{},
	{Num: 1, Den: 1}, {Num: 12, Den: 11}, {Num: 10, Den: 11}, {Num: 16, Den: 11},
	{Num: 40, Den: 33}, {Num: 24, Den: 11}, {Num: 20, Den: 11}, {Num: 32, Den: 11},
	{Num: 80, Den: 33}, {Num: 18, Den: 11}, {Num: 15, Den: 11}, {Num: 64, Den: 33},
	{Num: 160, Den: 99}, {Num: 4, Den: 3}, {Num: 3, Den: 2}, {Num: 2, Den: 1},
}

// profileNames are ffprobe's names by profile_idc (annex A). Profiles that a constraint flag
// splits in two are told apart by SPS.Profile.
var profileNames = map[int]string{
	44:  "CAVLC 4:4:4",
	66:  "Baseline",
	77:  "Main",
	88:  "Extended",
	100: "High",
	110: "High 10",
	118: "Multiview High",
	122: "High 4:2:2",
	128: "Stereo High",
	144: "High 4:4:4",
	244: "High 4:4:4 Predictive",
}

// maxDPBMbs is MaxDpbMbs of table A-1 by level_idc.
var maxDPBMbs = map[int]int{
	10: 396, 11: 900, 12: 2376, 13: 2376,
	20: 2376, 21: 4752, 22: 8100,
	30: 8100, 31: 18000, 32: 20480,
	40: 32768, 41: 32768, 42: 34816,
	50: 110400, 51: 184320, 52: 184320,
}
