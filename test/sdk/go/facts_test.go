package sdk

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// samples are files whose facts ffprobe recorded.
var samples = []string{
	"go-mp4__testdata_sample.mp4",
	"exoplayer__testdata_src_test_assets_media_mkv_sample.mkv",
	"fq__format_isobmff_testdata_hevc.mp4",
	"go-audio-wav__fixtures_kick-16b441k.wav",
	"http-streaming__test_segments_id3.ts",
	"kivy__kivy_tests_sample1.ogg",
}

// broken is a file in which ffprobe finds nothing either.
const broken = "dash.js__test_unit_data_mss_mss_moof_tfdt.mp4"

// dig follows keys through nested objects; nil when there is nothing.
func dig(m any, keys ...string) any {
	for _, k := range keys {
		object, ok := m.(map[string]any)
		if !ok {
			return nil
		}
		m = object[k]
	}
	return m
}

func str(m any, keys ...string) string {
	if v := dig(m, keys...); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

func list(m any, keys ...string) []any {
	l, _ := dig(m, keys...).([]any)
	return l
}

// Pairs of the wire's key and ffprobe's, for facts that every reader states the same way.
var (
	fileFacts  = [][2]string{{"FormatName", "format_name"}, {"Duration", "duration"}, {"FileSize", "size"}}
	videoFacts = [][2]string{{"Index", "index"}, {"Codec_name", "codec_name"}, {"Codec_long_name", "codec_long_name"},
		{"Width", "width"}, {"Height", "height"}, {"PixFmt", "pix_fmt"}, {"Time_base", "time_base"}, {"Profile", "profile"}}
	audioFacts = [][2]string{{"Index", "index"}, {"CodecName", "codec_name"}, {"CodecLongName", "codec_long_name"},
		{"SampleFmt", "sample_fmt"}, {"SampleRate", "sample_rate"}, {"Channels", "channels"}, {"Timebase", "time_base"}}
)

// checkFacts compares a MediaInfoProperty with what ffprobe recorded about the sample.
func checkFacts(t *testing.T, sample string, property any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "testdata/media/ffprobe", sample+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	compare(t, sample+": file", fileFacts, dig(property, "FileBasicInfo"), want["format"])
	if got := str(property, "FileBasicInfo", "FileName"); got != sample {
		t.Errorf("%s: file name %q", sample, got)
	}
	var video, audio []any
	for _, s := range list(want, "streams") {
		switch dig(s, "codec_type") {
		case "video":
			video = append(video, s)
		case "audio":
			audio = append(audio, s)
		}
	}
	compareAll(t, sample+": video", videoFacts, list(property, "VideoStreamInfoList"), video)
	compareAll(t, sample+": audio", audioFacts, list(property, "AudioStreamInfoList"), audio)
}

func compareAll(t *testing.T, what string, facts [][2]string, got, want []any) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d streams, ffprobe has %d", what, len(got), len(want))
		return
	}
	for i := range want {
		compare(t, fmt.Sprintf("%s %d", what, i), facts, got[i], want[i])
	}
}

func compare(t *testing.T, what string, facts [][2]string, got, want any) {
	t.Helper()
	for _, f := range facts {
		w := dig(want, f[1])
		if w == nil {
			continue
		}
		if g, isText := dig(got, f[0]).(string); !isText || g != fmt.Sprint(w) {
			t.Errorf("%s: %s is %#v, ffprobe has %v", what, f[0], dig(got, f[0]), w)
		}
	}
}
