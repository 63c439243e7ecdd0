package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/all"
)

// TestCheck: the check notices a document that is missing or stale, and is content with a fresh one.
func TestCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "formats.md")
	if run(path, true) == nil {
		t.Error("a missing document is up to date")
	}
	if err := run(path, false); err != nil {
		t.Fatal(err)
	}
	if err := run(path, true); err != nil {
		t.Error(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all.Formats {
		if !strings.Contains(string(b), "`"+f.Name+"`") {
			t.Errorf("no word about %s", f.Name)
		}
		for _, r := range details[f.Name].rules() {
			if r.why == "" || !strings.Contains(string(b), "| `"+r.name+"` | "+r.why+" |") {
				t.Errorf("rule %q is not explained", r.name)
			}
		}
	}
	if err := os.WriteFile(path, append(b, 'x'), 0o644); err != nil {
		t.Fatal(err)
	}
	if run(path, true) == nil {
		t.Error("a changed document is up to date")
	}
}
