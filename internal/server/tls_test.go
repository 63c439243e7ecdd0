package server

import (
	"crypto/tls"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRequireTLS(t *testing.T) {
	t.Parallel()
	s := New(Config{RequireTLS: true})
	for _, c := range []struct {
		name, remote, proto string
		tls                 bool
		refused             bool
	}{
		{"plain", "203.0.113.9:1000", "", false, true},
		{"plain from this machine", "127.0.0.1:1000", "", false, true},
		{"direct", "203.0.113.9:1000", "", true, false},
		{"through a proxy here", "127.0.0.1:1000", "https", false, false},
		{"through a proxy that had it plain", "127.0.0.1:1000", "http", false, true},
		{"claimed from elsewhere", "203.0.113.9:1000", "https", false, true},
		{"no address", "", "https", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "/?Format=JSON", nil)
			r.RemoteAddr = c.remote
			if c.proto != "" {
				r.Header.Set("X-Forwarded-Proto", c.proto)
			}
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if got := strings.Contains(w.Body.String(), "InvalidProtocol.NeedSsl"); got != c.refused {
				t.Errorf("refused %v, want %v: %s", got, c.refused, w.Body)
			}
		})
	}
}
