// Package deploy holds no code: its tests lint the files for containers, Kubernetes and systemd
// without any of them.
package deploy

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/mediagauge/mediagauge/internal/app"
)

// object is a YAML mapping.
type object = map[string]any

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func parse(t *testing.T, name, text string) object {
	t.Helper()
	var o object
	if err := yaml.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return o
}

// at follows keys into nested mappings and lists; nil where the way ends.
func at(v any, keys ...any) any {
	for _, key := range keys {
		switch k := key.(type) {
		case string:
			o, _ := v.(object)
			v = o[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

// want compares what stands at keys as text.
func want(t *testing.T, name string, v any, value string, keys ...any) {
	t.Helper()
	if got := fmt.Sprint(at(v, keys...)); got != value {
		t.Errorf("%s: %v is %s, want %s", name, keys, got, value)
	}
}

// environment lists the variables of the service.
func environment() map[string]bool {
	names := map[string]bool{}
	for _, s := range app.Table {
		names[s.Env()] = true
	}
	return names
}

var variable = regexp.MustCompile(`MEDIAGAUGE_[A-Z0-9_]+`)

// TestSettingsExist: whatever a file here calls a setting is one.
func TestSettingsExist(t *testing.T) {
	t.Parallel()
	known, seen := environment(), map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".go") {
			return err
		}
		for n, line := range strings.Split(read(t, path), "\n") {
			for _, name := range variable.FindAllString(line, -1) {
				seen[name] = true
				if !known[name] {
					t.Errorf("%s:%d: %s is no setting", path, n+1, name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 10 {
		t.Errorf("only %d settings found: does the search still work?", len(seen))
	}
}

var (
	fence = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	ours  = regexp.MustCompile(`deploy/[a-z][A-Za-z0-9./_-]*`)
)

// TestReadme: the files that it names are there, and its YAML is YAML.
func TestReadme(t *testing.T) {
	t.Parallel()
	text := read(t, "README.md")
	for _, path := range ours.FindAllString(text, -1) {
		if _, err := os.Stat(filepath.Join("..", path)); err != nil {
			t.Errorf("README.md: %v", err)
		}
	}
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		parse(t, "README.md", m[1])
	}
}

// checkSettings loads env as the service would. Roles and database are checked by name only:
// which values they take depends on what is compiled in.
func checkSettings(t *testing.T, name string, env map[string]string) {
	t.Helper()
	for key := range env {
		if strings.HasPrefix(key, "MEDIAGAUGE_") && !environment()[key] {
			t.Errorf("%s: %s is no setting", name, key)
		}
	}
	_, err := app.Load(app.Source{
		Getenv: func(key string) (string, bool) {
			v, ok := env[key]
			return v, ok && key != "MEDIAGAUGE_ROLES" && key != "MEDIAGAUGE_DATABASE"
		},
		Read: func(string) ([]byte, error) { return nil, nil },
	})
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// checkImage: an image says which version it is.
func checkImage(t *testing.T, name, image string) {
	t.Helper()
	_, tag, ok := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
	if !ok || tag == "" || tag == "latest" {
		t.Errorf("%s: image %q has no version", name, image)
	}
}

// stage is one FROM of a Dockerfile with what follows it.
type stage struct {
	image, name string
	lines       [][]string
}

func stages(t *testing.T) (out []stage) {
	t.Helper()
	text := strings.ReplaceAll(read(t, "docker/Dockerfile"), "\\\n", " ")
	args := map[string]string{}
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		switch {
		case len(w) == 0 || strings.HasPrefix(w[0], "#"):
		case w[0] == "FROM":
			w = slices.DeleteFunc(w[1:], func(s string) bool { return strings.HasPrefix(s, "--") })
			if len(w) != 3 || w[1] != "AS" {
				t.Fatalf("Dockerfile: FROM %v: want an image and a name", w)
			}
			out = append(out, stage{image: os.Expand(w[0], func(k string) string { return args[k] }), name: w[2]})
		case len(out) == 0:
			key, value, _ := strings.Cut(w[1], "=")
			args[key] = value
		default:
			out[len(out)-1].lines = append(out[len(out)-1].lines, w)
		}
	}
	return out
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	all := stages(t)
	var names []string
	for _, s := range all {
		checkImage(t, s.name, s.image)
		env := map[string]string{}
		has := map[string]string{}
		for _, l := range s.lines {
			has[l[0]] = strings.Join(l[1:], " ")
			for _, pair := range l[1:] {
				if key, value, ok := strings.Cut(pair, "="); ok && l[0] == "ENV" {
					env[key] = value
				}
				if from, ok := strings.CutPrefix(pair, "--from="); ok && !slices.Contains(names, from) {
					t.Errorf("%s copies from %s, which does not stand before it", s.name, from)
				}
			}
		}
		names = append(names, s.name)
		if s.name == "build" {
			for _, part := range []string{"CGO_ENABLED=0", "-trimpath", "./cmd/mediagauge"} {
				if !strings.Contains(fmt.Sprint(s.lines), part) {
					t.Errorf("the build has no %s", part)
				}
			}
			continue
		}
		for key, value := range map[string]string{
			"USER": "65532:65532", "EXPOSE": "8080", "VOLUME": env["MEDIAGAUGE_DATA_DIR"],
			"ENTRYPOINT": `["/usr/local/bin/mediagauge"]`, "CMD": `["serve"]`,
		} {
			if has[key] != value {
				t.Errorf("%s: %s %q, want %q", s.name, key, has[key], value)
			}
		}
		if off := env["MEDIAGAUGE_FFPROBE"] == "off"; off != (s.name == "minimal") {
			t.Errorf("%s: ffprobe off is %v", s.name, off)
		}
		checkSettings(t, s.name, env)
	}
	if !slices.Equal(names, []string{"build", "ffprobe", "minimal"}) {
		t.Errorf("stages %v", names)
	}
}

// TestDockerContext: all folders that the binary is made of reach the build.
func TestDockerContext(t *testing.T) {
	t.Parallel()
	kept := map[string]bool{}
	for line := range strings.Lines(read(t, "../.dockerignore")) {
		if folder, ok := strings.CutPrefix(strings.TrimSpace(line), "!"); ok {
			kept[folder] = true
		}
	}
	for _, f := range []string{"go.mod", "go.sum"} {
		if !kept[f] {
			t.Errorf(".dockerignore leaves out %s", f)
		}
	}
	const module = "github.com/mediagauge/mediagauge/"
	out, err := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}} {{.EmbedFiles}}", "../cmd/mediagauge").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(out)) {
		room, ours := strings.CutPrefix(line, module)
		if !ours {
			continue
		}
		found++
		if folder, _, _ := strings.Cut(strings.Fields(room)[0], "/"); !kept[folder] {
			t.Errorf(".dockerignore leaves out %s", folder)
		}
		if strings.Contains(room, "testdata/") {
			t.Errorf(".dockerignore leaves out what is embedded in %s", room)
		}
	}
	if found < 20 {
		t.Errorf("the binary has only %d packages of ours", found)
	}
}
