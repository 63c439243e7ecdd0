package matroska_test

import (
	"encoding/hex"
	"testing"

	"github.com/mediagauge/mediagauge/format/matroska"
	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/probe"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sound and picture are tracks of a codec.
func sound(codec string, extra ...[]byte) []byte {
	audio := el(idAudio, float(idRate, 48000), num(idChannels, 2), num(idBitDepth, 16))
	return el(idEntry, append([][]byte{num(idNumber, 1), num(idType, 2), str(idCodec, codec), audio}, extra...)...)
}

func picture(codec string, extra ...[]byte) []byte {
	const idVideo, idWidth, idHeight = 0xE0, 0xB0, 0xBA
	video := el(idVideo, num(idWidth, 64), num(idHeight, 48))
	return el(idEntry, append([][]byte{num(idNumber, 1), num(idType, 1), str(idCodec, codec), video}, extra...)...)
}

const idDefaultDuration = 0x23E383

// every is a default duration of 40 ms.
var every = num(idDefaultDuration, 40_000_000)

// of is a file of one track whose only frame has the bytes given.
func of(track []byte, frame ...byte) []byte {
	return segment(info(), el(idTracks, track), cluster(simpleBlock(0x80, frame)))
}

// vfw is a BITMAPINFOHEADER of a code.
func vfw(code string, more ...byte) []byte {
	b := make([]byte, 40)
	b[0] = byte(40 + len(more))
	copy(b[16:], code)
	return el(idPrivate, b, more)
}

// fieldPicture is an H.264 stream that begins with a single field: its parameter sets, then the
// field.
func fieldPicture() (sets, field []byte) {
	start := func(nalu []byte) []byte { return append([]byte{0, 0, 0, 1}, nalu...) }
	sps := new(codectest.Bits).U(8, 77).U(8, 0).U(8, 30).UE(0, 0, 0, 0, 1).U(1, 0).UE(19, 14).U(2, 0).U(1, 1).U(2, 0).NAL(0x67)
	pps := new(codectest.Bits).UE(0, 0).U(2, 0).UE(0, 0, 0).U(3, 0).SE(0, 0, 0).U(3, 0).NAL(0x68)
	idr := new(codectest.Bits).UE(0, 7, 0).U(4, 0).U(2, 2).UE(0).U(4, 0).U(2, 0).NAL(0x65)
	return append(start(sps), start(pps)...), append(start(idr), make([]byte, 16)...)
}

// long is a file whose second track begins behind the five seconds that ffprobe looks at.
func long() []byte {
	parts := [][]byte{info(), el(idTracks, pcmTrack(1), pcmTrack(2))}
	for ms := uint64(0); ms <= 5200; ms += 100 {
		block := el(idSimple, []byte{0x81, 0, 0, 0x80}, zeros(160))
		parts = append(parts, el(idCluster, num(idTime, ms), block))
	}
	last := el(idSimple, []byte{0x82, 0, 0, 0x80}, zeros(160))
	return segment(append(parts, el(idCluster, num(idTime, 5200), last))...)
}

// unsized is a source that does not tell its length.
type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// refused makes for every rule a file that is refused by it.
func refused(t *testing.T) map[string]probe.Source {
	t.Helper()
	sets, field := fieldPicture()
	aac := func(config string, frame ...byte) []byte {
		return of(sound("A_AAC", el(idPrivate, unhex(t, config))), append(frame, zeros(16)...)...)
	}
	encryption := el(idEncodings, el(idEncoding, num(0x5033, 1), el(0x5035, num(0x47E1, 5))))
	files := map[string][]byte{
		"mkv-no-cluster":       segment(info(), el(idTracks, pcmTrack(1))),
		"mkv-unknown-size":     segment(info(), open(idTags, el(idTag))),
		"mkv-duplicate":        file(info()),
		"mkv-content-encoding": segment(info(), encoded(num(idAlgo, 2)), play),
		"mkv-codec":            of(sound("A_REAL/COOK"), zeros(16)...),
		"mkv-codec-private":    of(picture("V_MPEG4/ISO/AVC"), zeros(16)...),
		"mkv-fourcc":           of(picture("V_MS/VFW/FOURCC", vfw("none")), zeros(16)...),
		"mkv-attached-picture": file(el(idAttachments, el(idFile, str(idFileName, "cover.png"), str(idMime, "image/png"), el(idData, zeros(64))))),
		"mkv-first-frame":      of(picture("V_VP9", every), zeros(16)...),
		"mkv-reorder":          of(picture("V_MS/VFW/FOURCC", every, vfw("H264", sets...)), field...),
		"mkv-frame-rate":       of(picture("V_PRORES", el(idPrivate, []byte("apcn"))), zeros(16)...),
		"mkv-long-scan":        long(),
		"mkv-encrypted":        of(picture("V_VP9", every, encryption), zeros(16)...),
		"mkv-timestamps":       segment(info(), el(idTracks, pcmTrack(1)), cluster(el(idSimple, []byte{0x81, 0xFF, 0xF0, 0x80}, zeros(160)))),
		"mkv-damaged-cluster":  segment(info(), el(idTracks, pcmTrack(1)), cluster(el(idSimple, []byte{0x00, 0, 0, 0x80}))),
		"mkv-timestamp-scale":  segment(el(idInfo, num(idScale, 1<<33)), el(idTracks, pcmTrack(1)), play),
		"h264-field-pictures":  of(picture("V_MPEG4/ISO/AVC", every, el(idPrivate, sets)), field...),
		"aac-implicit-sbr":     aac("1310"),
		"aac-explicit-sbr":     aac("2b118800"),
		"aac-object-type":      aac("3190"),
		"aac-channel-layout":   aac("11c0"),
		"aac-first-frame":      aac("1190", 0x00),
		"dts-extension":        of(sound("A_DTS"), append(unhex(t, "7ffe8001fc3c3ff0b5e011380003ef7fe006db1e"), zeros(1000)...)...),
	}
	sources := map[string]probe.Source{"mkv-size-unknown": unsized{probe.NewBytes(file())}}
	for rule, b := range files {
		sources[rule] = probe.NewBytes(b)
	}
	return sources
}

// TestRules: every rule refuses the file that is made for it, and none is left out.
func TestRules(t *testing.T) {
	t.Parallel()
	sources := refused(t)
	for rule, src := range sources {
		_, err := matroska.Format.Probe(t.Context(), probe.NewReader(t.Context(), src, probe.Limits{}))
		if probe.RuleOf(err) != rule {
			t.Errorf("rule %s: got %v", rule, err)
		}
	}
	for _, rule := range matroska.Rules() {
		if sources[rule.Name] == nil || rule.Why == "" {
			t.Errorf("rule %s has no file or no reason", rule.Name)
		}
	}
	if len(sources) != len(matroska.Rules()) {
		t.Errorf("%d files for %d rules", len(sources), len(matroska.Rules()))
	}
}
