package main

import "github.com/mediagauge/mediagauge/format/mxf"

var mxfDetail = detail{
	title: "Material Exchange Format", names: ".mxf", specifications: "SMPTE ST 377-1, ST 378, ST 379-1, ST 390",
	read: []string{
		"the header partition: packages, tracks, descriptors, who made the file, the time code; MPEG-2, H.264, DNxHD, ProRes, JPEG 2000; PCM; timed text",
		"the first pictures of each track: one where its header tells all, of H.264 as many as tell the reorder depth",
	},
	notRead: []string{"index tables, the footer, the other essence; DV, D-10's sound, AVC in clips, labels of sound channels, edit lists"},
	rules:   sorted(mxf.Rules),
}
