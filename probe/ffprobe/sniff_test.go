package ffprobe

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/probe"
)

// stillPicture maps samples that ffprobe called image2 by their name to what they contain.
var stillPicture = map[string]string{".jpg": "jpeg_pipe", ".svg": "svg_pipe"}

func TestSniffSamples(t *testing.T) {
	samples, err := testmedia.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		data, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		r := probe.NewReader(context.Background(), probe.NewBytes(data), probe.Limits{})
		got, err := newBlocks(t.Context(), r).sniff()
		if s.Fails {
			continue // whether sniff or ffprobe refuses is settled by TestSamples
		}
		want, _, _ := strings.Cut(s.Container, ",")
		if want == "image2" {
			want = stillPicture[s.Name[strings.LastIndexByte(s.Name, '.'):]]
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", s.Name, got, err, want)
		}
	}
}

// repeat makes n frames of size bytes that start with head.
func repeat(head string, size, n int) string {
	return strings.Repeat(head+strings.Repeat("\x00", size-len(head)), n)
}

func TestSniff(t *testing.T) {
	box := func(kind string) string { return "\x00\x00\x00\x10" + kind + "\x00\x00\x00\x00\x00\x00\x00\x00" }
	id3 := "ID3\x04\x00\x00\x00\x00\x00\x05abcde"
	cases := []struct{ name, content, demuxer string }{
		{"mp4", box("ftyp"), "mov"},
		{"mov without ftyp", box("moov"), "mov"},
		{"mov, mdat first", box("mdat"), "mov"},
		{"mov, wide first", box("wide"), "mov"},
		{"mov, free first", box("free"), "mov"},
		{"mov, skip first", box("skip"), "mov"},
		{"segment", box("styp"), "mov"},
		{"segment without styp", box("moof"), "mov"},
		{"index first", box("sidx"), "mov"},
		{"mdat of 64-bit length", "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x10\x00", "mov"},
		{"ts", repeat("\x47\x40\x00\x10", 188, 6), "mpegts"},
		{"m2ts", repeat("\x00\x00\x00\x00\x47\x40\x00\x10", 192, 6), "mpegts"},
		{"ts with parity", repeat("\x47\x40\x00\x10", 204, 6), "mpegts"},
		{"ts after junk", "\x00\x01\x02junk" + repeat("\x47\x40\x00\x10", 188, 6), "mpegts"},
		{"adts", repeat("\xff\xf1\x50\x80\x02\x1f\xfc", 16, 4), "aac"},
		{"adts after id3", id3 + repeat("\xff\xf1\x50\x80\x02\x1f\xfc", 16, 4), "aac"},
		{"flac after id3", id3 + "fLaC\x00\x00\x00\x22", "flac"},
		{"id3 alone", id3 + strings.Repeat("\x55", 64), "mp3"},
		{"loas", repeat("\x56\xe0\x10", 19, 5), "loas"},
		{"ac3", repeat("\x0b\x77\x00\x00\x00\x40", 128, 4), "ac3"},
		{"ac3, other byte order", repeat("\x77\x0b\x00\x00\x40\x00", 128, 4), "ac3"},
		{"eac3", repeat("\x0b\x77\x00\x3f\x00\x80", 128, 4), "eac3"},
		{"mp3", repeat("\xff\xfb\x90\x00", 417, 5), "mp3"},
		{"mp3 after junk", strings.Repeat("x", 999) + repeat("\xff\xfb\x90\x00", 417, 5), "mp3"},
		{"h264", "\x00\x00\x00\x01\x67\x42\x00\x1e\x00\x00\x00\x01\x68\xce\x3c\x80\x00\x00\x01\x65\x88\x84\x00", "h264"},
		{"hevc", "\x00\x00\x00\x01\x40\x01\x0c\x01\x00\x00\x01\x42\x01\x01\x01\x00\x00\x01\x44\x01\xc0\x01", "hevc"},
		{"m4v", "\x00\x00\x01\xb0\x01\x00\x00\x01\xb5\x09\x00\x00\x01\x00\x00\x00\x01\x20\x00\x84\x00\x00\x01\xb6\x10\x60", "m4v"},
		{"obu", "\x12\x00\x0a\x0b\x00\x00\x00", "obu"},
		{"obu, annex B", "\x20\x1e\x01\x10\x0c\x08\x00", "av1"},
		{"ps after zeros", "\x00\x00\x00\x00\x00\x00\x01\xba\x44\x00\x04\x00\x04\x01", "mpeg"},
		{"rf64", "RF64\xff\xff\xff\xffWAVEds64", "wav"},
		{"w64", "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", "w64"},
		{"caf", "caff\x00\x01\x00\x00", "caf"},
		{"dv", "\x1f\x07\x00\xbf\xff\x78", "dv"},
		{"dts", "\x7f\xfe\x80\x01\xfc\x3c", "dts"},
		{"truehd", "\x10\x20\x00\x00\xf8\x72\x6f\xba", "truehd"},
		{"gxf", "\x00\x00\x00\x00\x01\xbc\x00\x00\x00\x00\x00\x00\x00\x00\xe1\xe2", "gxf"},
		{"mxf after run-in", strings.Repeat("\x00", 500) + "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02\x04\x00", "mxf"},
		{"apng", "\x89PNG\r\n\x1a\n\x00\x00\x00\x00acTL\x00\x00\x00\x00", "apng"},
		{"webvtt with byte order mark", "\xef\xbb\xbfWEBVTT\n\n", "webvtt"},
		{"srt", "1\r\n00:00:01,000 --> 00:00:02,000\r\nhello\r\n", "srt"},
		{"srt in UTF-16", utf16le("1\r\n00:00:01,000 --> 00:00:02,000\r\nhello\r\n"), "srt"},
		{"ass", "[Script Info]\r\n", "ass"},
		{"nut", "nut/multimedia container\x00", "nut"},
		{"tta", "TTA1\x01\x00", "tta"},
		{"dsf", "DSD \x1c\x00\x00\x00\x00\x00\x00\x00", "dsf"},
		{"mpc7", "MP+\x07", "mpc"},
		{"mpc8", "MPCKSH", "mpc8"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := probe.NewReader(context.Background(), probe.NewBytes([]byte(c.content)), probe.Limits{})
			if got, err := newBlocks(t.Context(), r).sniff(); err != nil || got != c.demuxer {
				t.Errorf("got %q, %v; want %q", got, err, c.demuxer)
			}
		})
	}
}

func utf16le(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// TestSniffListings: nothing that names further files gets a demuxer, whatever precedes it.
func TestSniffListings(t *testing.T) {
	cases := []struct{ name, content, text string }{
		{"hls", "#EXTM3U\n#EXTINF:1,\na.ts\n", "HLS playlists are not read by this engine"},
		{"hls after id3", "ID3\x04\x00\x00\x00\x00\x00\x05abcde#EXTM3U\n", "HLS playlists"},
		{"hls after blanks and a mark", "\xef\xbb\xbf\r\n #extm3u\n", "HLS playlists"},
		{"hls in UTF-16", utf16le("#EXTM3U\n"), "HLS playlists"},
		{"dash", "<?xml version=\"1.0\"?>\n<MPD type=\"static\"/>", "DASH manifests"},
		{"dash with a namespace", "<d:MPD xmlns:d=\"urn:mpeg:dash:schema:mpd:2011\"/>", "DASH manifests"},
		{"concat", "ffconcat version 1.0\nfile a.mp4\n", "ffconcat scripts"},
		{"sdp", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n", "SDP session descriptions"},
		{"imf", "<?xml?><CompositionPlaylist/>", "IMF playlists"},
		{"vobsub", "# VobSub index file, v7\n", "VobSub indexes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := probe.NewReader(context.Background(), probe.NewBytes([]byte(c.content)), probe.Limits{})
			got, err := newBlocks(t.Context(), r).sniff()
			if got != "" || !errors.Is(err, probe.Unsupported) || errors.Is(err, probe.ErrUnknownFormat) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %q, %v; want %q", got, err, c.text)
			}
		})
	}
}

func TestSniffUnknown(t *testing.T) {
	for _, content := range []string{"hello, world", "\x00\x00\x00\x00", "{\"streams\": []}", strings.Repeat("\xff", 5000)} {
		if got, err := sniff([]byte(content)); got != "" || !errors.Is(err, probe.ErrUnknownFormat) {
			t.Errorf("%.10q: got %q, %v", content, got, err)
		}
	}
	if _, err := sniff(nil); !errors.Is(err, probe.Truncated) {
		t.Errorf("empty: %v", err)
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01\x67"))
	f.Add([]byte("\xff\xfb\x90\x00"))
	f.Fuzz(func(t *testing.T, head []byte) {
		demuxer, err := sniff(head)
		if (demuxer == "") == (err == nil) {
			t.Fatalf("%q, %v", demuxer, err)
		}
	})
}
