package main

import "github.com/mediagauge/mediagauge/format/au"

var auDetail = detail{
	title:          "Sun AU",
	names:          ".au, .snd",
	specifications: "the header of SunOS's audio(5)",
	read: []string{
		"the header and its annotation: coding, rate and channels are stated",
		"lengths and bit rates, derived from the stated length or that of the file",
	},
	notRead: []string{"the sound; G.726"},
	rules:   sorted(au.Rules),
}
