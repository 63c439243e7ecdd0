package main

import (
	"github.com/mediagauge/mediagauge/format/ape"
	"github.com/mediagauge/mediagauge/format/caf"
	"github.com/mediagauge/mediagauge/format/tta"
	"github.com/mediagauge/mediagauge/format/wavpack"
)

var (
	cafDetail = detail{
		title: "Core Audio Format", names: ".caf", specifications: "Apple Core Audio Format Specification 1.0",
		read:    []string{"the chunks desc, chan, kuki, pakt and info, before and behind the data: PCM, G.711, IMA 4, ALAC, MP3, Opus"},
		notRead: []string{"more than two channels; AAC, FLAC, AMR and others"},
		rules:   sorted(caf.Rules),
	}
	wvDetail = detail{
		title: "WavPack", names: ".wv", specifications: "WavPack 4 & 5 Binary File / Block Format",
		read:    []string{"the header of the first block, and an APEv2 or ID3v1 tag at the end"},
		notRead: []string{"the other blocks; more than two channels, DSD"},
		rules:   sorted(wavpack.Rules),
	}
	ttaDetail = detail{
		title: "True Audio", names: ".tta", specifications: "the TTA1 header",
		read:    []string{"the header, ID3v2 in front with cover art, APEv2 or ID3v1 at the end"},
		notRead: []string{"the frames"},
		rules:   sorted(tta.Rules),
	}
	apeDetail = detail{
		title: "Monkey's Audio", names: ".ape", specifications: "the headers as MACLib writes them from version 3.98 on",
		read:    []string{"the descriptor and the header, APEv2 at the end"},
		notRead: []string{"the frames; versions before 3.98; pictures in the tag"},
		rules:   sorted(ape.Rules),
	}
)
