package mp4

import (
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// lookTag finds the codec of a sample entry type in rows, first as written, then whatever its
// letter case.
func lookTag(rows []tagRow, kind string) string {
	for _, row := range rows {
		for i := 0; i+4 <= len(row.tags); i += 4 {
			if row.tags[i:i+4] == kind {
				return row.codec
			}
		}
	}
	for _, row := range rows {
		for i := 0; i+4 <= len(row.tags); i += 4 {
			if strings.EqualFold(row.tags[i:i+4], kind) && asciiOnly(kind) {
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
		codec = waveCodec(uint16(kind[2])<<8 | uint16(kind[3]))
	}
	null := kind == "\x00\x00\x00\x00"
	if t.kind != media.KindVideo && codec != "" {
		t.kind = media.KindAudio
	} else if t.kind != media.KindAudio && !null && kind != "mp4s" {
		codec = lookTag(videoTags, kind)
		if codec == "" {
			codec = lookTag(riffTags, kind)
		}
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

// waveCodec names the codec of a Windows format tag, as QuickTime's "ms" types carry it.
func waveCodec(tag uint16) string {
	switch tag {
	case 0x0002:
		return "adpcm_ms"
	case 0x0006:
		return "pcm_alaw"
	case 0x0007:
		return "pcm_mulaw"
	case 0x0011, 0x0069:
		return "adpcm_ima_wav"
	case 0x0031, 0x0032:
		return "gsm_ms"
	case 0x0050:
		return "mp2"
	case 0x0055:
		return "mp3"
	case 0x00ff, 0x1600, 0x706d, 0x4143, 0xa106:
		return "aac"
	case 0x0160:
		return "wmav1"
	case 0x0161:
		return "wmav2"
	case 0x0162:
		return "wmapro"
	case 0x2000:
		return "ac3"
	case 0x2001:
		return "dts"
	case 0x0001:
		return "pcm_s16le"
	case 0xf1ac:
		return "flac"
	}
	return ""
}
