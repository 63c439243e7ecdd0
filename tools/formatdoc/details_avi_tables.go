package main

import "github.com/mediagauge/mediagauge/format/riff"

var aviDetail = detail{
	title: "AVI", names: ".avi", specifications: "AVI RIFF File Reference, OpenDML AVI 1.02",
	read: []string{
		"the headers of the file and of each stream: lengths, rates, sizes, names, aspect ratio, texts",
		"the first frames: H.264, H.265, MPEG-4, MPEG-1 and 2, MJPEG, VP8, MS-MPEG-4, uncompressed pictures; MP3, MP2, AC-3, AAC, FLAC, PCM, ADPCM",
		"the old index where it is short (192 KiB): the bit rate of pictures, which no header states",
	},
	notRead: []string{"longer indexes (the bit rate of pictures is then left out) and those of OpenDML; frames beyond the first"},
	rules:   sorted(riff.Rules),
}
