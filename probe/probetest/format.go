package probetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// Fuzz fuzzes f from the files that pattern matches: an answer that does not contradict itself,
// or a typed error.
func Fuzz(f *testing.F, format probe.Format, pattern string) {
	f.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		f.Fatalf("no files %s (%v)", pattern, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	p := probe.New(format)
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := Probe(p, probe.NewBytes(b), probe.Limits{}).Sound(); err != nil {
			t.Fatal(err)
		}
	})
}

// HoldRule probes file, which the gate rule of that name must refuse, or which must be answered
// when rule is "". It returns the outcome.
func HoldRule(t Reporter, format probe.Format, name string, file []byte, rule string) Outcome {
	t.Helper()
	o := Probe(probe.New(format), probe.NewBytes(file), probe.Limits{})
	if err := o.Sound(); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if got := probe.RuleOf(o.Err); got != rule || (rule == "") != (o.Err == nil) {
		t.Errorf("%s: %v, want rule %q", name, o.Err, rule)
	}
	return o
}
