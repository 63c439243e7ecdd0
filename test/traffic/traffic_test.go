package traffic

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/synth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small returns a generated sample.
func small(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.Dir(testmedia.Root()), "generated", "files", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// origin serves one file by ranges, each answer after a delay, and counts.
type origin struct {
	*httptest.Server
	requests, inFlight, peak atomic.Int64
	server                   string // answers one range at a time when it is a store
}

func serve(t testing.TB, f *synth.File, delay time.Duration) *origin {
	t.Helper()
	o := &origin{}
	o.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.requests.Add(1)
		n := o.inFlight.Add(1)
		defer o.inFlight.Add(-1)
		for p := o.peak.Load(); n > p && !o.peak.CompareAndSwap(p, n); p = o.peak.Load() {
		}
		if delay > 0 {
			time.Sleep(delay) // the network's round trip
		}
		w.Header().Set("ETag", `"v1"`)
		if o.server != "" {
			w.Header().Set("Server", o.server)
		}
		http.ServeContent(w, r, "", time.Unix(1700000000, 0), f.Reader())
	}))
	o.Config.ErrorLog = log.New(io.Discard, "", 0)
	o.Start()
	t.Cleanup(o.Close)
	return o
}

// spent is what one probe took.
type spent struct {
	probe.Cost
	took time.Duration
}

// fetch probes the origin's file the way the service does.
func fetch(t testing.TB, o *origin) (*media.Info, spent, error) {
	t.Helper()
	allow, err := netguard.ParseAllow(strings.TrimPrefix(o.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	opener, err := source.New(source.DefaultConfig(), netguard.New(allow))
	if err != nil {
		t.Fatal(err)
	}
	defer opener.Close()
	began := time.Now()
	obj, err := opener.Open(context.Background(), o.URL+"/file")
	if err != nil {
		t.Fatal(err)
	}
	defer obj.Close()
	info, err := probe.New(all.Formats...).Probe(context.Background(), obj)
	s := spent{obj.Spent(), time.Since(began)}
	if int64(s.Requests) != o.requests.Load() {
		t.Errorf("the account says %d requests, the origin saw %d", s.Requests, o.requests.Load())
	}
	return info, s, err
}

const slack = 128 << 10 // bytes beyond headers: windows are not cut to measure

// TestTraffic: large files take few requests and hardly more bytes than their headers have.
func TestTraffic(t *testing.T) {
	const mb = 1 << 20
	make1 := func(f *synth.File, err error) *synth.File {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	h264 := small(t, "h264-aac-faststart.mp4")
	cases := []struct {
		name     string
		file     *synth.File
		requests int
		bytes    int64 // beyond the headers
		duration string
	}{
		{"MP4, header in front", make1(synth.Movie(h264, 600, 180<<10, true)), 2, slack, "600.000000"},
		{"MP4, header at the end", make1(synth.Movie(h264, 600, 180<<10, false)), 2, slack, "600.000000"},
		{"MP4, small header at the end", make1(synth.Movie(h264, 2, 60*mb, false)), 2, slack, "2.000000"},
		{"MP4, header behind 6 GB", make1(synth.Movie(small(t, "h264-bf0.mp4"), 1, 3<<31, false)), 2, slack, "1.000000"},
		{"fragments with a sidx", make1(synth.Fragments(small(t, "frag-cmaf.mp4"), 300, 360<<10, synth.SegIndex)), 3, slack, "144.000000"},
		{"Matroska", make1(synth.Matroska(small(t, "h264-aac.mkv"), 600, 180<<10)), 2, slack, ""},
		{"WebM", make1(synth.Matroska(small(t, "vp9-opus.webm"), 600, 180<<10)), 2, slack, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			size, _ := c.file.Size()
			if size < 100*mb {
				t.Fatalf("only %d bytes", size)
			}
			info, s, err := fetch(t, serve(t, c.file, 0))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d MB, headers %d bytes: %d requests, %d bytes", size/mb, c.file.Headers, s.Requests, s.Bytes)
			if s.Requests > c.requests || s.Bytes > c.file.Headers+c.bytes {
				t.Errorf("took %d requests and %d bytes, want %d and %d", s.Requests, s.Bytes, c.requests, c.file.Headers+c.bytes)
			}
			if c.duration != "" && info.Duration.String() != c.duration {
				t.Errorf("lasts %s s, want %s", info.Duration, c.duration)
			}
			if info.Size != size || info.BitRate <= 0 {
				t.Errorf("size %d, bit rate %d", info.Size, info.BitRate)
			}
		})
	}
}

// TestFragmentsWithTable: where mfra tells where the fragments are, they are fetched in parallel
// and every value is exact: many in one request by origins that answer several ranges, one by
// one by object stores.
func TestFragmentsWithTable(t *testing.T) {
	const n, delay = 300, 20 * time.Millisecond
	f, err := synth.Fragments(small(t, "frag-default-base.mp4"), n, 360<<10, synth.RandomAc)
	if err != nil {
		t.Fatal(err)
	}
	for server, requests := range map[string]int{"": 8, "AmazonS3": n + 3} {
		o := serve(t, f, delay)
		o.server = server
		info, s, err := fetch(t, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("server %q: %d requests (%d at a time), %d bytes, %s", server, s.Requests, o.peak.Load(), s.Bytes, s.took)
		if s.Requests > requests || s.Bytes > 2<<20 {
			t.Errorf("took %d requests and %d bytes", s.Requests, s.Bytes)
		}
		// One after the other would take six seconds.
		if o.peak.Load() > 16 || s.took > n*delay/4 {
			t.Errorf("%d requests at a time, %s", o.peak.Load(), s.took)
		}
		wantRate(t, info, n)
	}
}

// TestFragmentsWithoutIndex: what can be known from both ends is exact, at few requests.
func TestFragmentsWithoutIndex(t *testing.T) {
	const n = 300
	f, err := synth.Fragments(small(t, "frag-default-base.mp4"), n, 360<<10, synth.NoIndex)
	if err != nil {
		t.Fatal(err)
	}
	info, s, err := fetch(t, serve(t, f, 0))
	t.Logf("%d requests, %d bytes", s.Requests, s.Bytes)
	if s.Requests > 8 {
		t.Errorf("took %d requests", s.Requests)
	}
	if err != nil {
		t.Fatal(err)
	}
	wantRate(t, info, n)
	for i := range info.Tracks {
		if tr := &info.Tracks[i]; tr.BitRate <= 0 || tr.BitRateProvenance != media.Derived {
			t.Errorf("track %d: %d bit/s (%q)", i, tr.BitRate, tr.BitRateProvenance)
		}
	}
}

// wantRate: start, length and frame rate of n fragments of frag-default-base.mp4, whose pictures
// come 25 to the second and 12 to the fragment.
func wantRate(t *testing.T, info *media.Info, n int) {
	t.Helper()
	v := info.FirstVideo()
	if v == nil {
		t.Fatal("no video")
	}
	want := fmt.Sprintf("%.2f", float64(n)*12/25)
	if got := fmt.Sprintf("%.2f", v.Duration.Seconds()); got != want {
		t.Errorf("video lasts %s s, want %s", got, want)
	}
	if d := info.Duration.Seconds(); d < v.Duration.Seconds() || d > v.Duration.Seconds()+float64(n)*0.05 {
		t.Errorf("file lasts %s s, video %s s", info.Duration, v.Duration)
	}
	if v.Video.FrameRate != (media.Rational{Num: 25, Den: 1}) || v.Start.String() != "0.080000" {
		t.Errorf("%s frames/s from %s s", v.Video.FrameRate, v.Start)
	}
}
