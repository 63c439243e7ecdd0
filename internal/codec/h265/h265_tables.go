package h265

import "github.com/mediagauge/mediagauge/media"

// sampleAspectRatios is table E.1: aspect_ratio_idc 0 to 16.
var sampleAspectRatios = [...]media.Rational{
	{},
	{Num: 1, Den: 1}, {Num: 12, Den: 11}, {Num: 10, Den: 11}, {Num: 16, Den: 11},
	{Num: 40, Den: 33}, {Num: 24, Den: 11}, {Num: 20, Den: 11}, {Num: 32, Den: 11},
	{Num: 80, Den: 33}, {Num: 18, Den: 11}, {Num: 15, Den: 11}, {Num: 64, Den: 33},
	{Num: 160, Den: 99}, {Num: 4, Den: 3}, {Num: 3, Den: 2}, {Num: 2, Den: 1},
}

// profileNames are ffprobe's names by general_profile_idc (annex A).
var profileNames = map[int]string{
	1: "Main",
	2: "Main 10",
	3: "Main Still Picture",
	4: "Rext",
}
