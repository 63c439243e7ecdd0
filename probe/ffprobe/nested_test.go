//go:build linux && (amd64 || arm64)

package ffprobe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// box is an ISO base media box.
func box(kind string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))) + kind + body
}

func words(n ...uint32) string {
	var b []byte
	for _, w := range n {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return string(b)
}

// movieElsewhere is a QuickTime file whose samples are said to lie at url.
func movieElsewhere(url string) string {
	entry := words(0, 1) + words(0, 0, 0, 0) + words(16<<16|16) + words(0x480000, 0x480000, 0) +
		"\x00\x01" + strings.Repeat("\x00", 32) + "\x00\x18\xff\xff"
	stbl := box("stbl",
		box("stsd", words(0, 1), box("raw ", entry)),
		box("stts", words(0, 1, 1, 100)),
		box("stsc", words(0, 1, 1, 1, 1)),
		box("stsz", words(0, 768, 1)),
		box("stco", words(0, 1, 0)),
	)
	minf := box("minf", box("vmhd", words(1, 0, 0)), box("dinf", box("dref", words(0, 1), box("url ", words(0), url, "\x00"))), stbl)
	mdia := box("mdia", box("mdhd", words(0, 0, 0, 100, 100, 0)), box("hdlr", words(0), "mhlrvide", words(0, 0, 0), "\x00"), minf)
	tkhd := box("tkhd", words(15, 0, 0, 1, 0, 100, 0, 0, 0, 0, 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000, 16<<16, 16<<16))
	mvhd := box("mvhd", words(0, 0, 0, 100, 100, 0x10000, 0x1000000, 0, 0, 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000, 0, 0, 0, 0, 0, 0, 2))
	return box("ftyp", "qt  ", words(0), "qt  ") + box("moov", mvhd, box("trak", tkhd, mdia))
}

// TestNested: media that names further media reaches nothing, refused or not.
func TestNested(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		port, hits := bait(t)
		secret := filepath.Join(t.TempDir(), "secret.ts")
		if err := os.WriteFile(secret, []byte(repeat("\x47\x40\x00\x10", 188, 20)), 0o644); err != nil {
			t.Fatal(err)
		}
		url := fmt.Sprintf("http://127.0.0.1:%d/a", port)
		cases := []struct {
			name, content string
			refused       bool
		}{
			{"hls named mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n" + url + ".ts\n#EXT-X-ENDLIST\n", true},
			{"hls of a local file", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://" + secret + "\n#EXT-X-ENDLIST\n", true},
			{"hls that names itself", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ninput\n", true},
			{"hls key", "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"" + url + ".key\"\n#EXTINF:9,\na.ts\n", true},
			{"dash", "<?xml version=\"1.0\"?><MPD><BaseURL>" + url + "</BaseURL></MPD>", true},
			{"concat", "ffconcat version 1.0\nfile '" + url + ".mp4'\n", true},
			{"sdp", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n", true},
			{"mov elsewhere", movieElsewhere(url + ".mov"), false},
			{"mov in a local file", movieElsewhere("file://" + secret), false},
			{"svg with a picture", `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><image width="9" height="9" xlink:href="` + url + `.png"/></svg>`, false},
			{"svg with an entity", `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY e SYSTEM "` + url + `">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&e;</text></svg>`, false},
			{"realmedia", ".RMF\x00\x00\x00\x12rtsp://127.0.0.1/", false},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				_, err := p.Probe(t.Context(), reader([]byte(c.content)))
				if c.refused && (!errors.Is(err, probe.Unsupported) || !strings.Contains(err.Error(), "not read by this engine")) {
					t.Errorf("got %v", err)
				}
			})
		}
		if n := hits(); n != 0 {
			t.Errorf("%d connections came out", n)
		}
	})
}

// TestNestedPastSniff: were a playlist taken for media all the same, the walls behind would hold.
func TestNestedPastSniff(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		port, hits := bait(t)
		url := fmt.Sprintf("http://127.0.0.1:%d/a.ts", port)
		for _, demuxer := range []string{"hls", "concat"} {
			for _, content := range []string{
				"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + url + "\n",
				"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nmedia\n",
				"ffconcat version 1.0\nfile '" + url + "'\n",
			} {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				b := newBlocks(ctx, reader([]byte(content)))
				if info, err := p.describe(ctx, b, demuxer); err == nil {
					t.Errorf("%s: got %+v", demuxer, info)
				}
				b.stop()
				cancel()
			}
		}
		if n := hits(); n != 0 {
			t.Errorf("%d connections came out", n)
		}
	})
}
