package app

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func TestWriteTable(t *testing.T) {
	t.Parallel()
	verdict := func(s string) *ims.Verdict { return &ims.Verdict{Value: s, Provenance: "stated"} }
	a := &Answer{
		Property: &ims.MediaInfoProperty{
			FileBasicInfo: ims.FileBasicInfo{FileName: "movie.mp4", FormatName: "mov,mp4", FileSize: "9", Duration: "10.000000", Bitrate: "128.0"},
			VideoStreamInfoList: []ims.VideoStreamInfo{
				{Index: "0", CodecName: "hevc", Profile: "Main 10", Width: "3840", Height: "2160", PixFmt: "yuv420p10le", Rotate: "90", AvgFps: "25.0"},
				{Index: "1", CodecName: "png", Width: "600", Height: "600", Rotate: "0"},
			},
			AudioStreamInfoList:    []ims.AudioStreamInfo{{Index: "2", CodecName: "aac", ChannelLayout: "stereo", SampleRate: "48000", SampleFmt: "fltp", Lang: "eng"}},
			SubtitleStreamInfoList: []ims.SubtitleStreamInfo{{Index: "3", CodecName: "mov_text", Lang: "eng"}},
			DataStreamInfoList:     []ims.DataStreamInfo{{Index: "4", Type: "data", CodecTagString: "tmcd"}, {Index: "5", CodecTagString: "[0][0][0][0]"}},
			ChapterList:            []ims.ChapterInfo{{Id: "0", Title: "One", StartTime: "0.000000", EndTime: "5.000000"}},
			Extended: &ims.Extended{
				Faststart: "true", Fragmented: "false", Encrypted: verdict("true"), Timecode: "01:00:00:00",
				StreamInfoList: []ims.ExtendedStreamInfo{
					{Index: "0", Hdr: verdict("HDR10"), FrameRateMode: verdict("CFR"), CodecString: "hvc1.2.4.L123.B0", Encryption: &ims.Encryption{Encrypted: "true", Scheme: "cbcs"}},
					{Index: "1", AttachedPicture: "true"},
					{Index: "2", Profile: "LC", CodecString: "mp4a.40.2", Encryption: &ims.Encryption{Encrypted: "true"}},
				},
			},
		},
		Stats: Stats{Engine: "native", Requests: 2, BytesRead: 65536, WallMs: 4},
	}
	var b bytes.Buffer
	if err := a.WriteTable(&b, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for i, want := range [][]string{
		{"file", "movie.mp4", "10.000000 s", "faststart, encrypted, timecode 01:00:00:00"},
		{"video 0", "3840x2160 yuv420p10le", "rotate 90", "HDR10, CFR, cbcs, hvc1.2.4.L123.B0"},
		{"video 1", "png", "cover"},
		{"audio 2", "48000 Hz fltp", "LC, encrypted, mp4a.40.2"},
		{"subtitle 3", "mov_text", "eng"},
		{"data 4", "tmcd"},
		{"5", "[0][0][0][0]"},
		{"chapter 0", "One", "0.000000 s", "5.000000 s"},
		{"cost", "native", "2 reads", "65536 bytes", "4 ms"},
	} {
		if i >= len(lines) {
			t.Fatalf("%d lines:\n%s", len(lines), b.String())
		}
		for _, s := range want {
			if !strings.Contains(lines[i], s) {
				t.Errorf("line %d lacks %q: %s", i, s, lines[i])
			}
		}
		if strings.TrimRight(lines[i], " ") != lines[i] {
			t.Errorf("line %d ends in spaces: %q", i, lines[i])
		}
	}
	if strings.Contains(lines[0], "fragmented") {
		t.Errorf("says fragmented: %s", lines[0])
	}
	a.Property.Extended = nil
	if err := a.WriteTable(&b, false); err != nil {
		t.Error(err)
	}
}
