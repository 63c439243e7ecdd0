package main

import "github.com/mediagauge/mediagauge/format/asf"

var asfDetail = detail{
	title: "Advanced Systems Format", names: ".wma, .wmv, .asf", specifications: "Advanced Systems Format Specification 01.20.05",
	read: []string{
		"the header: lengths, streams, bit rates, aspect ratios, texts; WMA 1 and 2, MP3, PCM; WMV 7 and 8, MS-MPEG-4",
		"the first packets: where each stream begins, and 41 pictures for the frame rate",
	},
	notRead: []string{"the other packets and the index; WMA Pro, Lossless and Voice, WMV 9, VC-1, H.264; pictures and markers"},
	rules:   sorted(asf.Rules),
}
