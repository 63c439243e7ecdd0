// Package archtest holds the shape of the tree as tests: who may import whom, and how large a
// file or a function may grow. The tables are the policy; change them with a decision record,
// not to make a build green.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mediagauge/mediagauge/"

// deps says, for every room, which rooms of ours its non-test code may import. A trailing
// "/*" stands for the rooms directly below. "*" means everything. A room that is not listed
// fails the test.
var deps = map[string][]string{
	"media":         {},
	"probe":         {"media"},
	"probe/ffprobe": {"probe", "media"},

	"probe/*":             {"probe", "media"},
	"format/all":          {"probe", "format/*"},
	"format/*":            {"probe", "media", "internal/bits", "internal/rational", "internal/framerate", "internal/window", "internal/segments", "internal/elementary", "internal/codec/*", "internal/tag/*"},
	"internal/bits":       {},
	"internal/codec/*":    {"media", "internal/bits", "internal/rational", "internal/codec/cicp", "internal/codec/mjpeg"},
	"internal/rational":   {"media"},
	"internal/framerate":  {"media", "internal/rational"},
	"internal/window":     {"probe"},
	"internal/elementary": {"probe", "media", "internal/bits", "internal/rational", "internal/codec/*"},
	"internal/segments":   {"probe", "media", "internal/rational"},
	"internal/tag/*":      {"probe", "media", "internal/bits", "internal/rational", "internal/codec/*", "internal/tag/*"},

	"internal/job":             {"media"},
	"internal/store":           {"internal/job"},
	"internal/store/sqlite":    {"internal/store", "internal/job"},
	"internal/store/postgres":  {"internal/store", "internal/job", "internal/batch"},
	"internal/store/transfer":  {"internal/store/sqlite", "internal/store/postgres"},
	"internal/store/storetest": {"internal/store", "internal/job"},
	"internal/batch":           {},
	"internal/queue":           {"internal/job", "internal/store", "internal/batch"},
	"internal/sign":            {},
	"internal/netguard":        {},
	"internal/auth":            {"internal/sign", "internal/store", "internal/job"},
	"internal/ims":             {"internal/job", "media"},
	"internal/source":          {"probe", "internal/netguard"},
	"internal/engine":          {"probe", "probe/ffprobe", "media"},
	"internal/worker":          {"internal/job", "internal/queue", "internal/source", "internal/engine", "probe", "media"},
	"internal/callback":        {"internal/job", "internal/store"},
	"internal/metrics":         {"internal/queue", "internal/job"},
	"internal/openapi":         {"internal/ims"},
	"internal/policy":          {},
	"internal/iam":             {"internal/auth", "internal/policy", "internal/store", "internal/job"},
	"internal/asset":           {"internal/job", "internal/store", "internal/queue"},
	"internal/once":            {"internal/job", "internal/store"},
	"internal/storage":         {"internal/job", "internal/store", "internal/source"},
	"internal/server":          {"internal/openapi", "internal/asset", "internal/once", "internal/source", "internal/storage", "internal/ims", "internal/auth", "internal/iam", "internal/sign", "internal/queue", "internal/callback", "internal/job"},
	"internal/client":          {"internal/ims", "internal/sign"},
	"internal/app":             {"*"},
	"internal/testmedia":       {},
	"internal/testpg":          {},
	"internal/archtest":        {},
	"deploy":                   {"internal/app"},

	"cmd/mediagauge": {"internal/app", "internal/client", "internal/ims"},
	"test/*":         {"*"},
	"test/e2e/*":     {"*"},
	"test/scale/*":   {"*"},
	"tools/*":        {"*"},
}

// standardOnly lists the rooms that people may import without pulling in any other module.
var standardOnly = []string{"media", "probe", "probe/ffprobe", "format/all", "internal/job", "internal/store", "internal/sign", "internal/ims"}

// testOnly lists rooms that must never reach the binary.
var testOnly = []string{"internal/store/storetest", "internal/testmedia", "internal/testpg", "internal/archtest"}

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Standard   bool
}

func goList(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Deps,Standard"}, args...)...)
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		var ee *exec.ExitError
		if errors.As(err, &ee) {
			t.Fatalf("go list: %v\n%s", err, ee.Stderr)
		}
		t.Fatal(err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// rule finds the line of the table for a room, and whether there is one.
func rule(room string) ([]string, bool) {
	if r, ok := deps[room]; ok {
		return r, true
	}
	r, ok := deps[path.Dir(room)+"/*"]
	return r, ok
}

func allowed(rules []string, room string) bool {
	return slices.ContainsFunc(rules, func(r string) bool {
		return r == "*" || r == room || strings.HasSuffix(r, "/*") && path.Dir(room) == strings.TrimSuffix(r, "/*")
	})
}

func TestImports(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range goList(t, "./...") {
		room := strings.TrimPrefix(p.ImportPath, module)
		seen[room] = true
		rules, ok := rule(room)
		if !ok {
			t.Errorf("%s: no line in the import table", room)
			continue
		}
		for _, imp := range p.Imports {
			if ours, ok := strings.CutPrefix(imp, module); ok && !allowed(rules, ours) {
				t.Errorf("%s may not import %s", room, ours)
			}
		}
	}
	for room := range deps {
		if !strings.HasSuffix(room, "/*") && !seen[room] {
			t.Errorf("%s: in the import table, not in the tree", room)
		}
	}
}

func TestStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, room := range standardOnly {
		for _, p := range goList(t, "-deps", "./"+room) {
			if !p.Standard && !strings.HasPrefix(p.ImportPath, module) {
				t.Errorf("%s pulls in %s", room, p.ImportPath)
			}
		}
	}
}

// TestFormatsStandAlone: who imports one format gets no other, and nothing of the service.
func TestFormatsStandAlone(t *testing.T) {
	t.Parallel()
	formats := 0
	for _, f := range goList(t, "./format/...") {
		if f.ImportPath == module+"format/all" {
			continue
		}
		formats++
		for _, d := range f.Deps {
			room, ours := strings.CutPrefix(d, module)
			library := slices.Contains([]string{"media", "probe", "internal/bits", "internal/rational", "internal/framerate", "internal/window", "internal/segments", "internal/elementary"}, room) ||
				path.Dir(room) == "internal/codec" || path.Dir(room) == "internal/tag"
			if ours && !library {
				t.Errorf("%s pulls in %s", strings.TrimPrefix(f.ImportPath, module), room)
			}
			if first, _, _ := strings.Cut(d, "/"); !ours && strings.Contains(first, ".") {
				t.Errorf("%s pulls in %s", strings.TrimPrefix(f.ImportPath, module), d)
			}
		}
	}
	if formats == 0 {
		t.Error("no formats")
	}
}

func TestNoTestCodeInBinary(t *testing.T) {
	t.Parallel()
	for _, p := range goList(t, "-deps", "./cmd/mediagauge") {
		room := strings.TrimPrefix(p.ImportPath, module)
		if p.ImportPath == "testing" || slices.Contains(testOnly, room) {
			t.Errorf("the binary contains %s", p.ImportPath)
		}
	}
}

func TestRuleMatching(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rules []string
		room  string
		want  bool
	}{
		{[]string{"media"}, "media", true},
		{[]string{"media"}, "mediax", false},
		{[]string{"format/*"}, "format/mp4", true},
		{[]string{"format/*"}, "format", false},
		{[]string{"format/*"}, "format/mp4/inner", false},
		{[]string{"*"}, "anything", true},
		{nil, "media", false},
	} {
		if got := allowed(c.rules, c.room); got != c.want {
			t.Errorf("allowed(%v, %q) = %v, want %v", c.rules, c.room, got, c.want)
		}
	}
}
