package ims

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/media"
)

func rational(num, den int64) media.Rational { return media.Rational{Num: num, Den: den} }

func point(x, y int64) media.Chromaticity {
	return media.Chromaticity{X: rational(x, 50000), Y: rational(y, 50000)}
}

// fullyKnown is a file of which every extended fact is known.
func fullyKnown() *job.Result {
	video := videoTrack(0, "hevc", func(t *media.Track) {
		t.Codec.Profile, t.Codec.Tag, t.CodecString = "Main 10", fourCC("hvc1"), "hvc1.2.4.L123.B0"
		t.Encryption = &media.Encryption{Scheme: "cbcs", KeyID: "00112233445566778899aabbccddeeff"}
		t.MaxBitRate, t.BufferSize, t.BitRateProvenance = 12000000, 24000000, media.Derived
		t.Disposition.Default = true
		v := t.Video
		v.Width, v.Height, v.SAR, v.DAR, v.PixelFormat = 3840, 2160, rational(1, 1), rational(16, 9), "yuv420p10le"
		v.Rotation, v.FieldOrder, v.ClosedCaptions, v.FilmGrain = 90, "progressive", true, true
		v.Color = media.Color{Range: "tv", Primaries: "bt2020", Transfer: "smpte2084", Matrix: "bt2020nc", ChromaLocation: "topleft"}
		v.Mastering = &media.Mastering{
			Red: point(34000, 16000), Green: point(13250, 34500), Blue: point(7500, 3000), WhitePoint: point(15635, 16450),
			MinLuminance: rational(50, 10000), MaxLuminance: rational(1000, 1),
		}
		v.ContentLight = &media.ContentLight{MaxCLL: 1000, MaxFALL: 400}
		v.DolbyVision = &media.DolbyVision{VersionMajor: 1, Profile: 8, Level: 6, BLCompatibilityID: 1, RPU: true, BL: true}
		v.HDR10Plus = true
		v.StereoMode, v.StereoInverted, v.Projection = "top and bottom", true, "equirectangular"
		v.FrameRateMode = media.ConstantFrameRate
	})
	r := result(mp4, video, audioTrack(1),
		media.Track{Index: 2, Kind: media.KindSubtitle, Codec: media.Codec{Name: "eia_608", Tag: fourCC("c608")}, Disposition: media.Disposition{Forced: true}},
		media.Track{Index: 3, Kind: media.KindData, Codec: media.Codec{Tag: fourCC("tmcd")}, Timebase: media.Timebase{Num: 1, Den: 12800},
			Start: ticks(0, 1, 12800), Duration: ticks(128000, 1, 12800), BitRate: 128, Language: "eng", Metadata: media.Metadata{"timecode": "01:00:00;02"}},
		media.Track{Index: 4, Kind: media.KindAttachment, Codec: media.Codec{Name: "ttf", LongName: "TrueType font"},
			Metadata: media.Metadata{"filename": "Vera.ttf", "mimetype": "application/x-truetype-font"}})
	yes, no := true, false
	r.Info.Container = media.Container{Faststart: &yes, Fragmented: &no, Seekable: &yes}
	r.Info.Chapters = []media.Chapter{
		{ID: 0, Start: ticks(0, 1, 1000), End: ticks(5000, 1, 1000), Metadata: media.Metadata{"title": "One & <two>"}},
		{ID: 1, Start: ticks(5000, 1, 1000), End: ticks(10000, 1, 1000)},
	}
	r.Info.Metadata = media.Metadata{"major_brand": "isom", "a key with spaces": "0", "comment": strings.Repeat("ü", 600)}
	return r
}

func TestExtended(t *testing.T) {
	t.Parallel()
	for format, name := range map[string]string{JSON: "media_info_extended.json.golden", XML: "media_info_extended.xml.golden"} {
		body, _, err := Encode(format, "MediaInfoProperty", MediaInfoPropertyOf(fullyKnown()))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, body)
	}
}

// A value that is not known must not appear, and every value is a string: clients of the
// service decode nothing else.
func TestExtendedHasStringsOnly(t *testing.T) {
	t.Parallel()
	results := maps.Clone(mediaCases)
	results["extended"] = fullyKnown()
	for name, r := range results {
		body, err := json.Marshal(MediaInfoPropertyOf(r))
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"Extended", "DataStreamInfoList", "ChapterList"} {
			if v, ok := doc[key]; ok {
				checkStrings(t, name+"."+key, v)
			}
		}
	}
}

func checkStrings(t *testing.T, where string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			t.Errorf("%s is empty", where)
		}
		for k, w := range v {
			checkStrings(t, where+"."+k, w)
		}
	case []any:
		for i, w := range v {
			checkStrings(t, where+"["+strconv.Itoa(i)+"]", w)
		}
	case string:
		if v == "" {
			t.Errorf("%s is an empty string", where)
		}
	default:
		t.Errorf("%s is a %T", where, v)
	}
}

func TestMetadataIsBounded(t *testing.T) {
	t.Parallel()
	m := media.Metadata{"": "no key", strings.Repeat("k", 2000): "long key", "a": strings.Repeat("ü", 600)}
	for i := range 200 {
		m["tag"+strconv.Itoa(i)] = "v"
	}
	got := metadata(m)
	if len(got) != maxMetadata {
		t.Errorf("%d entries, want %d", len(got), maxMetadata)
	}
	if want := strings.Repeat("ü", 512) + "…"; got[0].Key != "a" || got[0].Value != want {
		t.Errorf("long value: %q %d bytes", got[0].Key, len(got[0].Value))
	}
	if !slices.IsSortedFunc(got, func(a, b MetadataEntry) int { return strings.Compare(a.Key, b.Key) }) {
		t.Error("not in order")
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]media.Rational{
		"0.68": rational(17, 25), "0.31996": rational(7999, 25000), "1000": rational(1000, 1), "0.0001": rational(1, 10000), "": {},
		"0.001": rational(1, 1000), "0": rational(0, 1),
	} {
		if got := decimal(r); got != want {
			t.Errorf("decimal(%v) = %q, want %q", r, got, want)
		}
	}
}

// docs/extended.md describes every key, so that the page cannot fall behind.
func TestDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/extended.md")
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(MediaInfoPropertyOf(fullyKnown()))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"Extended", "DataStreamInfoList", "ChapterList"} {
		d := json.NewDecoder(bytes.NewReader(doc[key]))
		for _, k := range keys(t, d) {
			if !bytes.Contains(page, []byte("`"+k+"`")) {
				t.Errorf("docs/extended.md does not explain %s of %s", k, key)
			}
		}
	}
}

// keys returns the keys of a JSON value, nested ones included, each once.
func keys(t *testing.T, d *json.Decoder) []string {
	t.Helper()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, w := range v {
				seen[k] = true
				walk(w)
			}
		case []any:
			for _, w := range v {
				walk(w)
			}
		}
	}
	walk(v)
	return slices.Sorted(maps.Keys(seen))
}
