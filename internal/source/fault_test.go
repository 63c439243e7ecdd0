package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/netguard"
)

// quick has limits that a fault runs into within a test's patience.
func quick() Config {
	cfg := testConfig()
	cfg.RateWindow = 200 * time.Millisecond
	cfg.BodyTimeout = time.Minute // so that the deadline shows a rate that nobody watches
	cfg.HTTP.HeaderTimeout = 500 * time.Millisecond
	cfg.HTTP.TLSTimeout = 500 * time.Millisecond
	return cfg
}

// fault is one misbehaviour of an origin. Each is tried at the opening request and, unless
// openOnly, at a later range request of an object that opened well.
type fault struct {
	name      string
	serve     http.HandlerFunc
	raw       func(net.Conn) // in place of serve
	code      Code
	temporary bool
	openOnly  bool
	laterOnly bool
	query     string
	slow      bool // only a limit of time ends it
}

const faultSize = 1 << 20

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func document(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

// says writes a fixed reply to whatever is asked, then closes.
func says(reply string) func(net.Conn) {
	return func(c net.Conn) {
		if request(c) != "" {
			io.WriteString(c, reply)
		}
	}
}

// drips writes head at once and then one byte per tick.
func drips(head string, tick time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		if request(c) == "" {
			return
		}
		io.WriteString(c, head)
		for {
			if _, err := c.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(tick)
		}
	}
}

// abort makes the coming Close a reset.
func abort(c net.Conn) {
	if r, ok := c.(*replayConn); ok {
		c = r.Conn
	}
	c.(*net.TCPConn).SetLinger(0)
}

// head206 is the head of an honest answer to any range of a faultSize object.
func head206(c net.Conn, extra string) (n int64) {
	req := request(c)
	_, spec, _ := strings.Cut(req, "Range: bytes=")
	spec, _, _ = strings.Cut(spec, "\r\n")
	var first, last int64
	if _, err := fmt.Sscanf(spec, "%d-%d", &first, &last); err != nil {
		return 0
	}
	n = last - first + 1
	fmt.Fprintf(c, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\n%s", first, last, faultSize, extra)
	return n
}

func faults() []fault {
	ok := content(faultSize)
	otherRange := func(edit func(first, last *int64, total *int64)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			first, last := wanted(r, faultSize)
			body, total := ok[first:last+1], int64(faultSize)
			edit(&first, &last, &total)
			partial(w, first, last, total, body)
		}
	}
	list := []fault{
		// Ranges that are not what was asked for.
		{name: "206 of an earlier range", serve: otherRange(func(a, b, _ *int64) { *a, *b = 1, *b-*a+1 }), code: NotSeekable},
		{name: "206 that ends past the request", serve: otherRange(func(_, b, _ *int64) { *b += 10 }), code: NotSeekable},
		{name: "206 that ends before it starts", serve: otherRange(func(a, b, _ *int64) { *b = *a - 1 }), code: NotSeekable},
		{name: "206 past its own total", serve: otherRange(func(_, b, total *int64) { *total = *b }), code: NotSeekable},
		{name: "206 without a range", serve: status(206), code: NotSeekable},
		{name: "206 of parts", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "multipart/byteranges; boundary=b")
			w.WriteHeader(206)
			io.WriteString(w, "--b\r\nContent-Range: bytes 0-1/9\r\n\r\nab\r\n--b--\r\n")
		}, code: NotSeekable},
		{name: "206 with a range of another unit", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "seconds 0-10/100")
			w.WriteHeader(206)
		}, code: NotSeekable},
		{name: "206 of another total", serve: otherRange(func(_, _, total *int64) { *total++ }), code: Changed, temporary: true, laterOnly: true},
		{name: "416 for a good range", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", faultSize))
			w.WriteHeader(416)
		}, code: NotSeekable},
		{name: "416 with another total", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes */5")
			w.WriteHeader(416)
		}, code: Changed, temporary: true, laterOnly: true},
		{name: "200 for a later range", serve: func(w http.ResponseWriter, r *http.Request) { w.Write(ok) }, code: NotSeekable, laterOnly: true},
		{name: "200 with another tag", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"v2"`)
			w.Write(ok)
		}, code: Changed, temporary: true, laterOnly: true},
		{name: "206 with another tag", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"v2"`)
			otherRange(func(_, _, _ *int64) {})(w, r)
		}, code: Changed, temporary: true, laterOnly: true},
		{name: "206 with another date", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Last-Modified", "Tue, 14 Nov 2023 22:13:21 GMT")
			otherRange(func(_, _, _ *int64) {})(w, r)
		}, code: Changed, temporary: true, laterOnly: true},
		{name: "412", serve: status(412), code: Changed, temporary: true},

		// Bodies.
		{name: "body shorter than its length", raw: func(c net.Conn) {
			n := head206(c, "")
			fmt.Fprintf(c, "Content-Length: %d\r\n\r\nabc", n)
		}, code: Truncated, temporary: true},
		{name: "length below the range", raw: func(c net.Conn) {
			head206(c, "Content-Length: 3\r\n\r\nabc")
		}, code: Truncated, temporary: true},
		{name: "length above the range", raw: func(c net.Conn) {
			n := head206(c, "")
			fmt.Fprintf(c, "Content-Length: %d\r\n\r\n%s", n+5, strings.Repeat("x", int(n)+5))
		}, code: Truncated, temporary: true},
		{name: "chunks that stop", raw: func(c net.Conn) {
			head206(c, "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n")
		}, code: Truncated, temporary: true},
		{name: "chunks of garbage", raw: func(c net.Conn) {
			head206(c, "Transfer-Encoding: chunked\r\n\r\nzzzz\r\n")
		}, code: Unreachable, temporary: true},
		{name: "chunk extension of 1 MiB", raw: func(c net.Conn) {
			head206(c, "Transfer-Encoding: chunked\r\n\r\n4;"+strings.Repeat("e", 1<<20)+"\r\nabcd\r\n")
		}, code: Unreachable, temporary: true},
		{name: "reset in the body", raw: func(c net.Conn) {
			n := head206(c, "")
			fmt.Fprintf(c, "Content-Length: %d\r\n\r\nabc", n)
			abort(c)
		}, code: Unreachable, temporary: true},
		{name: "body that stalls", slow: true, raw: func(c net.Conn) {
			n := head206(c, "")
			fmt.Fprintf(c, "Content-Length: %d\r\n\r\n%s", n, strings.Repeat("x", 4096))
			hang(c)
		}, code: Unreachable, temporary: true},
		{name: "body that drips", slow: true, raw: func(c net.Conn) {
			n := head206(c, "")
			fmt.Fprintf(c, "Content-Length: %d\r\n\r\n", n)
			for _, err := c.Write([]byte("x")); err == nil; _, err = c.Write([]byte("x")) {
				time.Sleep(5 * time.Millisecond)
			}
		}, code: Unreachable, temporary: true},
		{name: "one-byte chunks that drip", slow: true, raw: func(c net.Conn) {
			head206(c, "Transfer-Encoding: chunked\r\n\r\n")
			for _, err := io.WriteString(c, "1\r\nx\r\n"); err == nil; _, err = io.WriteString(c, "1\r\nx\r\n") {
				time.Sleep(5 * time.Millisecond)
			}
		}, code: Unreachable, temporary: true},

		// Encodings nobody asked for.
		{name: "gzip", serve: encoded("gzip"), code: NotSeekable},
		{name: "br", serve: encoded("br"), code: NotSeekable},
		{name: "zstd", serve: encoded("zstd"), code: NotSeekable},
		{name: "gzip of gzip", serve: encoded("gzip, gzip"), code: NotSeekable},

		// Heads.
		{name: "silence", slow: true, raw: func(c net.Conn) { request(c); hang(c) }, code: Unreachable, temporary: true},
		{name: "head that drips", slow: true, raw: drips("HTTP/1.1 200 OK\r\nX-Slow: ", 5*time.Millisecond), code: Unreachable, temporary: true},
		{name: "close at once", raw: func(c net.Conn) {}, code: Unreachable, temporary: true, openOnly: true},
		{name: "close in the head", raw: says("HTTP/1.1 200 O"), code: Unreachable, temporary: true},
		{name: "reset before the head", raw: func(c net.Conn) { request(c); abort(c) }, code: Unreachable, temporary: true},
		{name: "garbage", raw: says("\x16\x03\x01 not http\r\n\r\n"), code: Unreachable, temporary: true},
		{name: "HTTP/0.9", raw: says("<html>hello</html>"), code: Unreachable, temporary: true},
		{name: "header of 10 MiB", raw: says("HTTP/1.1 200 OK\r\nX-Big: " + strings.Repeat("x", 10<<20) + "\r\n\r\n"), code: Unreachable, temporary: true},
		{name: "10,000 headers", raw: says("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Some-Name: value\r\n", 10_000) + "\r\n"), code: Unreachable, temporary: true},
		{name: "flood of 100 Continue", raw: says(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 10_000)), code: Unreachable, temporary: true},
		{name: "flood of 103 Early Hints", raw: says(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 10_000)), code: Unreachable, temporary: true},
		{name: "negative length", raw: says("HTTP/1.1 206 Partial Content\r\nContent-Length: -1\r\n\r\n"), code: Unreachable, temporary: true},
		{name: "two lengths", raw: says("HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), code: Unreachable, temporary: true},
		{name: "101", raw: says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), code: Unreachable},
		{name: "redirect to nowhere", serve: status(302), code: Unreachable},
		{name: "redirect for ever", serve: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", 302) }, code: Unreachable},

		// Presigned URLs that have run out, by their own word or by the origin's.
		{name: "OSS V1 expired", serve: status(403), query: "?OSSAccessKeyId=k&Expires=1000&Signature=s", code: Expired},
		{name: "OSS V4 expired", serve: status(403), query: "?x-oss-date=20200101T000000Z&x-oss-expires=60&x-oss-signature=s", code: Expired},
		{name: "S3 expired", serve: status(400), query: "?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-Signature=s", code: Expired},
		{name: "presigned and gone", serve: status(410), query: "?Expires=1000&Signature=s", code: Expired},
		{name: "presigned, valid, refused", serve: status(403), query: "?Expires=9999999999&Signature=s", code: Forbidden},
		{name: "expired by document", serve: document(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"), code: Expired},
		{name: "S3 token expired", serve: document(400, "<Error><Code>ExpiredToken</Code></Error>"), code: Expired},
		{name: "OSS token expired", serve: document(403, "<Error><Code>SecurityTokenExpired</Code></Error>"), code: Expired},
		{name: "wrong signature", serve: document(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"), code: Forbidden},
		{name: "clock skew", serve: document(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>"), code: Forbidden},
		{name: "no such key in a 403", serve: document(403, "<Error><Code>NoSuchKey</Code></Error>"), code: NotFound},
		{name: "no such bucket", serve: document(404, "<?xml?><Error><Code>NoSuchBucket</Code></Error>"), code: NotFound},
		{name: "error document in a 200", serve: document(200, "<?xml?><Error><Code>NoSuchKey</Code></Error>"), code: NotFound, openOnly: true},
		{name: "XML bomb in an error", serve: document(404, "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\">]>"+strings.Repeat("<a>&b;", 1<<17)), code: NotFound},
	}
	for code, want := range map[int]struct {
		code      Code
		temporary bool
	}{
		204: {Unreachable, false}, 205: {Unreachable, false}, 304: {Unreachable, false}, 400: {Unreachable, false},
		401: {Forbidden, false}, 403: {Forbidden, false}, 404: {NotFound, false}, 405: {Unreachable, false},
		408: {Unreachable, true}, 410: {NotFound, false}, 418: {Unreachable, false}, 425: {Unreachable, true},
		429: {Unreachable, true}, 451: {Forbidden, false}, 500: {Unreachable, true}, 501: {Unreachable, true},
		502: {Unreachable, true}, 503: {Unreachable, true}, 504: {Unreachable, true}, 599: {Unreachable, true},
		999: {Unreachable, false},
	} {
		list = append(list, fault{name: fmt.Sprint("status ", code), serve: status(code), code: want.code, temporary: want.temporary})
	}
	return list
}

func encoded(coding string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", coding)
		first, last := wanted(r, faultSize)
		partial(w, first, last, faultSize, make([]byte, last-first+1))
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	list := faults()
	if len(list) < 45 {
		t.Fatalf("%d faults: the catalogue has shrunk", len(list))
	}
	for _, f := range list {
		if !f.laterOnly {
			t.Run("open "+f.name, func(t *testing.T) {
				t.Parallel()
				o := f.origin(t)
				obj, err := openURL(t, f.limits(), o, "/a.mp4"+f.query)
				expect(t, err, f.code, f.temporary)
				if err == nil {
					obj.Close()
				} else if strings.Contains(err.Error(), "Signature=s") {
					t.Errorf("secret in %q", err)
				}
			})
		}
		if !f.openOnly {
			t.Run("later "+f.name, func(t *testing.T) {
				t.Parallel()
				f.later(t)
			})
		}
	}
}

func (f fault) origin(t *testing.T) *origin {
	if f.raw != nil {
		return rawOrigin(t, f.raw)
	}
	return newOrigin(t, f.serve)
}

// limits are tight only where the test waits for them to bite: a busy machine is not a fault.
func (f fault) limits() Config {
	if f.slow {
		return quick()
	}
	return testConfig()
}

// later opens a sound object whose origin then redirects nowhere, but misbehaves on every
// further request.
func (f fault) later(t *testing.T) {
	good := serve(content(faultSize))
	bad := f.serve
	if f.raw != nil {
		bad = func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			// The script reads a request head; give it the one that came.
			replay := &replayConn{Conn: conn, head: strings.NewReader(fmt.Sprintf("GET / HTTP/1.1\r\nRange: %s\r\n\r\n", r.Header.Get("Range")))}
			f.raw(replay)
		}
	}
	var opened atomic.Bool
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		if opened.CompareAndSwap(false, true) {
			good(w, r)
			return
		}
		bad(w, r)
	})
	obj := mustOpen(t, f.limits(), o, "/a.mp4"+f.query)
	n, err := obj.ReadAt(make([]byte, 1000), faultSize/2)
	expect(t, err, f.code, f.temporary)
	if n != 0 {
		t.Errorf("%d bytes of a failed read were handed out", n)
	}
}

// replayConn gives a script the request head that a server has already read.
type replayConn struct {
	net.Conn
	head io.Reader
}

func (c *replayConn) Read(p []byte) (int, error) {
	if n, err := c.head.Read(p); n > 0 || err != io.EOF {
		return n, err
	}
	return c.Conn.Read(p)
}

func TestDenied(t *testing.T) {
	t.Parallel()
	hit := make(chan struct{}, 10)
	canary := newOrigin(t, func(http.ResponseWriter, *http.Request) { hit <- struct{}{} })
	first := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, canary.URL+"/secret", http.StatusFound)
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	var seen []error
	cfg := testConfig()
	cfg.OnFailure = func(_ string, err error) { seen = append(seen, err) }
	op := newOpener(t, cfg, guardFor(t, first.host()))
	texts := map[string]bool{}
	for _, ref := range []string{
		first.URL,                             // redirect to a forbidden port that answers
		canary.URL,                            // literal, open port
		"http://" + closed.Addr().String(),    // literal, closed port
		"http://10.0.0.1/",                    // private
		"http://localhost:1/",                 // local name
		"http://[::ffff:127.0.0.1]/",          // mapped
		"http://metadata.google.internal/x/y", // metadata
	} {
		_, err := op.Open(context.Background(), ref)
		expect(t, err, AddressDenied, false)
		if !errors.Is(err, ErrDenied) {
			t.Errorf("%s: %v does not wrap ErrDenied", ref, err)
		}
		texts[err.Error()] = true
	}
	if len(texts) != 1 || !texts[ErrDenied.Error()] {
		t.Errorf("texts differ: %v", texts)
	}
	if len(seen) != 1 || !errors.Is(seen[0], netguard.ErrDenied) {
		t.Errorf("operator saw %v, want the one refusal that came after a request", seen)
	}
	if len(hit) != 0 {
		t.Error("the canary was reached")
	}
}

// TestBodyTimeout: a body above the minimum rate still ends.
func TestBodyTimeout(t *testing.T) {
	t.Parallel()
	o := rawOrigin(t, func(c net.Conn) {
		n := head206(c, "")
		fmt.Fprintf(c, "Content-Length: %d\r\n\r\n", n)
		hang(c)
	})
	cfg := testConfig()
	cfg.MinRate, cfg.BodyTimeout = 0, 50*time.Millisecond
	_, err := openURL(t, cfg, o, "/")
	expect(t, err, Unreachable, true)
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "1000000000": time.Hour, "99999999999999999999": 0, "-5": 0,
		"junk": 0, "Tue, 14 Nov 2023 22:13:50 GMT": 30 * time.Second, "Tue, 14 Nov 2022 22:13:50 GMT": 0} {
		o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(429)
		})
		cfg := testConfig()
		cfg.Now = func() time.Time { return time.Unix(1700000000, 0) }
		_, err := openURL(t, cfg, o, "/")
		var e *Error
		if !errors.As(err, &e) || e.RetryAfter != want || e.Status != 429 {
			t.Errorf("%q: %+v, want %v", value, e, want)
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	host := l.Addr().String()
	op := newOpener(t, testConfig(), guardFor(t, host))
	_, err = op.Open(context.Background(), "http://"+host+"/?Signature=s3cret")
	expect(t, err, Unreachable, true)
	if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "s3cret") || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("%s", text)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(serve(content(1000)))
	s.Config.ErrorLog = quietLog()
	s.StartTLS()
	t.Cleanup(s.Close)
	old := httptest.NewUnstartedServer(serve(content(1000)))
	old.Config.ErrorLog = quietLog()
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	t.Cleanup(old.Close)
	stall := rawOrigin(t, hang)
	plain := newOrigin(t, serve(content(10)))
	cases := []struct {
		name, url string
		trusted   bool
		code      Code
		temporary bool
	}{
		{"good", s.URL, true, "", false},
		{"self-signed", s.URL, false, Unreachable, false},
		{"wrong name", strings.Replace(s.URL, "127.0.0.1", "localhost", 1), true, Unreachable, false},
		{"TLS 1.1", old.URL, true, Unreachable, false},
		{"stall in the handshake", strings.Replace(stall.URL, "http:", "https:", 1), true, Unreachable, true},
		{"not TLS", strings.Replace(plain.URL, "http:", "https:", 1), true, Unreachable, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := testConfig()
			if strings.HasPrefix(c.name, "stall") {
				cfg = quick()
			}
			if c.trusted {
				cfg.HTTP.RootCAs = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
			}
			op := newOpener(t, cfg, guardFor(t, "127.0.0.0/8"))
			obj, err := op.Open(context.Background(), c.url)
			expect(t, err, c.code, c.temporary)
			if err == nil {
				obj.Close()
			}
		})
	}
}
