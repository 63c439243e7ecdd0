package main

import "github.com/mediagauge/mediagauge/format/flv"

var flvDetail = detail{
	title:          "Flash Video",
	names:          ".flv",
	specifications: "Adobe Flash Video File Format Specification 10.1, annex E; AMF 0",
	read: []string{
		"the header, the script data (duration, data rates, frame rate and tags are stated there), the first tags: as many as frame rates depend on, at most a megabyte",
		"configuration of AVC and AAC, the first frames of Sorenson H.263, Screen video, MP3, PCM, ADPCM; Speex and Nellymoser by the container alone",
		"the last tag, from whose time the duration is derived when none is stated",
	},
	notRead: []string{"tags behind those", "VP6, extended video headers, encrypted tags"},
	rules:   sorted(flv.Rules),
}
