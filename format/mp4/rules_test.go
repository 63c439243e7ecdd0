package mp4

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// sound is a file of one sound track with the given sample entry, and samples that begin so.
func sound(entry []byte, head ...byte) []byte {
	parts := tables(480)
	parts[0] = stsd(entry)
	b := file(trakOf(1, nil, parts...))
	copy(b[40:], head)
	return b
}

// mp4a is a sample entry of MPEG-4 audio with a configuration.
func mp4a(config ...byte) []byte {
	info := slices.Concat([]byte{5, byte(len(config))}, config)
	decoder := slices.Concat([]byte{4, byte(13 + len(info)), 0x40, 0x15}, zeros(11), info)
	return bx("mp4a", zeros(6), u16(1), zeros(8), u16(2), u16(16), zeros(4), u32(48000<<16),
		full("esds", 0, 0, []byte{3, byte(3 + len(decoder)), 0, 0, 0}, decoder))
}

// alias is a data reference to a file of an absolute path (QuickTime).
func alias() []byte {
	path := slices.Concat(u16(2), u16(4), []byte("a:bc"), u16(0xffff), u16(0))
	return full("alis", 0, 1, zeros(10+1+27+12+1+63+16+4+16), path)
}

// picture is a file of H.263 pictures at times that fit no frame rate.
func picture(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/generated/files/h263.3gp")
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte("mdat")) + 4
	entry := bx("s263", zeros(6), u16(1), zeros(16), u16(176), u16(144), zeros(14), zeros(32), u16(24), u16(0xffff))
	const n = 40
	times := u32s(n)
	for i := range uint32(n) {
		times = append(times, u32s(1, 1000+i*i*7919%5003)...)
	}
	moov := bx("trak", tkhd(1), bx("mdia", mdhd(90000, 1<<20), hdlr("vide"), bx("minf", bx("stbl", stsd(entry),
		full("stts", 0, 0, times), full("stsc", 0, 0, u32s(1, 1, n, 1)),
		full("stsz", 0, 0, u32s(48, n)), full("stco", 0, 0, u32s(1, 40))))))
	out := file(moov)
	copy(out[40:], b[at:at+64])
	return out
}

// patched is a sample of testdata with the bytes after a box's type replaced.
func patched(t *testing.T, name, kind string, skip int, with ...byte) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	copy(b[bytes.Index(b, []byte(kind))+4+skip:], with)
	return b
}

// unevenEAC3 is a track of two E-AC-3 frames of different lengths.
func unevenEAC3() []byte {
	parts := tables(2)
	parts[0] = stsd(bx("ec-3", pcmEntry()[8:]))
	parts[1] = full("stts", 0, 0, u32s(1, 2, 1536))
	parts[3] = full("stsz", 0, 0, u32s(0, 2, 768, 700))
	b := file(trakOf(1, nil, parts...))
	copy(b[40:], "\x0b\x77\x01\x7f\x34\x87\xc0\x00")
	return b
}

// mpeg4 is a track of one picture of MPEG-4 video, Advanced Simple, that does not say whether
// there are B pictures (ISO/IEC 14496-2, 6.2.3: no vol_control_parameters).
func mpeg4() []byte {
	entry := bx("mp4v", zeros(6), u16(1), zeros(16), u16(64), u16(48), zeros(14), zeros(32), u16(24), u16(0xffff))
	b := file(bx("trak", tkhd(1), bx("mdia", mdhd(25, 1), hdlr("vide"), bx("minf", bx("stbl", stsd(entry),
		full("stts", 0, 0, u32s(1, 1, 1)), full("stsc", 0, 0, u32s(1, 1, 1, 1)),
		full("stsz", 0, 0, u32s(100, 1)), full("stco", 0, 0, u32s(1, 40)))))))
	copy(b[40:], []byte{0, 0, 1, 0x20, 0x08, 0x84, 0x40, 0x06, 0x68, 0x10, 0x20, 0x30, 0x80, 0, 0, 1, 0xb6})
	return b
}

// samples makes for each rule a file that is refused by it, where a file of testdata/expected.tsv
// or of TestHostileFiles is not one already.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	two := tables(480)
	two[0] = stsd(pcmEntry(), bx("twos", pcmEntry()[8:]))
	two[2] = full("stsc", 0, 0, u32s(1, 1, 480, 2))
	return map[string][]byte{
		"sample-entries":   file(trakOf(1, nil, two...)),
		"edit-list":        file(trakOf(1, bx("edts", full("elst", 1, 0, u32(1), u64(1<<62), u64(1<<62), u32(1<<16))), tables(480)...)),
		"external-data":    file(bx("trak", tkhd(1), bx("mdia", mdhd(48000, 480), hdlr("soun"), bx("minf", bx("dinf", full("dref", 0, 0, u32(1), alias())), bx("stbl", tables(480)...))))),
		"fragment-table":   slices.Concat(ftyp(), bx("moov", mvhd(1000, 0)), bx("moof", bx("traf", full("tfhd", 0, 0, u32(7))))),
		"first-frame":      sound(bx(".mp3", pcmEntry()[8:])),
		"frame-rate":       picture(t),
		"moov-hidden":      slices.Concat(ftyp(), bx("free", mvhd(1000, 10))),
		"aac-explicit-sbr": sound(mp4a(0x2b, 0x11, 0x88, 0x00)),
		"aac-first-frame":  sound(mp4a(0x11, 0x88), 1<<5),
		"h264-reorder":     patched(t, "media/files/php-ffmpeg__tests_FFMpeg_files_portrait.MOV", "mdat", 15892+4-36, 0x21),

		"aac-channel-layout":  sound(mp4a(0x11, 0xc0)),
		"dts-extension":       patched(t, "generated/files/dts.mp4", "mdat", 10, 0x11),
		"eac3-bit-rate":       unevenEAC3(),
		"h264-field-pictures": patched(t, "generated/files/h264-interlaced-tff.mp4", "\x65\x88\x82\x0b", -2, 0x84),
		"mpeg4-reorder":       mpeg4(),
	}
}

// elsewhere names the rules whose samples stand in other tests.
var elsewhere = []string{
	"fragments-unindexed", "unknown-size", // TestFragments, TestUnknownLength
}

func TestRules(t *testing.T) {
	t.Parallel()
	proved := map[string]bool{}
	for rule, file := range samples(t) {
		if _, err := probeBytes(t, file); probe.RuleOf(err) != rule {
			t.Errorf("rule %s: got %v", rule, err)
		}
		proved[rule] = true
	}
	for _, c := range hostile() {
		proved[c.rule] = true
	}
	for _, rule := range readExpectations(t) {
		proved[rule] = true
	}
	for _, rule := range elsewhere {
		proved[rule] = true
	}
	for rule, reason := range Rules() {
		if !proved[rule] || reason == "" {
			t.Errorf("rule %s has no sample or no reason", rule)
		}
	}
	for rule := range proved {
		if rule != "" && rules[rule] == "" && !strings.HasPrefix(rule, "omits ") {
			t.Errorf("rule %s is not in the table", rule)
		}
	}
}
