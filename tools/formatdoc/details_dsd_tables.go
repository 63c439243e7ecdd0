package main

import (
	"github.com/mediagauge/mediagauge/format/dsf"
	"github.com/mediagauge/mediagauge/format/mpc"
)

var dsfDetail = detail{
	title: "DSD Stream File", names: ".dsf", specifications: "DSF File Format Specification 1.01",
	read:    []string{"the header of 92 bytes: rate, channels, layout", "the ID3 block behind the samples, pictures in it"},
	notRead: []string{"the samples; the length follows from that of the file, as ffprobe has it"},
	rules:   sorted(dsf.Rules),
}

var mpcDetail = detail{
	title: "Musepack, stream version 7", names: ".mpc", specifications: "Musepack SV7",
	read:    []string{"the header: frames, rate", "the APE tag at the end"},
	notRead: []string{"the frames"},
	rules:   sorted(mpc.Rules),
}

var mpc8Detail = detail{
	title: "Musepack, stream version 8", names: ".mpc", specifications: "Musepack SV8",
	read:    []string{"the stream header: samples, rate, channels, frames of a packet", "the APE tag at the end"},
	notRead: []string{"the other packets"},
	rules:   sorted(mpc.Rules),
}
