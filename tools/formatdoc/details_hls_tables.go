package main

import (
	"github.com/mediagauge/mediagauge/format/dash"
	"github.com/mediagauge/mediagauge/format/hls"
)

var hlsDetail = detail{
	title:          "HTTP Live Streaming",
	names:          ".m3u8",
	specifications: "RFC 8216",
	read: []string{
		"the text of multivariant and media playlists; the duration is the sum of the first variant's segments, once its playlist has ended",
		"of each variant and each rendition of sound or pictures (24 at most) the opening of its first segment: as many segments as make 2 s, behind EXT-X-MAP where there is one. A playlist that still grows is entered three segments before its end",
		"what EXT-X-MEDIA and EXT-X-STREAM-INF state: language, name, flags, bandwidth",
		"the bit rate of the file: the sum of the first variant's streams, else its BANDWIDTH (ffprobe divides the length of the text)",
		"of segments encrypted as a whole (AES-128) what CODECS, RESOLUTION and FRAME-RATE state: no key is fetched",
	},
	notRead: []string{"segments behind the opening, text renditions, I-frame playlists, keys"},
	rules:   sorted(hls.Rules),
}

var dashDetail = detail{
	title:          "DASH",
	names:          ".mpd",
	specifications: "ISO/IEC 23009-1",
	read: []string{
		"the manifest: SegmentTemplate with numbers, times and timelines, SegmentList, SegmentBase, BaseURL on every level; the longest period",
		"of each representation (24 at most) the opening of its first segment, behind the initialization section",
		"the duration as ffprobe takes it: whole seconds of mediaPresentationDuration, or of a period that begins later",
	},
	notRead: []string{"segments behind the opening, manifests that need the time of day, other periods"},
	rules:   sorted(dash.Rules),
}
