package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/netguard"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// content returns n bytes that differ from place to place.
func content(n int) []byte {
	p := make([]byte, n)
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	for i := range p {
		p[i] = byte(rng.Uint32())
	}
	return p
}

// origin is an HTTP server on loopback that keeps what it was asked.
type origin struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

func newOrigin(t testing.TB, h http.HandlerFunc) *origin {
	o := &origin{}
	o.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.requests = append(o.requests, r)
		o.mu.Unlock()
		h(w, r)
	}))
	o.Config.ErrorLog = quietLog()
	o.Start()
	t.Cleanup(o.Close)
	return o
}

func (o *origin) asked() []*http.Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]*http.Request(nil), o.requests...)
}

func (o *origin) ranges() string {
	var all []string
	for _, r := range o.asked() {
		all = append(all, strings.TrimPrefix(r.Header.Get("Range"), "bytes="))
	}
	return strings.Join(all, " ")
}

// host is the address of o for an allow list.
func (o *origin) host() string {
	return strings.TrimPrefix(strings.TrimPrefix(o.URL, "http://"), "https://")
}

// serve answers like a good object store.
func serve(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "", time.Unix(1700000000, 0), bytes.NewReader(data))
	}
}

// partial writes a 206 by hand.
func partial(w http.ResponseWriter, first, last, total int64, body []byte) {
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, total))
	w.WriteHeader(http.StatusPartialContent)
	w.Write(body)
}

// wanted reads the Range of a request, clipped to size.
func wanted(r *http.Request, size int64) (first, last int64) {
	a, b, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
	first, _ = strconv.ParseInt(a, 10, 64)
	last, _ = strconv.ParseInt(b, 10, 64)
	return first, min(last, size-1)
}

// testConfig has limits that a test can wait for.
func testConfig() Config {
	cfg := DefaultConfig()
	cfg.Deadline = 20 * time.Second
	cfg.BodyTimeout = 10 * time.Second
	cfg.RateWindow = 5 * time.Second
	cfg.HTTP.HeaderTimeout = 5 * time.Second
	return cfg
}

// guardFor allows exactly the given host:port pairs.
func guardFor(t testing.TB, hosts ...string) *netguard.Guard {
	t.Helper()
	allow, err := netguard.ParseAllow(strings.Join(hosts, ","))
	if err != nil {
		t.Fatal(err)
	}
	return netguard.New(allow)
}

func newOpener(t testing.TB, cfg Config, guard *netguard.Guard) *Opener {
	t.Helper()
	o, err := New(cfg, guard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	return o
}

// openURL opens path of o with limits from cfg.
func openURL(t testing.TB, cfg Config, o *origin, path string) (*Object, error) {
	t.Helper()
	obj, err := newOpener(t, cfg, guardFor(t, o.host())).Open(context.Background(), o.URL+path)
	if err == nil {
		t.Cleanup(func() { obj.Close() })
	}
	return obj, err
}

func mustOpen(t testing.TB, cfg Config, o *origin, path string) *Object {
	t.Helper()
	obj, err := openURL(t, cfg, o, path)
	if err != nil {
		t.Fatal(err)
	}
	return obj
}

// readAll reads the whole source in pieces of n bytes.
func readAll(o io.ReaderAt, n int) ([]byte, error) {
	var all []byte
	for {
		p := make([]byte, n)
		got, err := o.ReadAt(p, int64(len(all)))
		all = append(all, p[:got]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// expect compares err with a code; the empty code means none.
func expect(t testing.TB, err error, code Code, temporary bool) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Errorf("unexpected error: %v", err)
		}
		return
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("%v (%T), want code %s", err, err, code)
		return
	}
	if e.Code != code || e.Temporary != temporary {
		t.Errorf("%v: code %s temporary %t, want %s %t", err, e.Code, e.Temporary, code, temporary)
	}
}

// rawOrigin answers each connection with a script instead of HTTP.
func rawOrigin(t testing.TB, script func(net.Conn)) *origin {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer context.AfterFunc(ctx, func() { c.Close() })()
				defer c.Close()
				script(c)
			})
		}
	})
	t.Cleanup(func() { stop(); l.Close(); all.Wait() })
	return &origin{Server: &httptest.Server{URL: "http://" + l.Addr().String()}}
}

// request reads one request's head from c.
func request(c net.Conn) string {
	var head []byte
	b := make([]byte, 1)
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		if _, err := c.Read(b); err != nil {
			return ""
		}
		head = append(head, b[0])
	}
	return string(head)
}

func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

// hang waits until the peer goes away.
func hang(c net.Conn) { io.Copy(io.Discard, c) }

func mustParse(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
