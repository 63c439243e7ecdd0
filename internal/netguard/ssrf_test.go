package netguard

import (
	"errors"
	"net"
	"strings"
	"testing"
)

func TestSSRFTable(t *testing.T) {
	rows := readRows(t)
	controls := 0
	for _, row := range rows {
		if row.class == "control" {
			controls++
		}
	}
	if len(rows) < 200 || controls < 17 {
		t.Fatalf("%d rows, %d controls: the table has shrunk", len(rows), controls)
	}
	r := newRig(t)
	for _, row := range rows {
		t.Run(row.id+" "+row.class, func(t *testing.T) {
			before := r.canary.hits.Load()
			r.try(t, row)
			if got := r.canary.hits.Load() - before; got != 0 {
				t.Errorf("canary was reached %d times", got)
			}
		})
	}
	// A connection may be counted after its row: count once more at the end.
	if got := r.canary.hits.Load(); got != 0 {
		t.Errorf("canaries were reached %d times", got)
	}
}

// try runs one row and compares what was refused, where, and what was dialled.
func (r *rig) try(t *testing.T, row row) {
	tr := r.trial(t, row)
	url := r.fill(row.url)
	_, checked := tr.guard.CheckURL(url)
	deniedByCheck := tr.denied.Load()
	err := tr.get(row.id, url)
	wantDials := ""
	switch expect, address, _ := strings.Cut(row.expect, ":"); expect {
	case "badurl":
		want(t, "check", checked, ErrBadURL)
		if err == nil {
			t.Error("client fetched a bad url")
		}
	case "denied":
		want(t, "check", checked, ErrDenied)
		want(t, "client", err, ErrDenied)
		if deniedByCheck != 1 || tr.denied.Load() != 2 {
			t.Errorf("refusals counted: %d by check, %d in all, want 1 and 2", deniedByCheck, tr.denied.Load())
		}
	case "dial-denied":
		want(t, "check", checked, nil)
		want(t, "client", err, ErrDenied)
	case "nohost":
		want(t, "check", checked, nil)
		var dns *net.DNSError
		if !errors.As(err, &dns) || errors.Is(err, ErrDenied) {
			t.Errorf("client: %v, want a lookup error", err)
		}
	case "pass":
		want(t, "check", checked, nil)
		if err == nil || errors.Is(err, ErrBadURL) {
			t.Errorf("client: %v, want the recorded dial to fail", err)
		}
		wantDials = address
	case "ok":
		want(t, "check", checked, nil)
		want(t, "client", err, nil)
		wantDials = "127.0.0.1:" + r.okPort
	case "redirect-denied":
		want(t, "check", checked, nil)
		var d *Denied
		if !errors.As(err, &d) || d.Reason == "" {
			t.Errorf("client: %v, want *Denied with a reason", err)
		}
		wantDials = "127.0.0.1:" + r.okPort
	case "rebind-denied":
		want(t, "first request", err, nil)
		want(t, "second request", tr.get(row.id, url), ErrDenied)
		wantDials = "127.0.0.1:" + r.okPort
	case "toomany":
		want(t, "client", err, ErrRedirects)
		wantDials = "127.0.0.1:" + r.okPort
	default:
		t.Fatalf("unknown expectation %q", row.expect)
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if wantDials != "" && len(tr.dials) == 0 {
		t.Errorf("nothing dialled, want %s", wantDials)
	}
	for _, got := range tr.dials {
		if got != wantDials {
			t.Errorf("dialled %s, want only %q", got, wantDials)
		}
	}
}

func want(t *testing.T, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: %v, want %v", what, err, target)
	}
}
