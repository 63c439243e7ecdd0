package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// reply is the one writer of API replies.
func (s *Server) reply(w http.ResponseWriter, c *call, out any, err error) {
	root := c.action.Name + "Response"
	c.status = http.StatusOK
	var retry time.Duration
	if err != nil {
		e := translate(err)
		c.err, c.status, c.code, retry = err, e.Status, e.Code, e.RetryAfter
		out, root = e.Response(c.id, s.cfg.HostID, c.docs), "Error"
	}
	body, contentType, encodeErr := ims.Encode(c.Format, root, out)
	if encodeErr != nil {
		e := ims.NewError(ims.InternalError)
		c.err, c.status, c.code = encodeErr, e.Status, e.Code
		body, contentType, _ = ims.Encode(c.Format, "Error", e.Response(c.id, s.cfg.HostID, c.docs))
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Acs-Request-Id", c.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if s.draining.Load() {
		h.Set("Connection", "close")
	}
	if retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
		h.Set("X-Acs-Retry-After", strconv.FormatInt(retry.Milliseconds(), 10))
	}
	w.WriteHeader(c.status)
	c.written, _ = w.Write(body) // nobody is left to tell when the client is gone
}
