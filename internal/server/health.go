package server

import (
	"errors"
	"io"
	"net/http"
)

var errDraining = errors.New("draining")

func (s *Server) ready() error {
	if s.draining.Load() {
		return errDraining
	}
	return s.cfg.Ready()
}

// health answers 200 or 503. The reason is for the log of this process, not for whoever asks.
func (s *Server) health(w http.ResponseWriter, check func() error) {
	w.Header().Set("Content-Type", "text/plain;charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	text := "ok\n"
	if check != nil {
		if err := check(); err != nil {
			s.cfg.Log.Warn("not ready", "err", err)
			w.WriteHeader(http.StatusServiceUnavailable)
			text = "not ready\n"
		}
	}
	_, _ = io.WriteString(w, text)
}
