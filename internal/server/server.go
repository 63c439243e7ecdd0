// Package server answers HTTP: it reads a call, finds out who signed it, checks its parameters,
// does it with the queue, and writes the reply in the wire's words. It knows neither stores nor
// media.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
)

// Server is the API with its health checks. It is safe for concurrent use.
type Server struct {
	cfg      Config
	handlers map[string]map[string]handler
	throttle *throttle // nil unless the server is strict
	draining atomic.Bool
	waits    context.Context // ends when waiting for the end of jobs does
	endWaits context.CancelFunc
}

// New returns a Server. It starts nothing.
func New(c Config) *Server {
	s := &Server{cfg: c.withDefaults()}
	s.waits, s.endWaits = context.WithCancel(context.Background())
	s.handlers = s.table()
	if c.Strict {
		s.throttle = &throttle{}
	}
	return s
}

// Drain makes /readyz refuse from now on, so that no more calls are sent here. Calls that come
// all the same are answered, but wait for no job any more, and each reply ends its connection:
// a client that is told so cannot lose a call to a connection that is closed under it.
func (s *Server) Drain() {
	s.draining.Store(true)
	s.endWaits()
}

// ServeHTTP routes by the exact path: a router that cleans paths would change what was signed.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/healthz":
		s.health(w, nil)
	case "/readyz":
		s.health(w, s.ready)
	case openapiPath:
		serveOpenAPI(w)
	case docsPath:
		serveErrorDocs(w)
	case metricsPath:
		if s.cfg.Metrics != nil {
			s.cfg.Metrics.ServeHTTP(w, r)
			return
		}
		fallthrough
	default:
		if s.cfg.ProbesOnly {
			http.Error(w, "this node does not answer calls: the role api is not among its roles", http.StatusNotFound)
			return
		}
		s.serveAPI(w, r)
	}
}

const metricsPath = "/metrics"

// serveAPI answers one call, writes its one line of log and turns a panic into a reply.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	c := newCall(r, s.cfg.Now())
	if len(r.TransferEncoding) > 0 {
		// The HTTP library lets Transfer-Encoding override a Content-Length without a trace.
		// Whatever follows on such a connection may be smuggled, so nothing follows
		// (RFC 9112, 6.1).
		w.Header().Set("Connection", "close")
	}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			c.err = fmt.Errorf("panic: %v", p)
			c.stack = string(debug.Stack())
			s.reply(w, c, nil, c.err)
		}
		s.log(r, c)
	}()
	out, err := s.answer(r, c)
	s.reply(w, c, out, err)
}

// log writes the one event of a call. The cause of a fault appears here and nowhere else.
func (s *Server) log(r *http.Request, c *call) {
	level := slog.LevelInfo
	s.cfg.Observe(c.action.Name, string(c.code), s.cfg.Now().Sub(c.began))
	attrs := []slog.Attr{
		slog.String("request_id", c.id),
		slog.String("remote", r.RemoteAddr),
		slog.String("method", short(r.Method)),
		slog.Int("status", c.status),
		slog.Duration("took", s.cfg.Now().Sub(c.began)),
		slog.Int("bytes", c.written),
	}
	if c.action.Name != "" {
		attrs = append(attrs, slog.String("action", c.action.Name))
	}
	if c.who.KeyID != "" {
		attrs = append(attrs, slog.Int64("account", int64(c.who.Account)), slog.String("key", c.who.KeyID), slog.String("scheme", string(c.who.Scheme)))
	}
	if c.code != "" {
		attrs = append(attrs, slog.String("code", string(c.code)))
	}
	if c.status >= 500 {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("err", c.err))
		if c.stack != "" {
			attrs = append(attrs, slog.String("stack", c.stack))
		}
	}
	s.cfg.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// short bounds what of a client's text goes into the log.
func short(s string) string {
	if len(s) > 32 {
		return s[:32]
	}
	return s
}
