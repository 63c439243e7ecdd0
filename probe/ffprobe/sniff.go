package ffprobe

import (
	"bytes"
	"strings"
	"unicode/utf16"

	"github.com/mediagauge/mediagauge/probe"
)

// The demuxer is decided here and forced with -f, because ffprobe's own choice would include
// formats that open further files (hls, dash, concat, sdp, imf, image2 patterns) and would go
// by the file's name. Content alone counts.

// sniffSize is how much of a source sniff looks at: the first block that ffprobe asks for too.
const sniffSize = 64 << 10

// rule is a format told by more than one pattern.
type rule struct {
	demuxer string
	matches func(head []byte) bool
}

// rules are asked in order after magics: unambiguous structure first, sync words last, each
// of those needing several in a row.
var rules = []rule{
	{"apng", isAnimatedPNG},
	{"png_pipe", func(b []byte) bool { return bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) }},
	{"mov", isMovie},
	{"bmp_pipe", isBMP},
	{"ico", isIcon},
	{"jpegxl_pipe", func(b []byte) bool { return len(b) > 4 && b[0] == 0xff && b[1] == 0x0a }},
	{"pbm_pipe", func(b []byte) bool { return isPNM(b, "14") }},
	{"pgm_pipe", func(b []byte) bool { return isPNM(b, "25") }},
	{"ppm_pipe", func(b []byte) bool { return isPNM(b, "36") }},
	{"pam_pipe", func(b []byte) bool { return isPNM(b, "7") }},
	{"mxf", isMXF},
	{"obu", isOBUStream},
	{"av1", isAV1AnnexB},
	{"svg_pipe", isSVG},
	{"mpegts", isTransportStream},
	{"hevc", isHEVC},
	{"h264", isH264},
	{"m4v", isMPEG4Video},
	{"mpeg", isProgramStream},
	{"aac", isADTS},
	{"loas", isLOAS},
	{"ac3", func(b []byte) bool { return isAC3(b, 0, 10) }},
	{"eac3", func(b []byte) bool { return isAC3(b, 11, 16) }},
	{"mp3", isMPEGAudio},
	{"flac", func(b []byte) bool { return bytes.Contains(b[:min(len(b), 64)], []byte("fLaC")) }}, // after junk
}

// sniff names the demuxer for content that starts with head.
func sniff(head []byte) (string, error) {
	if len(head) == 0 {
		return "", probe.Errorf(probe.Truncated, "the source is empty")
	}
	text := decodeText(head)
	if l, ok := findListing(text); ok {
		return "", probe.Errorf(probe.Unsupported, "%s not read by this engine", l.name)
	}
	for _, m := range magics {
		if m.matches(head) || m.matches(text) {
			return m.demuxer, nil
		}
	}
	if isSRT(text) {
		return "srt", nil
	}
	for _, r := range rules {
		if r.matches(head) {
			return r.demuxer, nil
		}
	}
	return "", probe.Errorf(probe.Unsupported, "%w: no demuxer claims the first %d bytes", probe.ErrUnknownFormat, len(head))
}

func (m magic) matches(head []byte) bool {
	if len(head) < m.offset+len(m.pattern) {
		return false
	}
	for i := range len(m.pattern) {
		if m.pattern[i] != '?' && m.pattern[i] != head[m.offset+i] {
			return false
		}
	}
	return true
}

// findListing says whether text names further files.
func findListing(text []byte) (listing, bool) {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	for _, l := range listings {
		if len(trimmed) < len(l.prefix) || !strings.EqualFold(string(trimmed[:len(l.prefix)]), l.prefix) {
			continue
		}
		if l.within == "" || bytes.Contains(trimmed, []byte(l.within)) || bytes.Contains(trimmed, []byte(namespaced(l.within))) {
			return l, true
		}
	}
	return listing{}, false
}

// namespaced turns "<MPD" into ":MPD", the same element under a prefix.
func namespaced(element string) string { return strings.Replace(element, "<", ":", 1) }

// decodeText strips a byte order mark and turns UTF-16 into UTF-8, as ffprobe's subtitle
// readers do; other bytes come back as they are.
func decodeText(head []byte) []byte {
	if b, ok := bytes.CutPrefix(head, []byte("\xef\xbb\xbf")); ok {
		return b
	}
	if len(head) < 2 {
		return head
	}
	var hi, lo int
	switch {
	case head[0] == 0xff && head[1] == 0xfe:
		hi, lo = 1, 0
	case head[0] == 0xfe && head[1] == 0xff:
		hi, lo = 0, 1
	default:
		return head
	}
	var units []uint16
	for b := head[2:min(len(head), 8<<10)]; len(b) >= 2; b = b[2:] {
		units = append(units, uint16(b[hi])<<8|uint16(b[lo]))
	}
	return []byte(string(utf16.Decode(units)))
}

// id3Size returns the length of the ID3v2 tag at the start of head, 0 when there is none
// (ID3v2.4.0 structure, section 3.1).
func id3Size(head []byte) int64 {
	if len(head) < 10 || string(head[:3]) != "ID3" || head[3] == 0xff || head[4] == 0xff ||
		(head[6]|head[7]|head[8]|head[9])&0x80 != 0 {
		return 0
	}
	size := int64(head[6])<<21 | int64(head[7])<<14 | int64(head[8])<<7 | int64(head[9])
	size += 10
	if head[5]&0x10 != 0 { // a footer repeats the header
		size += 10
	}
	return size
}
