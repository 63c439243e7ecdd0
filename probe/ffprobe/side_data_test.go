package ffprobe

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/media"
)

// recorded decodes ffprobe's recorded answer for a sample of testdata/media.
func recorded(t *testing.T, name string) *media.Info {
	t.Helper()
	info, err := Decode(read(t, filepath.Join(testmedia.Root(), "ffprobe", name+".json")))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestDecodeDolbyVision(t *testing.T) {
	t.Parallel()
	info := recorded(t, "rails__activestorage_test_fixtures_files_rotated_hdr_video.mov")
	v := info.FirstVideo()
	want := media.DolbyVision{VersionMajor: 1, Profile: 8, Level: 4, BLCompatibilityID: 4, RPU: true, BL: true}
	if v.Video.DolbyVision == nil || *v.Video.DolbyVision != want {
		t.Errorf("record %+v, want %+v", v.Video.DolbyVision, want)
	}
	if got := media.HDR(v); got.Value != "DolbyVision 8.4" || got.Provenance != media.Stated {
		t.Errorf("HDR = %+v", got)
	}
	if got := media.HDRFallback(v); got.Value != "HLG" {
		t.Errorf("HDRFallback = %+v", got)
	}
	if w, h := media.DisplaySize(v.Video); w != 1080 || h != 1920 || v.Video.Rotation != 90 {
		t.Errorf("%dx%d upright, turned %d", w, h, v.Video.Rotation)
	}
	if got := media.BitDepth(v); got != 10 {
		t.Errorf("BitDepth = %d", got)
	}
}

func TestDecodeMastering(t *testing.T) {
	t.Parallel()
	v := recorded(t, "nestegg__test_media_bug1539686.webm").FirstVideo()
	r := func(num, den int64) media.Rational { return media.Rational{Num: num, Den: den} }
	want := media.Mastering{
		Red:   media.Chromaticity{X: r(17, 25), Y: r(7999, 25000)},
		Green: media.Chromaticity{X: r(13247, 50000), Y: r(17249, 25000)},
		Blue:  media.Chromaticity{X: r(3, 20), Y: r(2999, 50000)},
		// The sample's own mistake: both coordinates are the same.
		WhitePoint:   media.Chromaticity{X: r(3127, 10000), Y: r(3127, 10000)},
		MinLuminance: r(1, 1000), MaxLuminance: r(1000, 1),
	}
	if v.Video.Mastering == nil || *v.Video.Mastering != want {
		t.Errorf("mastering %+v, want %+v", v.Video.Mastering, want)
	}
	if got := media.HDR(v); got.Value != "HDR10" || got.Provenance != media.Stated {
		t.Errorf("HDR = %+v", got)
	}
}

func TestDecodeCaptionsAndChapters(t *testing.T) {
	t.Parallel()
	info := recorded(t, "shaka-player__test_test_assets_cea608-track-init.mp4")
	if got := media.Captions(&info.Tracks[1]); got != "CEA-608" {
		t.Errorf("Captions = %q", got)
	}
	info = recorded(t, "shaka-player__test_test_assets_small.mp4")
	if len(info.Chapters) != 1 || info.Chapters[0].Metadata["title"] != "Chapter 01" || info.Chapters[0].End.String() != "10.000000" {
		t.Errorf("chapters %+v", info.Chapters)
	}
}

func TestDecodeBuffer(t *testing.T) {
	t.Parallel()
	info := recorded(t, "androidx-media__libraries_test_data_src_test_assets_media_ts_sample_scte35.ts")
	if got := info.FirstVideo().BufferSize; got != 49152 {
		t.Errorf("BufferSize = %d", got)
	}
}

// What no small sample has: answers in the form that ffprobe 5.1 prints them.
func TestDecodeSideData(t *testing.T) {
	t.Parallel()
	const head = `{"format":{"format_name":"mov,mp4,m4a,3gp,3g2,mj2","tags":{"TIMECODE":"10:00:00:00"}},"streams":[{"index":0,"codec_name":"hevc","codec_type":"video",`
	for name, c := range map[string]struct {
		stream string
		want   func(*media.Track)
	}{
		"light levels": {`"side_data_list":[{"side_data_type":"Content light level metadata","max_content":1000,"max_average":400}]`,
			func(t *media.Track) { t.Video.ContentLight = &media.ContentLight{MaxCLL: 1000, MaxFALL: 400} }},
		"no light": {`"side_data_list":[{"side_data_type":"Content light level metadata","max_content":0,"max_average":0}]`, nil},
		"luminance only": {`"side_data_list":[{"side_data_type":"Mastering display metadata","min_luminance":"1/10000","max_luminance":"1000/1"}]`,
			func(t *media.Track) {
				t.Video.Mastering = &media.Mastering{MinLuminance: media.Rational{Num: 1, Den: 10000}, MaxLuminance: media.Rational{Num: 1000, Den: 1}}
			}},
		"empty mastering": {`"side_data_list":[{"side_data_type":"Mastering display metadata"}]`, nil},
		"stereo": {`"side_data_list":[{"side_data_type":"Stereo 3D","type":"side by side","inverted":1}]`,
			func(t *media.Track) { t.Video.StereoMode, t.Video.StereoInverted = "side by side", true }},
		"sphere": {`"side_data_list":[{"side_data_type":"Spherical Mapping","projection":"equirectangular","yaw":0,"pitch":0,"roll":0}]`,
			func(t *media.Track) { t.Video.Projection = "equirectangular" }},
		"rates": {`"max_bit_rate":"9000000","side_data_list":[{"side_data_type":"CPB properties","max_bitrate":8000000,"buffer_size":16000000}]`,
			func(t *media.Track) { t.MaxBitRate, t.BufferSize = 9000000, 16000000 }},
		"rate of the buffer": {`"side_data_list":[{"side_data_type":"CPB properties","max_bitrate":8000000,"buffer_size":-1}]`,
			func(t *media.Track) { t.MaxBitRate = 8000000 }},
		"encrypted": {`"codec_tag":"0x76636e65"`, func(t *media.Track) {
			t.Codec.Tag = 0x76636e65
			t.Encryption = &media.Encryption{}
		}},
		"key material alone": {`"codec_tag":"0x31637668","side_data_list":[{"side_data_type":"Encryption initialization data"}]`,
			func(t *media.Track) { t.Codec.Tag = 0x31637668 }},
		"captions, grain, fields, depth": {`"closed_captions":1,"film_grain":1,"field_order":"tt","bits_per_raw_sample":"10"`,
			func(t *media.Track) {
				t.Video.ClosedCaptions, t.Video.FilmGrain, t.Video.FieldOrder, t.Video.BitDepth = true, true, "tt", 10
			}},
		"unknown side data": {`"side_data_list":[{"side_data_type":"unknown","type":"?"},{"side_data_type":"Stereo 3D","type":"unknown"}]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			info, err := decode([]byte(head+strings.TrimSuffix(c.stream, ",")+`}]}`), 10)
			if err != nil {
				t.Fatal(err)
			}
			want := media.Track{Kind: media.KindVideo, Codec: media.Codec{Name: "hevc"}, Video: &media.Video{}}
			if c.want != nil {
				c.want(&want)
			}
			if !reflect.DeepEqual(info.Tracks[0], want) {
				t.Errorf("got  %+v %+v\nwant %+v %+v", info.Tracks[0], *info.Tracks[0].Video, want, *want.Video)
			}
			if got, want := info.Container.KeyMaterial, name == "key material alone"; got != want {
				t.Errorf("key material %v, want %v", got, want)
			}
			if info.Timecode != "10:00:00:00" {
				t.Errorf("timecode %q", info.Timecode)
			}
		})
	}
}
