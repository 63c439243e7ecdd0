package mp4

import (
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/wave"
	"github.com/mediagauge/mediagauge/media"
)

// lookTag finds the codec of a sample entry type in rows; its letter case does not matter.
func lookTag(rows []tagRow, kind string) string {
	if !asciiOnly(kind) {
		return ""
	}
	for _, row := range rows {
		for _, tag := range row.tags {
			if strings.EqualFold(tag, kind) {
				return row.codec
			}
		}
	}
	return ""
}

func asciiOnly(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// identify sets the track's codec, and its kind where the handler left that open, from the type
// of a sample entry.
func (t *track) identify(kind string) {
	codec := lookTag(audioTags, kind)
	if codec == "" && (strings.HasPrefix(kind, "ms") || strings.HasPrefix(kind, "TS")) {
		codec = wave.Codec(uint16(kind[2])<<8|uint16(kind[3]), 0)
	}
	null := kind == "\x00\x00\x00\x00"
	if t.kind != media.KindVideo && codec != "" {
		t.kind = media.KindAudio
	} else if t.kind != media.KindAudio && !null && kind != "mp4s" {
		codec = lookTag(videoTags, kind)
		if codec != "" {
			t.kind = media.KindVideo
		} else if t.kind == media.KindData || t.kind == media.KindSubtitle && t.codec == "" {
			if codec = lookTag(subtitleTags, kind); codec != "" {
				t.kind = media.KindSubtitle
			} else {
				codec = lookTag(dataTags, kind)
			}
		}
	}
	t.codec = codec
	t.tag = tagOf(kind)
}
