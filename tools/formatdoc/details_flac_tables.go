package main

import "github.com/mediagauge/mediagauge/format/flac"

var flacDetail = detail{
	title:          "FLAC",
	names:          ".flac",
	specifications: "RFC 9639",
	read: []string{
		"STREAMINFO and the comments: rate, channels, depth, number of samples and tags are stated",
		"durations and the bit rate of the file, derived from them",
	},
	notRead: []string{"frames; pictures, cue sheets; what an ID3 block in front says; FLAC in Ogg"},
	rules:   sorted(flac.Rules),
}
