package main

import "github.com/mediagauge/mediagauge/format/ogg"

var oggDetail = detail{
	title: "Ogg", names: ".ogg, .oga, .ogv, .opus, .spx", specifications: "RFC 3533, RFC 5334, Vorbis I, RFC 7845 (Opus), Theora I, the mappings of FLAC and Speex",
	read: []string{
		"the header packets of each stream: Vorbis, Opus, FLAC, Speex, Theora; comments, chapters and cover art in them",
		"the first page of data of each stream: where it begins",
		"the last granule positions in the last 65,307 bytes: lengths",
	},
	notRead: []string{"what lies between; streams that follow one another, skeletons, VP8, Dirac"},
	rules:   sorted(ogg.Rules),
}
