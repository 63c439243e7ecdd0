package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string // of the last recipe; nil: an error
	}{
		{"words are filled in", "let A = -i x\na.mp4 | ffmpeg $A -c copy", []string{"ffmpeg", "-i", "x", "-c", "copy"}},
		{"comments and empty lines", "# c\n\na | cat b", []string{"cat", "b"}},
		{"a line goes on", "a | cat b \\\nc", []string{"cat", "b", "c"}},
		{"text keeps spaces", `a | text x  y\nz`, []string{"text", "x  y\nz"}},
		{"quotation marks go", `a | ffmpeg -timecode "00;01"`, []string{"ffmpeg", "-timecode", "00;01"}},
		{"unknown word", "a | ffmpeg $B", nil},
		{"twice", "a | cat b\na | cat c", nil},
		{"no tool", "a", nil},
		{"let without value", "let A", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(c.text)
			if c.want == nil {
				if err == nil {
					t.Errorf("got %q", got)
				}
				return
			}
			if err != nil || !slices.Equal(got[len(got)-1].args, c.want) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// TestManifestMatchesRecipes: the committed files are the ones the recipes make.
func TestManifestMatchesRecipes(t *testing.T) {
	text, err := recipesText()
	if err != nil {
		t.Fatal(err)
	}
	recipes, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "generated", "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")[1:]
	for _, r := range recipes {
		if r.temporary() {
			continue
		}
		if len(lines) == 0 {
			t.Fatalf("%s: not in the manifest", r.name)
		}
		f := strings.Split(lines[0], "\t")
		if lines = lines[1:]; f[0] != r.name || f[len(f)-1] != r.line {
			t.Errorf("recipe %q, manifest %q: run \"make media\"", r.name, f[0])
		}
	}
	if len(lines) > 0 {
		t.Errorf("no recipes for %q", lines)
	}
}

// TestEdits covers the tools that are not programs.
func TestEdits(t *testing.T) {
	dir := t.TempDir()
	m, err := newMaker(filepath.Join(dir, "out"), dir, []recipe{
		{name: "a", args: []string{"text", "abcabc"}},
		{name: "b", args: []string{"replace", "{a}", "6263", "58"}},
		{name: "c", args: []string{"cut", "{b}", "3"}},
		{name: "d", args: []string{"cat", "{c}", "{a}"}},
		{name: "e", args: []string{"cut", "{a}", "7"}},
		{name: "f", args: []string{"replace", "{a}", "00", "01"}},
		{name: "g", args: []string{"cat", "{g}"}},
		{name: "h", args: []string{"cat", "{nothing}"}},
		{name: "i", args: []string{"other"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	if err := m.make(m.recipes["d"]); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(m.work, "d")); err != nil || string(b) != "aXaabcabc" {
		t.Errorf("got %q, %v", b, err)
	}
	for _, name := range []string{"e", "f", "g", "h", "i"} {
		if err := m.make(m.recipes[name]); err == nil {
			t.Errorf("%s was made", name)
		}
	}
}

// TestManifest: the manifest repeats what ffprobe says, and that it refuses.
func TestManifest(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("files/a", "1")
	write("files/b", "22")
	answer := map[string]any{"format": map[string]string{"format_name": "x"}, "streams": []map[string]string{{"codec_tag_string": "zzzz"}}}
	b, _ := json.Marshal(answer)
	write("ffprobe/a.json", string(b))
	write("ffprobe/b.json", "{}")
	recipes := []recipe{{name: "a", line: "cat x"}, {name: "tmp-x"}, {name: "b", line: "cut x 1"}, {name: "missing"}}
	if err := writeManifest(dir, recipes); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\t1\tx\tzzzz\tok\tcat x\n", "\t2\t-\t\tfails\tcut x 1\n"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}
