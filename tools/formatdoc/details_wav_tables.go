package main

import "github.com/mediagauge/mediagauge/format/riff"

var wavDetail = detail{
	title:          "WAV",
	names:          ".wav",
	specifications: "Multimedia Programming Interface and Data Specifications 1.0, WAVEFORMATEXTENSIBLE, EBU Tech 3306 (RF64)",
	read: []string{
		"the chunks in front of the samples and behind them: coding, rate and channels are stated, INFO lists are tags, or texts of an ID3 chunk",
		"durations and bit rates, derived from the length of the samples or, where that is unknown or wrong, of the file",
	},
	notRead: []string{"the samples, but for a look at the first ones for hidden DTS", "other compressed codecs; bext and cue chunks, pictures in ID3 chunks"},
	rules:   sorted(riff.Rules),
}
