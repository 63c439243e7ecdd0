package ims

import (
	"testing"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/media"
)

func fourCC(s string) media.FourCC {
	return media.FourCC(s[0]) | media.FourCC(s[1])<<8 | media.FourCC(s[2])<<16 | media.FourCC(s[3])<<24
}

func ticks(n int64, num, den int64) media.Duration {
	return media.Duration{Ticks: media.Ticks(n), Timebase: media.Timebase{Num: num, Den: den}}
}

func level(n int) *int { return &n }

func videoTrack(index int, codec string, change func(*media.Track)) media.Track {
	t := media.Track{
		Index: index, Kind: media.KindVideo,
		Codec:    media.Codec{Name: codec, LongName: codec + " long", Profile: "High", Level: level(31), Tag: fourCC("avc1")},
		Timebase: media.Timebase{Num: 1, Den: 12800}, Start: ticks(0, 1, 12800), Duration: ticks(128000, 1, 12800),
		BitRate: 888563, NumFrames: 250, Language: "und",
		Video: &media.Video{
			Width: 848, Height: 478, SAR: media.Rational{Num: 478, Den: 477}, DAR: media.Rational{Num: 16, Den: 9},
			PixelFormat: "yuv420p", ReorderDepth: 2,
			FrameRate: media.Rational{Num: 25, Den: 1}, AverageFrameRate: media.Rational{Num: 25, Den: 1},
		},
	}
	if change != nil {
		change(&t)
	}
	return t
}

func audioTrack(index int) media.Track {
	return media.Track{
		Index: index, Kind: media.KindAudio,
		Codec:    media.Codec{Name: "aac", LongName: "AAC (Advanced Audio Coding)", Profile: "LC", Tag: fourCC("mp4a")},
		Timebase: media.Timebase{Num: 1, Den: 44100}, Start: ticks(-2048, 1, 44100), Duration: ticks(441000, 1, 44100),
		BitRate: 128000, NumFrames: 432, Language: "eng",
		Audio: &media.Audio{SampleFormat: "fltp", SampleRate: 44100, Channels: 2, ChannelLayout: "stereo"},
	}
}

func result(format string, tracks ...media.Track) *job.Result {
	return &job.Result{
		Object: job.Object{
			Name: "video.mp4", URL: "http://bucket.oss-cn-shanghai.aliyuncs.com/path/to/video.mp4",
			Region: "cn-shanghai", Size: 971144, ETag: `"5B3C1A2E053D763E1B002CC607C5A0FE"`,
		},
		Info: &media.Info{
			Format: media.Format{Name: format}, Size: 971144, Duration: ticks(10000000, 1, 1000000),
			BitRate: 332256, Tracks: tracks,
		},
	}
}

const mp4 = "mov,mp4,m4a,3gp,3g2,mj2"

var coverArt = func(t *media.Track) {
	t.Codec = media.Codec{Name: "mjpeg", LongName: "Motion JPEG", Profile: "Baseline", Level: level(-99)}
	t.Disposition.AttachedPicture = true
	t.Video = &media.Video{Width: 600, Height: 600, PixelFormat: "yuvj444p", FrameRate: media.Rational{Num: 90000, Den: 1}}
	t.BitRate, t.NumFrames, t.Language = 0, 0, ""
}

var mediaCases = map[string]*job.Result{
	"h264_aac": result(mp4, videoTrack(0, "h264", nil), audioTrack(1)),
	"audio":    result(mp4, audioTrack(0)),
	"cover_art": result("mp3", audioTrack(0), videoTrack(1, "", func(t *media.Track) {
		coverArt(t)
	})),
	"cover_art_first": result(mp4, videoTrack(0, "", coverArt), videoTrack(1, "h264", nil)),
	"non_square_sar": result(mp4, videoTrack(0, "h264", func(t *media.Track) {
		t.Video.Width, t.Video.Height = 640, 360
		t.Video.SAR, t.Video.DAR = media.Rational{Num: 81, Den: 256}, media.Rational{Num: 9, Den: 16}
	})),
	"rotated": result(mp4, videoTrack(0, "h264", func(t *media.Track) { t.Video.Rotation = 90 })),
	"hevc": result(mp4, videoTrack(0, "hevc", func(t *media.Track) {
		t.Codec.Profile, t.Codec.Tag, t.Codec.Level = "Main 10", fourCC("hvc1"), level(120)
		t.Video.FrameRate, t.Video.AverageFrameRate = media.Rational{Num: 24000, Den: 1001}, media.Rational{Num: 24000, Den: 1001}
		t.Video.SAR, t.Video.DAR = media.Rational{}, media.Rational{}
	})),
	"vfr": result("matroska,webm", videoTrack(0, "h264", func(t *media.Track) {
		t.Codec.Tag = 0
		t.Video.FrameRate, t.Video.AverageFrameRate = media.Rational{Num: 90000, Den: 1}, media.Rational{Num: 359, Den: 12}
	})),
	"hls": result("hls", videoTrack(0, "h264", func(t *media.Track) {
		t.Codec.Tag, t.Timebase, t.Start = 27, media.Timebase{Num: 1, Den: 90000}, ticks(132620, 1, 90000)
		t.Language = ""
	})),
	"subtitles": result("matroska,webm", audioTrack(0), media.Track{
		Index: 1, Kind: media.KindSubtitle, Codec: media.Codec{Name: "ass", LongName: "ASS (Advanced SSA) subtitle"},
		Timebase: media.Timebase{Num: 1, Den: 1000}, Start: ticks(0, 1, 1000), Duration: ticks(1370116, 1, 1000), Language: "eng",
	}, media.Track{Index: 2, Kind: media.KindData}),
	"unknown_everything": {Info: &media.Info{Tracks: []media.Track{
		{Kind: media.KindVideo, Video: &media.Video{}}, {Index: 1, Kind: media.KindVideo},
		{Index: 2, Kind: media.KindAudio, Audio: &media.Audio{}}, {Index: 3, Kind: media.KindAudio},
		{Index: 4, Kind: media.KindSubtitle}, {Index: 5},
	}}},
	"nothing": {},
}

func TestMediaInfoProperty(t *testing.T) {
	t.Parallel()
	for name, r := range mediaCases {
		t.Run(name, func(t *testing.T) {
			body, _, err := Encode(JSON, "", MediaInfoPropertyOf(r))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "media_info_"+name+".json.golden", body)
		})
	}
}

// The real and documented values of contract 6.1 and 6.3.
func TestNumberSpelling(t *testing.T) {
	t.Parallel()
	for rate, want := range map[int64]string{
		332256: "332.256", 82918: "82.918", 1132680: "1132.68", 888563: "888.563", 128000: "128.0",
		999: "0.999", 1: "0.001", 10: "0.01", 0: "", -1: "", 9223372036854775807: "9223372036854775.807",
	} {
		if got := kilobits(rate); got != want {
			t.Errorf("kilobits(%d) = %q, want %q", rate, got, want)
		}
	}
	for _, c := range []struct {
		num, den            int64
		rate, half, decoder string // decoder timebases of h264 and of others
	}{
		{25, 1, "25.0", "1/50", "1/25"}, {10, 1, "10.0", "1/20", "1/10"}, {24000, 1001, "23.976025", "1001/48000", "1001/24000"},
		{30000, 1001, "29.97003", "1001/60000", "1001/30000"}, {60000, 1001, "59.94006", "1001/120000", "1001/60000"},
		{50, 2, "25.0", "1/50", "1/25"}, {25, 2, "12.5", "1/25", "2/25"}, {1, 3, "0.33333334", "3/2", "3/1"},
		{0, 0, "", "", ""}, {0, 1, "", "", ""}, {9223372036854775807, 1, "9223372000000000000.0", "", "1/9223372036854775807"},
	} {
		r := media.Rational{Num: c.num, Den: c.den}
		if got := frameRate(r); got != c.rate {
			t.Errorf("frameRate(%v) = %q, want %q", r, got, c.rate)
		}
		if got := codecTimebase("h264", r); got != c.half {
			t.Errorf("codecTimebase(h264, %v) = %q, want %q", r, got, c.half)
		}
		if got := codecTimebase("vp9", r); got != c.decoder {
			t.Errorf("codecTimebase(vp9, %v) = %q, want %q", r, got, c.decoder)
		}
	}
}
