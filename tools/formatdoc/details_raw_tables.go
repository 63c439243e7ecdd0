package main

import (
	"github.com/mediagauge/mediagauge/format/ac3"
	"github.com/mediagauge/mediagauge/format/adts"
	"github.com/mediagauge/mediagauge/format/amr"
	"github.com/mediagauge/mediagauge/format/dts"
	"github.com/mediagauge/mediagauge/format/mpegaudio"
)

var (
	mp3Detail = detail{
		title: "MPEG audio", names: ".mp3, .mp2, .mp1", specifications: "ISO/IEC 11172-3, ISO/IEC 13818-3, the headers of Xing, LAME and VBRI, ID3",
		read: []string{
			"ID3v2 in front: texts, private frames, chapters, cover art; ID3v1 at the end where there is none in front",
			"the header of Xing, LAME or VBRI: length, mean rate, encoder delay, and the encoder where the header's checksum is right",
			"the first 16 frames; without a header the length follows from their bit rate, as with ffprobe, if they have one",
		},
		notRead: []string{"the other frames; free format; a variable rate without a header (ffprobe estimates)"},
		rules:   sorted(mpegaudio.Rules),
	}
	aacDetail = detail{
		title: "ADTS", names: ".aac", specifications: "ISO/IEC 14496-3, 1.A.3",
		read: []string{
			"ID3v2 in front, with cover art",
			"the first 50 frames: their mean bit rate is what ffprobe prints and divides the length of the file by",
		},
		notRead: []string{"the other frames; HE-AAC, which only the content of frames shows"},
		rules:   sorted(adts.Rules),
	}
	ac3Detail = detail{
		title: "AC-3", names: ".ac3", specifications: "ETSI TS 102 366",
		read:    []string{"the first 16 frames; the length follows from their bit rate"},
		notRead: []string{"the other frames"},
		rules:   sorted(ac3.Rules),
	}
	eac3Detail = detail{
		title: "E-AC-3", names: ".eac3, .ec3", specifications: "ETSI TS 102 366, annex E",
		read:    []string{"the first 16 frames, dependent ones included; the length follows from the bit rate of the first"},
		notRead: []string{"the other frames"},
		rules:   sorted(ac3.Rules),
	}
	dtsDetail = detail{
		title: "DTS", names: ".dts", specifications: "ETSI TS 102 114",
		read:    []string{"the first 8 core frames in 16-bit words, and extension substreams; the length follows from the bit rate"},
		notRead: []string{"the other frames; 14-bit and little-endian words"},
		rules:   sorted(dts.Rules),
	}
	amrDetail = detail{
		title: "AMR", names: ".amr, .awb", specifications: "RFC 4867, 5",
		read:    []string{"the header and the first 60 frames: the length follows from the bit rate of their mode"},
		notRead: []string{"the other frames; several channels"},
		rules:   sorted(amr.Rules),
	}
)
