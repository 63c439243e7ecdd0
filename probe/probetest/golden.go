package probetest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var update = flag.Bool("update", false, "rewrite golden files")

const lengthUnknown = "length unknown:\n"

// golden is one golden file.
type golden struct {
	path   string
	sample string // path of the sample
	head   string // the "#" lines
	body   string // everything else
}

func readGolden(path string) (*golden, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	g := &golden{path: path, sample: strings.TrimSuffix(path, ".golden")}
	rest := string(b)
	for strings.HasPrefix(rest, "#") {
		line, after, _ := strings.Cut(rest, "\n")
		if p, ok := strings.CutPrefix(line, "# sample: "); ok {
			g.sample = filepath.Join(filepath.Dir(path), filepath.FromSlash(p))
		}
		g.head += line + "\n"
		rest = after
	}
	if g.head == "" {
		return nil, fmt.Errorf("%s: no \"#\" lines that say where the sample comes from", path)
	}
	g.body = rest
	return g, nil
}

// render spells what a golden file says after its "#" lines.
func render(known, unknown Outcome) string {
	body := known.Text()
	if u := unknown.Text(); u != body {
		body += lengthUnknown + u
	}
	return body + fmt.Sprintf("io: reads=%d bytes=%d\n", known.Cost.Requests, known.Cost.Bytes)
}

// hold compares with the golden file, or rewrites it.
func (g *golden) hold(t Reporter, known, unknown Outcome) {
	t.Helper()
	got := render(known, unknown)
	if *update {
		if err := os.WriteFile(g.path, []byte(g.head+got), 0o644); err != nil {
			t.Errorf("%v", err)
		}
		return
	}
	if got != g.body {
		t.Errorf("%s: not what the golden file says:\n%s", g.path, firstDifference(got, g.body))
	}
}

// firstDifference shows the first line that differs, which is what a reader wants to see.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if line(g, i) != line(w, i) {
			return fmt.Sprintf("line %d: got  %s\nline %d: want %s", i+1, line(g, i), i+1, line(w, i))
		}
	}
	return "no difference"
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}
