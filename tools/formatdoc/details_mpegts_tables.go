package main

import "github.com/mediagauge/mediagauge/format/mpegts"

var mpegtsDetail = detail{
	title:          "MPEG transport stream",
	names:          ".ts, .m2ts, .mts",
	specifications: "ISO/IEC 13818-1, ETSI EN 300 468, the packets of BDAV (192 bytes) and DVB (204 bytes)",
	read: []string{
		"the tables at the start: PAT, PMT, SDT; codecs by stream type, registration and the descriptors of AC-3, E-AC-3, DTS, Opus, metadata, teletext",
		"the first frames of each stream in the first 192 KiB, or 640 KiB where those do not settle it: parameters, reorder depth and frame rate",
		"the last time stamps in the last 250,000 bytes, which is where ffprobe takes lengths from; time stamps that start over",
		"the bit rate of AAC only where the file is read whole: no header states it, and ffprobe prints a mean over what it read",
	},
	notRead: []string{"what lies between head and tail; encrypted packets; private data without descriptors; TrueHD, DVB subtitles, VC-1, AVS"},
	rules:   sorted(mpegts.Rules),
}
