//go:build linux && (amd64 || arm64)

package ffprobe

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

func TestSelfTest(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		report, err := p.SelfTest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if report.Containment != p.Containment() || !filepath.IsAbs(report.Path) || report.Version == "" {
			t.Errorf("got %+v", report)
		}
		names := map[string]bool{}
		for _, c := range report.Checks {
			names[c.Name] = true
			if !c.Passed || c.Detail == "" {
				t.Errorf("%s: %+v", c.Name, c)
			}
		}
		for _, want := range []string{"read /etc/passwd", "connect to the program's network", "make a process", "become root"} {
			if !names[want] {
				t.Errorf("%q was not tried", want)
			}
		}
		if version, err := p.Version(t.Context()); err != nil || version != report.Version {
			t.Errorf("version %q, %v; the report says %q", version, err, report.Version)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	contained(t, Namespaces)
	dir := t.TempDir()
	script := filepath.Join(dir, "ffprobe")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho ffprobe version 9.9\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name   string
		config Config
		text   string
	}{
		{"no such program", Config{Path: filepath.Join(dir, "none")}, "no ffprobe"},
		{"not a probe", Config{Path: "/bin/true"}, "does not answer like ffprobe"},
		{"a script, whose shell is out of reach", Config{Path: script}, "nothing on this machine can hold ffprobe"},
		{"uncontained without leave", Config{Containment: Uncontained}, "unless that is allowed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := New(c.config)
			if p != nil || !errors.Is(err, probe.Unsupported) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, %v", p, err)
			}
		})
	}
}

func TestUncontained(t *testing.T) {
	contained(t, Namespaces)
	p, err := New(Config{Containment: Uncontained, AllowUncontained: true})
	if err != nil {
		t.Fatal(err)
	}
	info, err := p.Probe(t.Context(), reader(silence()))
	if err != nil || info.Format.Name != "wav" || p.Containment() != Uncontained {
		t.Errorf("got %+v, %v", info, err)
	}
}

func TestAutoTakesTheStrongest(t *testing.T) {
	strong := contained(t, Namespaces)
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Containment() != strong.Containment() || len(p.report.Refused) != 0 {
		t.Errorf("got %s, refused %v", p.Containment(), p.report.Refused)
	}
}
