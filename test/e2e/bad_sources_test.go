package e2e

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// badSource is one way for a source to disappoint.
type badSource struct {
	name     string
	url      string           // "" = the origin's, at the handler
	query    string           // added to the origin's URL
	handler  http.HandlerFunc // on the origin
	codes    []string         // any of them is right
	attempts int              // of the job; 0: as it likes
	word     string           // in the message
}

func status(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", n) }
}

func body(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// reset closes the connection after sending text.
func reset(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte(text))
	}
}

// hang sends text and then nothing until the caller gives up.
func hang(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte(text))
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		_, _ = conn.Read(make([]byte, 1))
	}
}

func gzipped(data []byte) http.HandlerFunc {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = z.Write(data)
	_ = z.Close()
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(buf.Bytes())
	}
}

// versions answers with a version of the object that pick chooses by the number of requests
// so far, and with that version's ETag, whatever If-Match says.
func versions(pick func(n int64) []byte) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		i := n.Add(1)
		r.Header.Del("If-Match")
		r.Header.Del("If-Unmodified-Since")
		rig.Content(pick(i))(w, r)
	}
}

// chunked answers with data and neither length nor ranges.
func chunked(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for part := range slices.Chunk(data, 10_000) {
			_, _ = w.Write(part)
			_ = http.NewResponseController(w).Flush()
		}
	}
}

func sampleFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testmedia.Root(), "files", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const (
	clipA    = "php-ffmpeg__tests_FFMpeg_files_portrait.MOV"          // too long for one request
	clipB    = "mp4parser__isoparser_src_test_resources_MOV00006.3gp" // of another size and shape
	streamed = "go-audio-wav__fixtures_kick-16b441k.wav"
	small    = "go-mp4__testdata_sample.mp4"
	exotic   = "shaka-packager__packager_media_test_data_bear.rm" // of a format that ffprobe alone reads
	ok200    = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 100000\r\n\r\n"
)

func zipFile(t *testing.T) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	w, err := z.Create("movie.mp4")
	if err == nil {
		_, err = w.Write(bytes.Repeat([]byte("frames "), 1000))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// closedPort returns a port on which nobody listens.
func closedPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// playlist answers with a playlist of one segment.
func playlist(uri string) http.HandlerFunc {
	return body("application/vnd.apple.mpegurl", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n"+uri+"\n#EXT-X-ENDLIST\n")
}

func badSources(t *testing.T, origin *rig.Origin, canary *rig.Canary, closed int) []badSource {
	mp4 := sampleFile(t, small)
	notMedia, damaged := []string{"UnsupportedFormat"}, []string{"MalformedMedia", "UnsupportedFormat"}
	gone, busy := []string{"SourceNotFound"}, []string{"SourceUnreachable"}
	late := []string{"DeadlineExceeded"}
	denied := []string{"AddressDenied"}
	cut := []string{"SourceTruncated"}
	canaryURL := fmt.Sprintf("http://127.0.0.1:%d/movie.mp4", canary.Port)
	return []badSource{
		{name: "refused", url: fmt.Sprintf("http://127.0.0.1:%d/movie.mp4", closed), codes: busy, attempts: 3, word: "connection refused"},
		{name: "401", handler: status(401), codes: []string{"SourceForbidden"}, attempts: 1, word: "401"},
		{name: "403", handler: status(403), codes: []string{"SourceForbidden"}, attempts: 1},
		{name: "404", handler: status(404), codes: gone, attempts: 1, word: "404"},
		{name: "410", handler: status(410), codes: gone, attempts: 1},
		{name: "500", handler: status(500), codes: busy, attempts: 3},
		{name: "503", handler: status(503), codes: busy, attempts: 3, word: "503"},
		{name: "418", handler: status(418), codes: busy},
		{name: "expired", handler: status(403), query: "?Expires=1000000000&OSSAccessKeyId=a&Signature=verysecretvalue", codes: []string{"SourceExpired"}, attempts: 1},
		{name: "no-header", handler: hang(""), codes: late},
		{name: "stalled-body", handler: hang(ok200 + "\x00\x00\x00\x18ftypisom"), codes: late},
		{name: "closed-at-once", handler: reset(""), codes: busy, word: "connection closed"},
		{name: "not-http", handler: reset("SSH-2.0-OpenSSH_9.2\r\n"), codes: busy},
		{name: "short-body", handler: reset(ok200 + string(mp4[:4000])), codes: cut},
		{name: "redirect-loop", handler: redirect("/redirect-loop"), codes: busy, word: "too many redirects"},
		{name: "redirect-to-canary", handler: redirect(canaryURL), codes: denied, attempts: 1},
		{name: "redirect-to-metadata", handler: redirect("http://169.254.169.254/latest/meta-data/"), codes: denied, attempts: 1},
		{name: "redirect-to-name", handler: redirect(fmt.Sprintf("http://localhost:%d/", canary.Port)), codes: denied, attempts: 1},
		{name: "redirect-to-file", handler: redirect("file:///etc/passwd"), codes: []string{"AddressDenied", "SourceUnreachable"}, attempts: 1},
		{name: "text", handler: body("text/plain", "Just a few words.\n"), codes: notMedia, attempts: 1, word: "format"},
		{name: "zip", handler: body("application/zip", zipFile(t)), codes: notMedia, attempts: 1},
		{name: "pdf", handler: body("application/pdf", "%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"), codes: notMedia, attempts: 1},
		{name: "html.mp4", handler: body("text/html", "<!doctype html><title>Log in</title><form></form>"), codes: notMedia, attempts: 1},
		{name: "playlist-of-others.m3u8", handler: body("application/vnd.apple.mpegurl", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n"+canaryURL+"\n#EXT-X-ENDLIST\n"), codes: denied, attempts: 1},
		{name: "playlist-of-metadata.m3u8", handler: playlist("http://169.254.169.254/latest/meta-data/"), codes: denied, attempts: 1},
		{name: "playlist-of-name.m3u8", handler: playlist(fmt.Sprintf("http://localhost:%d/x.ts", canary.Port)), codes: denied, attempts: 1},
		{name: "playlist-of-file.m3u8", handler: playlist("file:///etc/passwd"), codes: []string{"SourceForbidden"}, attempts: 1, word: "not followed"},
		{name: "playlist-of-bucket.m3u8", handler: playlist("oss://bucket/key.ts"), codes: []string{"SourceForbidden"}, attempts: 1},
		{name: "playlist-of-itself.m3u8", handler: playlist("playlist-of-itself.m3u8"), codes: []string{"UnsupportedFormat"}, attempts: 1},
		{name: "master-of-itself.m3u8", handler: body("application/vnd.apple.mpegurl", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmaster-of-itself.m3u8\n"), codes: []string{"UnsupportedFormat"}, attempts: 1},
		{name: "map-of-others.m3u8", handler: body("application/vnd.apple.mpegurl", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI=\""+canaryURL+"\"\n#EXTINF:4,\nx.ts\n"), codes: denied, attempts: 1},
		{name: "manifest-of-others.mpd", handler: body("application/dash+xml", `<MPD profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation><BaseURL>`+canaryURL+`</BaseURL></Representation></AdaptationSet></Period></MPD>`), codes: denied, attempts: 1},
		{name: "concat.txt", handler: body("text/plain", "ffconcat version 1.0\nfile /etc/passwd\nfile "+canaryURL+"\n"), codes: notMedia, attempts: 1},
		{name: "empty", handler: body("video/mp4", ""), codes: damaged, attempts: 1, word: "empty"},
		{name: "cut.mp4", handler: body("video/mp4", string(sampleFile(t, clipA)[:100_000])), codes: damaged, attempts: 1, word: "moov"},
		{name: "header-only.mp4", handler: body("video/mp4", string(mp4[:24])), codes: damaged, attempts: 1},
		{name: "gzip", handler: gzipped(mp4), codes: []string{"SourceUnreachable", "SourceNotSeekable"}, word: "encoded"},
		{name: "always-another", handler: versions(func(n int64) []byte {
			return append(slices.Clone(sampleFile(t, clipA)), strconv.FormatInt(n, 10)...)
		}), codes: []string{"SourceChanged"}, attempts: 3},
	}
}

// TestBadSources submits everything that is wrong at once and wants a clear end of each job.
func TestBadSources(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	origin, canary, closed := rig.NewOrigin(t), rig.NewCanary(t), closedPort(t)
	server := rig.Start(t, rig.Options{
		Allow: []string{origin.Allow(), fmt.Sprintf("127.0.0.1/32:%d", closed)},
		Env:   map[string]string{"MEDIAGAUGE_JOB_TIMEOUT": "6s", "MEDIAGAUGE_WORKERS": "40"},
	})
	api, ctx := server.API(), within(t, 2*time.Minute)

	// All run at once; each is then looked at for itself.
	list := badSources(t, origin, canary, closed)
	ids := make([]string, len(list))
	for i, bad := range list {
		url := bad.url
		if bad.handler != nil {
			origin.Handle("/"+bad.name, bad.handler)
			url = origin.URL + "/" + bad.name + bad.query
		}
		j, err := api.Submit(ctx, rig.Spec{Media: url})
		if err != nil {
			t.Fatalf("%s: %v", bad.name, err)
		}
		ids[i] = j.JobId
	}
	meanings := map[string]string{} // message to code: one text never stands for two codes
	for i, bad := range list {
		t.Run(bad.name, func(t *testing.T) {
			j, err := api.Wait(ctx, ids[i])
			if err != nil {
				t.Fatal(err)
			}
			checkBadSource(t, bad, j)
			out := j.SubmitResultJson
			if hits := len(origin.Hits("/" + bad.name)); bad.handler != nil && hits < out.Attempts {
				t.Errorf("%d attempts, but the origin saw %d requests", out.Attempts, hits)
			}
			if bad.handler != nil && out.Requests == 0 {
				t.Error("the origin was asked, and the account of the job does not tell")
			}
			if strings.Contains(out.Message, strconv.Itoa(canary.Port)) {
				t.Errorf("message tells of the canary: %s", out.Message)
			}
			if other, ok := meanings[out.Message]; ok && other != out.Code {
				t.Errorf("%q is the message of %s and of %s", out.Message, out.Code, other)
			}
			meanings[out.Message] = out.Code
		})
	}
	if n := canary.Connections(); n != 0 {
		t.Errorf("%d connections to a forbidden port", n)
	}
	if stuck := pending(t, ctx, api); len(stuck) != 0 {
		t.Errorf("%d jobs still Init: %+v", len(stuck), stuck)
	}
	t.Logf("%d distinct messages; origin: %s", len(meanings), origin)
}

func checkBadSource(t *testing.T, bad badSource, j rig.Job) {
	t.Helper()
	checkFailure(t, j)
	out := j.SubmitResultJson
	if !slices.Contains(bad.codes, out.Code) {
		t.Errorf("%s %q, want one of %v", out.Code, out.Message, bad.codes)
	}
	if bad.attempts != 0 && out.Attempts != bad.attempts {
		t.Errorf("%d attempts, want %d", out.Attempts, bad.attempts)
	}
	if !strings.Contains(out.Message, bad.word) {
		t.Errorf("message %q does not tell %q", out.Message, bad.word)
	}
	for _, secret := range []string{"verysecret", "169.254", "/etc/passwd", "goroutine", "dial tcp"} {
		if strings.Contains(out.Message, secret) {
			t.Errorf("message tells %q: %s", secret, out.Message)
		}
	}
}

// TestOddButUsable reads sources that misbehave in ways that a result can survive.
func TestOddButUsable(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	origin := rig.NewOrigin(t)
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	api, ctx := server.API(), within(t, time.Minute)
	a, b := sampleFile(t, clipA), sampleFile(t, clipB)
	var failures atomic.Int64

	cases := []struct {
		path, want string // want: the sample whose facts must come
		handler    http.HandlerFunc
		changed    bool // SourceChanged is right as well
		attempts   int
		ignore     []string // fields that this source does not let anyone know
	}{
		{path: "/no-ranges.mov", want: clipA, handler: func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			rig.Content(a)(w, r)
		}},
		{path: "/no-length.wav", want: streamed, handler: chunked(sampleFile(t, streamed)), ignore: []string{"Bitrate", "FileSize"}},
		// The index of this one is at its end, and ffprobe does not go back in a stream: what
		// it tells of a first frame elsewhere, it cannot tell here.
		{path: "/no-length.mov", want: clipA, handler: chunked(a), ignore: []string{"Bitrate", "FileSize", "Level", "PixFmt", "Profile"}},
		{path: "/no-etag.mov", want: clipA, handler: func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a))
		}},
		{path: "/moved.mov", want: clipA, handler: redirect("/final/name.mov?x=1")},
		{path: "/final/name.mov", want: clipA, handler: rig.Content(a)},
		{path: "/down-once.mov", want: clipA, attempts: 2, handler: func(w http.ResponseWriter, r *http.Request) {
			if failures.Add(1) == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			rig.Content(a)(w, r)
		}},
		{path: "/replaced.mov", want: clipB, changed: true, handler: versions(func(n int64) []byte {
			if n == 1 {
				return a
			}
			return b
		})},
	}
	for _, c := range cases {
		origin.Handle(c.path, c.handler)
	}
	for _, c := range cases {
		t.Run(strings.Trim(c.path, "/"), func(t *testing.T) {
			j, err := api.Run(ctx, rig.Spec{Media: origin.URL + c.path})
			if err != nil {
				t.Fatal(err)
			}
			if c.changed && j.SubmitResultJson.Code == "SourceChanged" {
				return
			}
			s := sampleOf(t, c.want)
			checkSuccess(t, j, s, expected(readRecorded(t, s.Recorded), filepath.Base(c.path), origin.URL+c.path, region), c.ignore...)
			if c.attempts != 0 && j.SubmitResultJson.Attempts != c.attempts {
				t.Errorf("%d attempts, want %d", j.SubmitResultJson.Attempts, c.attempts)
			}
		})
	}
}

func sampleOf(t *testing.T, name string) testmedia.Sample {
	t.Helper()
	for _, s := range samples(t) {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no sample %s", name)
	return testmedia.Sample{}
}

// TestForbiddenAddresses names this machine and its network in every spelling. Whether a
// submit or a job says no, nobody may be called.
func TestForbiddenAddresses(t *testing.T) {
	t.Parallel()
	origin, canary := rig.NewOrigin(t), rig.NewCanary(t)
	server := rig.Start(t, rig.Options{
		Allow: []string{origin.Allow()}, // another port of the same address
		Env:   map[string]string{"HTTP_PROXY": fmt.Sprintf("http://127.0.0.1:%d", canary.Port)},
	})
	api, ctx := server.API(), within(t, time.Minute)
	hosts := []string{
		"127.0.0.1", "localhost", "LOCALHOST", "localhost.", "a.localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
		"[::127.0.0.1]", "[::]", "0.0.0.0", "0", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1",
		"0177.0.0.1", "017700000001", "127.0.0.1.", "①②⑦.⓪.⓪.①", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254",
		"100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "[fe80::1]", "[fc00::1]", "[fe80::1%25lo]",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "metadata.google.internal", "printer.local", "router.internal",
		"user@127.0.0.1", "127.0.0.1#@example.com", "127.0.0.1%00.example.com", "example.com@127.0.0.1", "127.0.0.1\\@example.com",
	}
	var urls []string
	for _, h := range hosts {
		authority, rest, _ := strings.Cut(h, "#")
		url := fmt.Sprintf("http://%s:%d/movie.mp4", authority, canary.Port)
		if rest != "" {
			url = fmt.Sprintf("http://%s:%d#%s/movie.mp4", authority, canary.Port, rest)
		}
		urls = append(urls, url)
	}
	urls = append(urls,
		"http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/latest/meta-data/", "file:///etc/passwd",
		"file://localhost/etc/passwd", fmt.Sprintf("ftp://127.0.0.1:%d/a.mp4", canary.Port), fmt.Sprintf("gopher://127.0.0.1:%d/_a", canary.Port),
		fmt.Sprintf("//127.0.0.1:%d/a.mp4", canary.Port), "data:video/mp4;base64,AAAA", "concat:/etc/passwd|/etc/hosts",
		origin.URL+":22/", "http://", "http:///a.mp4", "movie.mp4", "",
	)
	var refused, failed int
	for _, url := range urls {
		code, message := verdict(t, ctx, api, url)
		switch code {
		case "InvalidParameter", "MissingParameter":
			refused++
		case "AddressDenied":
			failed++
		default:
			t.Errorf("%q: %s %s, want a refusal", url, code, message)
		}
	}
	if n := canary.Connections(); n != 0 {
		t.Errorf("%d connections to a forbidden port", n)
	}
	if hits := origin.Hits(""); len(hits) != 0 {
		t.Errorf("the allowed origin was asked: %+v", hits)
	}
	t.Logf("%d refused at submit, %d at the dial, 0 connections", refused, failed)
}

// verdict submits a URL and returns the code of whoever said no.
func verdict(t *testing.T, ctx context.Context, api *rig.API, url string) (code, message string) {
	t.Helper()
	j, err := api.Run(ctx, rig.Spec{Media: url})
	if code := rig.Code(err); code != "" {
		return code, err.Error()
	}
	if err != nil {
		t.Errorf("%q: %v", url, err)
	}
	return j.SubmitResultJson.Code, j.SubmitResultJson.Message
}
