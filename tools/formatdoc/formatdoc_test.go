package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/differential"
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

// TestOrigins holds the table of origins to the samples: what is told of a file at all, and the names of
// the rules.
func TestOrigins(t *testing.T) {
	samples, err := differential.Samples()
	if err != nil {
		t.Fatal(err)
	}
	p := probe.New(all.Formats...)
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, c := range differential.Containers() {
		o, ok := origins[c]
		if !ok {
			t.Errorf("no origins of %s", c)
			continue
		}
		known := map[string]bool{}
		for _, r := range details[c].rules() {
			known[r.name] = true
		}
		for _, m := range quoted.FindAllStringSubmatch(o.left, -1) {
			if !known[m[1]] && m[1] != "bext" {
				t.Errorf("%s: no rule %q", c, m[1])
			}
		}
		told, answered := map[string]bool{}, 0
		for _, s := range samples {
			if s.Container != c {
				continue
			}
			info, err := differential.Probe(t.Context(), p, s)
			if err != nil {
				continue
			}
			answered++
			for key := range differential.Of(info).Known() {
				told[key] = true
			}
		}
		if answered == 0 {
			continue
		}
		for i, group := range fieldHeads {
			got := false
			for key := range told {
				got = got || among(key, fieldKeys[group])
			}
			if want := o.fields[i] != no; got != want {
				t.Errorf("%s: %s: told of a sample: %v, the table says %q", c, group, got, o.fields[i])
			}
		}
	}
}

// among says whether a key as the differential tests have it, "stream 1 bit_rate", is one of a group.
func among(key string, group []string) bool {
	words := strings.Fields(key)
	for _, g := range group {
		w := strings.Fields(g)
		switch {
		case g == "tag":
			if words[0] == "format" && words[1] == "tag" || len(words) > 2 && words[2] == "tag" {
				return true
			}
		case w[0] == words[0] && w[1] == words[len(words)-1] && !slices.Contains(words, "tag"):
			return true
		}
	}
	return false
}
