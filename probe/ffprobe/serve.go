package ffprobe

import (
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	servePath  = "/media"
	maxConns   = 16
	sendBuffer = 16 << 10 // so that little is fetched that ffprobe never takes
)

// server gives ffprobe the bytes of one source by ranges (RFC 9110 section 14), and nothing
// else. It stops at the first failure of the source.
type server struct {
	blocks *blocks
	http   *http.Server
	failed chan struct{} // closed when the source failed
	once   sync.Once
	err    error // why; valid once failed is closed
	wait   sync.WaitGroup
	open   atomic.Int32
	size   int64 // -1: unknown
}

func newServer(b *blocks) *server {
	s := &server{blocks: b, failed: make(chan struct{}), size: -1}
	if size, ok := b.reader.Size(); ok {
		s.size = size
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.answer),
		ReadHeaderTimeout: 5 * time.Second,
		MaxHeaderBytes:    8 << 10,
		ConnState:         s.track,
		ErrorLog:          log.New(io.Discard, "", 0),
	}

	return s
}

// track counts connections, so that close can wait for those still being answered, and
// turns away what is more than ffprobe could want.
func (s *server) track(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.wait.Add(1)
		if s.open.Add(1) > maxConns {
			c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
		s.wait.Done()
	}
}

// serve answers on l until close.
func (s *server) serve(l net.Listener) {
	s.wait.Go(func() { _ = s.http.Serve(narrowListener{l}) })
}

// close ends all connections and waits for their handlers. The blocks' context must be done
// by then, or a handler may wait for the source.
func (s *server) close() {
	s.http.Close()
	s.wait.Wait()
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != servePath || r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	size := s.size
	if size < 0 {
		// A source of unknown length is a stream from its start.
		h.Set("Connection", "close")
		if r.Method == http.MethodGet {
			s.copy(w, 0, -1)
		}
		return
	}
	h.Set("Accept-Ranges", "bytes")
	from, to, partial := byteRange(r.Header.Get("Range"), size)
	if from >= size && partial {
		h.Set("Content-Range", "bytes */"+strconv.FormatInt(size, 10))
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	}
	h.Set("Content-Length", strconv.FormatInt(to-from, 10))
	if partial {
		h.Set("Content-Range", "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(to-1, 10)+"/"+strconv.FormatInt(size, 10))
		w.WriteHeader(http.StatusPartialContent)
	}
	if r.Method == http.MethodGet {
		s.copy(w, from, to)
	}
}

// copy writes the bytes from from up to to, or to the end when to is negative.
func (s *server) copy(w io.Writer, from, to int64) {
	buf := make([]byte, 32<<10)
	for to < 0 || from < to {
		p := buf
		if to >= 0 {
			p = p[:min(int64(len(p)), to-from)]
		}
		n, err := s.blocks.fill(p, from)
		if err == io.EOF && to < 0 {
			return
		}
		if err != nil {
			s.fail(err)
			panic(http.ErrAbortHandler) // break off: a short body would look like a short source
		}
		if _, err := w.Write(p[:n]); err != nil {
			return
		}
		from += int64(n)
	}
}

func (s *server) fail(err error) {
	s.once.Do(func() {
		s.err = err
		close(s.failed)
	})
}

// byteRange reads "bytes=N-" and "bytes=N-M", the only forms ffprobe sends; anything else
// means the whole, as RFC 9110 section 14.2 allows.
func byteRange(header string, size int64) (from, to int64, partial bool) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, ok2 := strings.Cut(spec, "-")
	if !ok || !ok2 {
		return 0, size, false
	}
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 {
		return 0, size, false
	}
	to = size
	if last != "" {
		end, err := strconv.ParseInt(last, 10, 64)
		if err != nil || end < from {
			return 0, size, false
		}
		to = min(size, end+1)
	}
	return from, to, true
}

// narrowListener gives its connections small buffers.
type narrowListener struct{ net.Listener }

func (l narrowListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetWriteBuffer(sendBuffer)
	}
	return c, err
}
