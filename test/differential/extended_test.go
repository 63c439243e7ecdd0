package differential

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/ffprobe"
)

// nativeOnly are the extended facts that ffprobe does not print, and the grounds of a verdict
// that it can only derive.
var nativeOnly = regexp.MustCompile(`^Extended\.(Faststart|Fragmented|Seekable)$|^Extended\.Encrypted\.|\.Encryption\.\w+$|\.FrameRateMode\.(Provenance|Basis)$`)

// oneSided are facts that one engine may know and the other not; where both know, they agree.
var oneSided = regexp.MustCompile(`^Extended\.Codecs$|\.(CodecString|FrameRateMode\.Value|MaxBitrate|BufferSize)$`)

// deeper are facts that we may know from parameter sets and SEI messages where ffprobe looks at
// the container alone.
var deeper = regexp.MustCompile(`\.(MasteringDisplay\.\w+|MaxCll|MaxFall|Captions|FilmGrain)$`)

// parent is the path of the object that a key belongs to.
func parent(key string) string { return key[:strings.LastIndexByte(key, '.')] }

// answered returns the samples of container that our readers answer, with what they say.
func answered(t *testing.T, containers ...string) map[testmedia.Sample]*media.Info {
	t.Helper()
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	out := map[testmedia.Sample]*media.Info{}
	p := probe.New(all.Formats...)
	for _, s := range samples {
		if !slices.Contains(containers, s.Container) {
			continue
		}
		b, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := p.Probe(t.Context(), probe.NewBytes(b)); err == nil {
			out[s] = info
		}
	}
	if len(out) < 20 {
		t.Fatalf("%d samples of %v answered", len(out), containers)
	}
	return out
}

// wire spells what i says beyond the service's fields as path → value.
func wire(t *testing.T, i *media.Info) map[string]string {
	t.Helper()
	body, err := json.Marshal(ims.MediaInfoPropertyOf(&job.Result{Info: i}))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var walk func(string, any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, w := range v {
				walk(path+"."+k, w)
			}
		case []any:
			for n, w := range v {
				walk(path+"["+strconv.Itoa(n)+"]", w)
			}
		default:
			out[path] = fmt.Sprint(v)
		}
	}
	for _, key := range []string{"Extended", "DataStreamInfoList", "ChapterList"} {
		if v, ok := doc[key]; ok {
			walk(key, v)
		}
	}
	return out
}

// TestExtendedEngines: what our readers and ffprobe say of colour, dynamic range, chapters and
// so on is the same.
func TestExtendedEngines(t *testing.T) {
	for s, info := range answered(t, Containers()...) {
		t.Run(s.Name, func(t *testing.T) {
			b, err := os.ReadFile(s.Recorded)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := ffprobe.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			compareWire(t, wire(t, info), wire(t, theirs))
		})
	}
}

func compareWire(t *testing.T, ours, theirs map[string]string) {
	t.Helper()
	var keys []string
	for k := range ours {
		keys = append(keys, k)
	}
	for k := range theirs {
		if _, ok := ours[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		switch {
		case ours[k] == theirs[k]:
		case oneSided.MatchString(k) && (ours[k] == "" || theirs[k] == ""):
		case deeper.MatchString(k) && theirs[k] == "":
		case strings.Contains(k, "Hdr.") && ours[parent(k)+".Provenance"] == "stated" && theirs[parent(k)+".Provenance"] == "derived" && ours[parent(k)+".Value"] == theirs[parent(k)+".Value"]:
		case nativeOnly.MatchString(k):
		default:
			t.Errorf("%s: got %q, ffprobe %q", k, ours[k], theirs[k])
		}
	}
}

// TestExtendedLayout: where the boxes lie, by an independent walk over them.
func TestExtendedLayout(t *testing.T) {
	for s, info := range answered(t, Headers[0]) {
		b, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		order := topLevel(b)
		moov, mdat := slices.Index(order, "moov"), slices.Index(order, "mdat")
		fragmented := slices.Contains(order, "moof") || bytes.Contains(b, []byte("mvex"))
		c := info.Container
		if c.Faststart == nil || c.Fragmented == nil || c.Seekable == nil && !fragmented { // an index of fragments may lie where nobody looked
			t.Errorf("%s: layout not told: %+v", s.Name, c)
			continue
		}
		if moov >= 0 && mdat >= 0 && *c.Faststart != (moov < mdat) {
			t.Errorf("%s: faststart %v, boxes %v", s.Name, *c.Faststart, order)
		}
		if *c.Fragmented != fragmented {
			t.Errorf("%s: fragmented %v, boxes %v", s.Name, *c.Fragmented, order)
		}
	}
	for s, info := range answered(t, Headers[1]) {
		if c := info.Container; c.Fragmented != nil && *c.Fragmented {
			t.Errorf("%s: movie fragments in Matroska: %+v", s.Name, c)
		}
	}
}

// topLevel lists the boxes of the first level.
func topLevel(b []byte) []string {
	var out []string
	for len(b) >= 8 {
		size, kind := uint64(binary.BigEndian.Uint32(b)), string(b[4:8])
		out = append(out, kind)
		if size == 1 && len(b) >= 16 {
			size = binary.BigEndian.Uint64(b[8:])
		}
		if size < 8 || size > uint64(len(b)) {
			break
		}
		b = b[size:]
	}
	return out
}

// TestExtendedCodecStrings: every H.264, H.265 and AV1 track with a record gets its string. For
// H.264 in MP4 the record itself tells which.
func TestExtendedCodecStrings(t *testing.T) {
	wanted := map[string]*regexp.Regexp{
		"h264": regexp.MustCompile(`^avc[13]\.[0-9A-F]{6}$`),
		"hevc": regexp.MustCompile(`^(hvc1|hev1|dvh1|dvhe)(\.[ABC]?\d+\.[0-9A-F]+\.[LH]\d+(\.[0-9A-F]{1,2}){0,6}|\.\d\d\.\d\d)$`),
		"av1":  regexp.MustCompile(`^av01\.\d\.\d\d[MH]\.\d\d(\.|$)`),
		"aac":  regexp.MustCompile(`^mp4a\.(40\.\d+|6[678])$`),
	}
	told := 0
	for s, info := range answered(t, Containers()...) {
		b, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		record := map[string]string{"h264": "avcC", "hevc": "hvcC", "av1": "av1C"}
		for n := range info.Tracks {
			track := &info.Tracks[n]
			pattern, got := wanted[track.Codec.Name], media.CodecString(track)
			at := bytes.Index(b, []byte(record[track.Codec.Name]))
			switch {
			case pattern == nil:
			case got == "" && record[track.Codec.Name] != "" && at < 0:
			case got == "" && track.Codec.Name == "aac" && track.Codec.Profile == "":
			case !pattern.MatchString(got):
				t.Errorf("%s: track %d, %s: %q", s.Name, n, track.Codec.Name, got)
			case track.Codec.Name == "h264" && at >= 0 && at+8 < len(b) && bytes.Count(b, []byte("avcC")) == 1:
				if want := fmt.Sprintf(".%02X%02X%02X", b[at+5], b[at+6], b[at+7]); !strings.HasSuffix(got, want) {
					t.Errorf("%s: track %d: %q, the record says %s", s.Name, n, got, want)
				}
				told++
			}
		}
	}
	if told < 10 {
		t.Errorf("%d H.264 strings checked against their records", told)
	}
	for name, want := range map[string]string{
		"fq__format_isobmff_testdata_hevc.mp4":                                                      "hev1.4.10.L60.9E.8",
		"mediamtx__internal_stream_offline_h265.mp4":                                                "hev1.1.6.L120.90",
		"rails__activestorage_test_fixtures_files_rotated_hdr_video.mov":                            "hvc1.2.4.L120.B0",
		"torchcodec__test_resources_testsrc2_444_12bit_hevc.mp4":                                    "hvc1.4.10.L60.98.8",
		"ffmpegcore__FFMpegCore.Test_Resources_input_hdr.mov":                                       "hev1.2.4.L63.90",
		"libavif__android_jni_avifandroidjni_src_androidTest_assets_animated_avif_alpha_video.avif": "av01.0.04M.08",
		"livesim2__cmd_livesim2_app_testdata_assets_testpic_2s_vvc_vvc_400kbps_init.mp4":            "vvc1.1.L51.CQA",
	} {
		checkCodecString(t, name, want)
	}
}

// TestExtendedEncryption: a track is encrypted exactly where the file has a protected sample
// entry, by the scheme that schm names and with the key that tenc names.
func TestExtendedEncryption(t *testing.T) {
	seen := 0
	for s, info := range answered(t, Headers[0]) {
		b, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		protected := bytes.Contains(b, []byte("sinf")) && (bytes.Contains(b, []byte("enca")) || bytes.Contains(b, []byte("encv")))
		var found *media.Encryption
		for _, track := range info.Tracks {
			if track.Encryption != nil {
				found = track.Encryption
			}
		}
		if (found != nil) != protected {
			t.Errorf("%s: encryption %+v, protected sample entries: %v", s.Name, found, protected)
		}
		if found == nil || !protected {
			continue
		}
		seen++
		if at := bytes.Index(b, []byte("schm")); at >= 0 && at+12 <= len(b) && found.Scheme != string(b[at+8:at+12]) {
			t.Errorf("%s: scheme %q, schm says %q", s.Name, found.Scheme, b[at+8:at+12])
		}
		if at := bytes.Index(b, []byte("tenc")); at >= 0 && at+28 <= len(b) && found.KeyID != fmt.Sprintf("%x", b[at+12:at+28]) {
			t.Errorf("%s: key %q, tenc says %x", s.Name, found.KeyID, b[at+12:at+28])
		}
	}
	t.Logf("%d encrypted samples answered", seen)
}

// checkCodecString compares the first video track's string, where our readers answer.
func checkCodecString(t *testing.T, name, want string) {
	t.Helper()
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(samples, func(s testmedia.Sample) bool { return s.Name == name })
	if i < 0 {
		t.Errorf("no sample %s", name)
		return
	}
	b, err := os.ReadFile(samples[i].Path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := probe.New(all.Formats...).Probe(t.Context(), probe.NewBytes(b))
	if err != nil {
		t.Logf("%s: %v", name, err)
		return
	}
	v := info.FirstVideo()
	if v == nil {
		t.Errorf("%s: no video", name)
		return
	}
	if got := media.CodecString(v); !strings.HasPrefix(got, want) {
		t.Errorf("%s: %q, want %q", name, got, want)
	}
}
