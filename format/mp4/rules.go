package mp4

import (
	"maps"

	"github.com/mediagauge/mediagauge/probe"
)

// rules says for every gate rule why a file that it holds for is refused.
var rules = map[string]string{
	"avif-still":          "a still AVIF image: its items are no tracks",
	"compressed-moov":     "the movie header is compressed (cmov)",
	"box-overrun":         "a table claims more entries than its box holds; ffprobe reads on into the next box",
	"sample-entries":      "a track has several sample entries that differ",
	"sample-table":        "the sample tables contradict each other",
	"edit-list":           "an edit list whose effect depends on more samples than headers show",
	"table-too-long":      "a table would have to be expanded to more samples than we expand",
	"unknown-size":        "the length of the source is not known, and the boxes do not end with it",
	"missing-samples":     "samples that ffprobe reads lie outside the file",
	"external-data":       "the media data lie in another file",
	"fragment-table":      "fragments that contradict the movie header",
	"fragments-unindexed": "many fragments without an index, of which the first and the last do not prove the rest",
	"no-parameters":       "the codec's parameters cannot be told from headers",
	"first-frame":         "a value stands only in the first frame, which could not be read",
	"frame-rate":          "the frame rate depends on frames that are not in the headers",
	"moov-hidden":         "the movie header is found only in a place ffprobe searches as a last resort",
	"no-duration":         "no track has a length, so ffprobe estimates it from bit rates",
	"display-matrix":      "a display matrix without an angle",
	"encrypted":           "the codec of an encrypted track can be told only in part",
	"h264-field-pictures": "pictures are coded as fields; ffprobe looks at later ones for their order",
	"h264-reorder":        "the reorder depth is not stated, and the pictures do not settle it",
	"aac-implicit-sbr":    "only the first frame tells HE-AAC from LC",
	"aac-explicit-sbr":    "only the first frame tells whether spectral band replication is used",
	"aac-object-type":     "an audio object type that ffprobe refuses",
	"aac-channel-layout":  "a channel layout that ffprobe builds in ways of its own, or refuses",
	"aac-first-frame":     "the first AAC frame does not fit the configuration",
	"eac3-bit-rate":       "frames of different lengths: ffprobe prints the mean of those it read",
	"mpeg4-reorder":       "whether there are B pictures is not stated",
	"dts-extension":       "DTS with extensions (DTS-HD, DTS-ES), which have to be decoded",
	"unusual-box":         "a box with effects on other tracks that we do not follow",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return maps.Clone(rules) }

// refuse makes the error of a gate rule. A rule that is not in the table is a programming error
// that the tests find.
func refuse(rule, format string, args ...any) error {
	return probe.Refuse(rule, format, args...)
}
