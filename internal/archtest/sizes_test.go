package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const (
	maxFile     = 500 // lines of a source file
	maxFunction = 80  // lines of a function
	maxMain     = 60  // lines of cmd/*/main.go
)

// exempt lists files and functions that may be longer, each with its reason.
var exempt = map[string]string{}

// root is the top of the checkout.
func root(t *testing.T) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("no caller")
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// sources calls f with each non-test Go file of the module, tables excepted.
func sources(t *testing.T, f func(rel string, data []byte)) {
	t.Helper()
	top := root(t)
	err := filepath.WalkDir(top, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(top, p)
		if d.IsDir() {
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules" || rel == "test/sdk") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") || strings.HasSuffix(rel, "_tables.go") {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f(filepath.ToSlash(rel), data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	check := func(name string, lines, limit int) {
		if lines <= limit {
			return
		}
		if exempt[name] != "" {
			used[name] = true
			return
		}
		t.Errorf("%s: %d lines, more than %d: split it, or exempt it with a reason", name, lines, limit)
	}
	sources(t, func(rel string, data []byte) {
		lines := strings.Count(string(data), "\n")
		switch {
		case strings.HasPrefix(rel, "cmd/") && strings.HasSuffix(rel, "/main.go"):
			check(rel, lines, maxMain)
		default:
			check(rel, lines, maxFile)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, rel, data, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			return
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
			check(rel+":"+fn.Name.Name, n, maxFunction)
		}
	})
	for name := range exempt {
		if !used[name] {
			t.Errorf("%s: exempt, but no longer too long or no longer there", name)
		}
	}
}

// TestNoPlaceNames keeps package names that say nothing out of the tree.
func TestNoPlaceNames(t *testing.T) {
	t.Parallel()
	sources(t, func(rel string, _ []byte) {
		switch filepath.Base(filepath.Dir(rel)) {
		case "util", "utils", "common", "helpers", "types", "models", "misc":
			t.Errorf("%s: the package name says nothing", rel)
		}
	})
}
