package rig

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Origin is an HTTP server on loopback that counts what is asked of it.
type Origin struct {
	URL string

	port     int
	mu       sync.Mutex
	handlers map[string]http.HandlerFunc
	hits     []*Hit
}

// Hit is one request that an origin answered.
type Hit struct {
	Method string
	Path   string
	Range  string
	Status int
	Bytes  int64
}

// NewOrigin starts an origin that answers 404 to everything.
func NewOrigin(tb testing.TB) *Origin {
	tb.Helper()
	o := &Origin{handlers: map[string]http.HandlerFunc{}}
	s := httptest.NewServer(o)
	tb.Cleanup(s.Close)
	o.URL = s.URL
	o.port = s.Listener.Addr().(*net.TCPAddr).Port
	return o
}

// Allow returns the entry of an allow list that lets the origin be read.
func (o *Origin) Allow() string { return "127.0.0.1/32:" + strconv.Itoa(o.port) }

// Port returns the origin's port.
func (o *Origin) Port() int { return o.port }

// Handle sets what answers a path. A path that ends in a slash stands for all below it.
func (o *Origin) Handle(path string, h http.HandlerFunc) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.handlers[path] = h
}

// Files serves the files of a folder below prefix, which ends in a slash.
func (o *Origin) Files(tb testing.TB, prefix, dir string) {
	tb.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	files := map[string]http.HandlerFunc{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			tb.Fatal(err)
		}
		files[e.Name()] = Content(data)
	}
	o.Handle(prefix, func(w http.ResponseWriter, r *http.Request) {
		h, ok := files[path.Base(r.URL.Path)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	})
}

// Content answers with data, by ranges when asked, with a strong ETag.
func Content(data []byte) http.HandlerFunc {
	sum := sha256.Sum256(data)
	etag := `"` + hex.EncodeToString(sum[:8]) + `"`
	modified := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", modified, bytes.NewReader(data))
	}
}

// ServeHTTP counts and answers.
func (o *Origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	h := o.handlers[r.URL.Path]
	for prefix := r.URL.Path; h == nil && strings.Contains(prefix, "/"); {
		prefix = prefix[:strings.LastIndexByte(prefix, '/')]
		h = o.handlers[prefix+"/"]
	}
	hit := &Hit{Method: r.Method, Path: r.URL.Path, Range: r.Header.Get("Range")}
	o.hits = append(o.hits, hit)
	o.mu.Unlock()
	if h == nil {
		h = http.NotFound
	}
	cw := &countingWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		o.mu.Lock()
		hit.Status, hit.Bytes = cw.status, cw.bytes
		o.mu.Unlock()
	}()
	h(cw, r)
}

// Hits returns the requests for paths below prefix so far, in the order of their arrival.
func (o *Origin) Hits(prefix string) []Hit {
	o.mu.Lock()
	defer o.mu.Unlock()
	var hits []Hit
	for _, h := range o.hits {
		if strings.HasPrefix(h.Path, prefix) {
			hits = append(hits, *h)
		}
	}
	return hits
}

// Forget starts counting anew.
func (o *Origin) Forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hits = nil
}

// Order returns the distinct paths below prefix in the order of their first request.
func (o *Origin) Order(prefix string) []string {
	var order []string
	for _, h := range o.Hits(prefix) {
		if !slices.Contains(order, h.Path) {
			order = append(order, h.Path)
		}
	}
	return order
}

// String sums up what was asked, for messages.
func (o *Origin) String() string {
	var requests int
	var bytes int64
	for _, h := range o.Hits("") {
		requests++
		bytes += h.Bytes
	}
	return fmt.Sprintf("%d requests, %d bytes", requests, bytes)
}

type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *countingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Canary listens on loopback and counts connections; it speaks to nobody.
type Canary struct {
	Port int

	mu    sync.Mutex
	count int
}

// NewCanary starts a canary on 127.0.0.1 and, where there is IPv6, on ::1 with the same port.
func NewCanary(tb testing.TB) *Canary {
	tb.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	c := &Canary{Port: l.Addr().(*net.TCPAddr).Port}
	listeners := []net.Listener{l}
	if l6, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(c.Port))); err == nil {
		listeners = append(listeners, l6)
	}
	var done sync.WaitGroup
	for _, l := range listeners {
		done.Go(func() { c.serve(l) })
	}
	tb.Cleanup(func() {
		for _, l := range listeners {
			l.Close()
		}
		done.Wait()
	})
	return c
}

func (c *Canary) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.count++
		c.mu.Unlock()
		conn.Close()
	}
}

// Connections returns how many connections came.
func (c *Canary) Connections() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}
