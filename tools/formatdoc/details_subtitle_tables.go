package main

import "github.com/mediagauge/mediagauge/format/subtitle"

func subtitleDetail(title, names, specification string) detail {
	return detail{
		title: title, names: names, specifications: specification,
		read:    []string{"the whole text, in UTF-8 or UTF-16: the length is the end of the last cue, of which ffprobe says nothing"},
		notRead: []string{"texts of more than 4 MiB"},
		rules:   sorted(subtitle.Rules),
	}
}

var (
	srtDetail    = subtitleDetail("SubRip", ".srt", "the format as SubRip writes it")
	webvttDetail = subtitleDetail("WebVTT", ".vtt", "WebVTT (W3C)")
	assDetail    = subtitleDetail("Advanced SubStation Alpha", ".ass, .ssa", "SubStation Alpha 4.00+")
	ttmlDetail   = subtitleDetail("TTML", ".ttml, .dfxp", "TTML1, TTML2 (W3C); ffprobe does not know it")
)
