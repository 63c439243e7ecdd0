package main

import "github.com/mediagauge/mediagauge/format/aiff"

var aiffDetail = detail{
	title:          "AIFF and AIFF-C",
	names:          ".aiff, .aif, .aifc",
	specifications: "Audio Interchange File Format 1.3, AIFF-C draft of 1991",
	read: []string{
		"the chunks in front of the sound and behind it: coding, rate, channels, number of frames and texts, those of an ID3 chunk too, are stated",
		"durations and bit rates, derived from them",
	},
	notRead: []string{"the sound; compressed codecs; pictures in ID3 chunks; channel layout chunks"},
	rules:   sorted(aiff.Rules),
}
