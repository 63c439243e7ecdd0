package hls_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/hls"
	"github.com/mediagauge/mediagauge/format/mp4"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

var prober = probe.New(mp4.Format, hls.Format)

const head = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"

// movie is a segment with pictures.
func movie(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/playlists/files/androidx-media__hls_standalone-webvtt/sample.mp4")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// probeText probes a playlist beside which files lie, and checks what must hold of any.
func probeText(t testing.TB, text string, files map[string][]byte) (probetest.Outcome, []string) {
	t.Helper()
	s := probetest.NewShelf([]byte(text), files)
	o := probetest.Probe(prober, s, probe.Limits{})
	if err := o.Sound(); err != nil {
		t.Fatalf("%.200q: %v", text, err)
	}
	opened, open := s.Opened()
	if open != 0 {
		t.Errorf("%.200q: %d sources left open", text, open)
	}
	return o, opened
}

func TestMediaPlaylist(t *testing.T) {
	files := map[string][]byte{"a.mp4": movie(t), "b.mp4": movie(t)}
	for name, c := range map[string]struct {
		text     string
		opened   string
		duration string
	}{
		"ended":      {"#EXTINF:2,\na.mp4\n#EXTINF:1.5,\nb.mp4\n#EXT-X-ENDLIST\n", "a.mp4", "3.500000"},
		"growing":    {"#EXTINF:2,\na.mp4\n", "a.mp4", ""},
		"live edge":  {"#EXTINF:2,\nx\n#EXTINF:2,\nb.mp4\n#EXTINF:2,\na.mp4\n#EXTINF:2,\na.mp4\n", "b.mp4", ""},
		"two short":  {"#EXTINF:1,\na.mp4\n#EXTINF:1,\nb.mp4\n#EXTINF:1,\nb.mp4\n#EXT-X-ENDLIST\n", "a.mp4 b.mp4", "3.000000"},
		"gone first": {"#EXTINF:2,\nx\n#EXTINF:2,\nb.mp4\n#EXT-X-ENDLIST\n", "x b.mp4", "4.000000"},
		"rounding":   {"#EXTINF:1.001000,\na.mp4\n#EXTINF:1.001,t\nb.mp4\n#EXT-X-ENDLIST\n", "a.mp4 b.mp4", "2.001998"},
		"CR LF":      {"#EXTINF:2,\r\na.mp4\r\n#EXT-X-ENDLIST\r\n", "a.mp4", "2.000000"},
		"other tags": {"#comment\n#EXT-X-FOO:BAR\n\n#EXTINF:2,\na.mp4\n#EXT-X-ENDLIST", "a.mp4", "2.000000"},
	} {
		o, opened := probeText(t, head+c.text, files)
		if o.Err != nil {
			t.Errorf("%s: %v", name, o.Err)
			continue
		}
		if got := strings.Join(opened, " "); got != c.opened {
			t.Errorf("%s: opened %q, want %q", name, got, c.opened)
		}
		if got := o.Info.Duration.String(); got != c.duration {
			t.Errorf("%s: duration %q, want %q", name, got, c.duration)
		}
		if len(o.Info.Tracks) != 1 || o.Info.Tracks[0].Codec.Name != "h264" || o.Info.Format.Name != "hls" {
			t.Errorf("%s: %s", name, o.Text())
		}
	}
}

// TestByteRanges: an initialization section and segments that are stretches of one resource.
func TestByteRanges(t *testing.T) {
	b, err := os.ReadFile("../../testdata/playlists/files/shaka-packager__av1-webm/bear-av1-video.mp4")
	if err != nil {
		t.Fatal(err)
	}
	text := head + "#EXT-X-MAP:URI=\"v.mp4\",BYTERANGE=\"809@0\"\n#EXTINF:1,\n#EXT-X-BYTERANGE:%s\nv.mp4\n#EXT-X-ENDLIST\n"
	o, opened := probeText(t, fmt.Sprintf(text, "24188@853"), map[string][]byte{"v.mp4": b})
	if o.Err != nil || len(opened) != 1 || o.Info.Tracks[0].Codec.Name != "av1" {
		t.Errorf("opened %q: %s", opened, o.Text())
	}
	for _, bad := range []string{"x", "-1@0", "1@-1", "9223372036854775807@1", "1@", "@1", ""} {
		if o, opened := probeText(t, fmt.Sprintf(text, bad), map[string][]byte{"v.mp4": b}); !errors.Is(o.Err, probe.Malformed) || len(opened) != 0 {
			t.Errorf("%q: opened %q, %v", bad, opened, o.Err)
		}
	}
	for _, far := range []string{"10@99999999", "9223372036854775000@24000", "0@853"} {
		if o, _ := probeText(t, fmt.Sprintf(text, far), map[string][]byte{"v.mp4": b}); o.Err == nil && len(o.Info.Tracks) == 0 {
			t.Errorf("%q: answered without a stream", far)
		}
	}
	// Without an offset a sub-range follows the one before.
	two := head + "#EXT-X-MAP:URI=\"v.mp4\",BYTERANGE=\"809@0\"\n#EXTINF:1,\n#EXT-X-BYTERANGE:44@809\nv.mp4\n#EXTINF:1,\n#EXT-X-BYTERANGE:24188\nv.mp4\n#EXT-X-ENDLIST\n"
	o, opened = probeText(t, two, map[string][]byte{"v.mp4": b})
	if o.Err != nil || len(opened) != 1 || o.Info.Tracks[0].Codec.Name != "av1" {
		t.Errorf("in a row: opened %q: %s", opened, o.Text())
	}
}

func TestMultivariant(t *testing.T) {
	list := []byte(head + "#EXTINF:2,\nseg.mp4\n#EXT-X-ENDLIST\n")
	files := map[string][]byte{"a": list, "b": list, "snd": list, "seg.mp4": movie(t)}
	text := `#EXTM3U
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="g",NAME="Cam, \2",LANGUAGE="de",DEFAULT=YES,FORCED=YES,URI="snd"
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="in",NAME="inside",LANGUAGE="fr"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="x",URI="never"
#EXT-X-STREAM-INF:BANDWIDTH=1000,VIDEO="g"
a
#EXT-X-STREAM-INF:BANDWIDTH=2000,VIDEO="in"
b
#EXT-X-STREAM-INF:BANDWIDTH=3000
gone
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="never"
`
	o, _ := probeText(t, text, files)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	i := o.Info
	if len(i.Tracks) != 3 || len(i.Warnings) != 1 || !strings.Contains(i.Warnings[0].Message, "gone") {
		t.Fatal(o.Text())
	}
	if m := i.Tracks[0]; m.Language != "de" || m.Metadata["comment"] != `Cam, \2` || !m.Disposition.Forced || m.Metadata["variant_bitrate"] != "1000" {
		t.Errorf("rendition: %+v", m)
	}
	if m := i.Tracks[2]; m.Language != "fr" || m.Metadata["comment"] != "inside" || m.Metadata["variant_bitrate"] != "2000" {
		t.Errorf("rendition in a variant: %+v", m)
	}
	if len(i.Programs) != 3 || fmt.Sprint(i.Programs[0].Tracks, i.Programs[1].Tracks, i.Programs[2].Tracks) != "[0 1] [2] []" {
		t.Errorf("programs %+v", i.Programs)
	}
	if i.Duration.String() != "2.000000" {
		t.Errorf("duration %s", i.Duration)
	}
}

// TestEncrypted: what a playlist says of streams that only a key opens; no key is fetched.
func TestEncrypted(t *testing.T) {
	list := []byte(head + "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:2,\nseg\n#EXT-X-ENDLIST\n")
	master := "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,FRAME-RATE=29.970,CODECS=\"avc1.64001e, mp4a.40.2,foo\"\nlist\n"
	o, opened := probeText(t, master, map[string][]byte{"list": list, "*": nil})
	if o.Err != nil || strings.Join(opened, " ") != "list" || len(o.Info.Tracks) != 2 {
		t.Fatalf("opened %q: %s", opened, o.Text())
	}
	v, a := o.Info.Tracks[0], o.Info.Tracks[1]
	if v.Codec.Name != "h264" || v.CodecString != "avc1.64001e" || v.Video.Width != 640 || v.Video.Height != 360 || v.Video.AverageFrameRate != (media.Rational{Num: 30000, Den: 1001}) || v.Encryption.Scheme != "AES-128" {
		t.Errorf("video %+v %+v", v, v.Video)
	}
	if a.Codec.Name != "aac" || a.Encryption == nil || o.Info.BitRate != 900000 || o.Info.Duration.String() != "2.000000" {
		t.Errorf("audio %+v, %d bit/s, %s", a, o.Info.BitRate, o.Info.Duration)
	}
	o, opened = probeText(t, string(list), map[string][]byte{"*": nil})
	if o.Err != nil || len(opened) != 0 || len(o.Info.Warnings) != 1 {
		t.Errorf("alone: opened %q: %s", opened, o.Text())
	}
	o, _ = probeText(t, head+"#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"key\"\n#EXTINF:2,\nseg\n#EXT-X-ENDLIST\n", map[string][]byte{"seg": movie(t)})
	if o.Err != nil || o.Info.Tracks[0].Encryption.Scheme != "SAMPLE-AES" {
		t.Errorf("samples: %s", o.Text())
	}
}

// TestHostile: an answer within bounds, or an error that says what is wrong.
func TestHostile(t *testing.T) {
	self := []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nself\n")
	many := "#EXTM3U\n" + strings.Repeat("#EXT-X-STREAM-INF:BANDWIDTH=1\nlist\n", 10_000)
	list := []byte(head + "#EXTINF:2,\nseg\n#EXT-X-ENDLIST\n")
	for name, c := range map[string]struct {
		text   string
		files  map[string][]byte
		most   int // sources opened
		answer bool
	}{
		"itself as a variant":       {string(self), map[string][]byte{"*": self}, 1, false},
		"itself as a segment":       {head + "#EXTINF:1,\nself\n", map[string][]byte{"*": []byte(head + "#EXTINF:1,\nself\n")}, 2, false},
		"each other":                {string(self), map[string][]byte{"self": []byte(head + "#EXTINF:9,\nself\n")}, 2, false},
		"10,000 variants":           {many, map[string][]byte{"list": list, "seg": movie(t)}, 48, true},
		"10,000 that are gone":      {many, nil, 24, false},
		"1,000,000 segments":        {head + strings.Repeat("#EXTINF:1,\ns\n", 300_000) + "#EXT-X-ENDLIST\n", map[string][]byte{"s": movie(t)}, 2, true},
		"more elements than counts": {head + strings.Repeat("\n", 2_000_000), nil, 0, false},
		"too long":                  {head + strings.Repeat("#", 9<<20), nil, 0, false},
		"a line of 1 MiB":           {head + strings.Repeat("x", 1<<20) + "\n#EXTINF:9,\ns\n", map[string][]byte{"s": movie(t)}, 1, true},
		"no segments":               {head, nil, 0, false},
		"a map without a URI":       {head + "#EXT-X-MAP:BYTERANGE=\"1@0\"\n#EXTINF:1,\ns\n", nil, 2, false},
		"NaN seconds":               {head + "#EXTINF:NaN,\ns\n", nil, 0, false},
		"endless seconds":           {head + "#EXTINF:1e308,\ns\n", nil, 0, false},
		"negative seconds":          {head + "#EXTINF:-1,\ns\n", nil, 0, false},
		"an open quotation":         {"#EXTM3U\n#EXT-X-STREAM-INF:CODECS=\"avc1\nlist\n", map[string][]byte{"list": list, "seg": movie(t)}, 2, true},
		"empty segments":            {head + strings.Repeat("#EXTINF:0,\ns\n", 1000), map[string][]byte{"s": {}}, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			o, opened := probeText(t, c.text, c.files)
			if (o.Err == nil) != c.answer || len(opened) > c.most {
				t.Errorf("%d opened, %v", len(opened), o.Err)
			}
			if o.Allocated > 64<<20 {
				t.Errorf("%d MiB allocated", o.Allocated>>20)
			}
		})
	}
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	held := map[string]bool{}
	for rule, text := range map[string]string{
		"no-segments":    head,
		"long-text":      head + strings.Repeat("#", 9<<20),
		"nested-lists":   "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nself\n",
		"segment-format": head + "#EXTINF:1,\nseg\n",
	} {
		o, _ := probeText(t, text, map[string][]byte{"self": []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nself\n"), "seg": []byte("nothing")})
		if got := probe.RuleOf(o.Err); got != rule {
			t.Errorf("%s: %v", rule, o.Err)
		}
		held[rule] = true
	}
	for rule := range hls.Rules() {
		if !held[rule] {
			t.Errorf("no playlist shows rule %q", rule)
		}
	}
}

// FuzzHLS: any text beside a segment and a playlist gives an answer that does not contradict
// itself, or a typed error, and leaves nothing open.
func FuzzHLS(f *testing.F) {
	names, err := filepath.Glob("../../testdata/playlists/files/*/*.m3u8")
	if err != nil || len(names) == 0 {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(head + "#EXT-X-KEY:METHOD=AES-128\n#EXT-X-MAP:URI=\"a\",BYTERANGE=\"9@1\"\n#EXTINF:1,\n#EXT-X-BYTERANGE:4\na\n")
	files := map[string][]byte{"*": movie(f), "stream_0.m3u8": []byte(head + "#EXTINF:1,\nx\n")}
	f.Fuzz(func(t *testing.T, text string) {
		first, opened := probeText(t, text, files)
		if len(opened) > 64 {
			t.Errorf("%d opened", len(opened))
		}
		if again, _ := probeText(t, text, files); again.Text() != first.Text() {
			t.Errorf("another answer the second time: %s\n%s", first.Text(), again.Text())
		}
	})
}

func BenchmarkHLS(b *testing.B) {
	text := []byte(head + strings.Repeat("#EXTINF:2.000,\nseg.mp4\n", 300) + "#EXT-X-ENDLIST\n")
	files := map[string][]byte{"seg.mp4": movie(b)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := prober.Probe(b.Context(), probetest.NewShelf(text, files)); err != nil {
			b.Fatal(err)
		}
	}
}
