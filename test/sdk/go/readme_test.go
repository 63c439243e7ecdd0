package sdk

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var fenced = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// TestReadme runs the programs in the README that are marked as tried, as they stand there. Node's are run
// where Node's packages are: see its tests.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t)
	ran := 0
	for _, m := range fenced.FindAllStringSubmatchIndex(string(text), -1) {
		language, program := string(text[m[2]:m[3]]), string(text[m[4]:m[5]])
		before := string(text[max(0, m[0]-200):m[0]])
		if language != "go" || !strings.Contains(before[strings.LastIndex(before, "\n\n**")+1:], "**tried**") {
			continue
		}
		ran++
		program = strings.NewReplacer("LTAI-YOUR-KEY", keyID, "YOUR-SECRET", keySecret, "127.0.0.1:8080", s.addr,
			"https://example.com/movie.mp4", s.samples+samples[0]).Replace(program)
		file := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("go", "run", file).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "VideoStreamInfoList") || !strings.Contains(string(out), "Success") {
			t.Errorf("program %d: %v\n%.2000s", ran, err, out)
		}
	}
	if ran != 2 {
		t.Errorf("%d programs found", ran)
	}
}
