package mp4

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// expectations says of the files that are not answered in full which rule refuses them, or which
// value is left out because ffprobe's is no fact of the file.
type expectations map[string]string

func readExpectations(t *testing.T) expectations {
	t.Helper()
	f, err := os.Open("testdata/expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e := expectations{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		file, rule, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("testdata/expected.tsv: %q", line)
		}
		e[file] = rule
	}
	return e
}

// corpusFolders hold files beside what ffprobe said of them. MP4_CORPUS names one more.
func corpusFolders() []string {
	dirs := []string{"../../testdata/media", "../../testdata/generated"}
	if dir := os.Getenv("MP4_CORPUS"); dir != "" {
		dirs = append(dirs, dir)
	}
	return dirs
}

// TestCorpus compares with what ffprobe said of every file of the family: equal values, or a
// refusal that is expected. What ffprobe refuses we must not answer.
func TestCorpus(t *testing.T) {
	t.Parallel()
	expected := readExpectations(t)
	counts := map[string]int{}
	used := map[string]bool{}
	for _, dir := range corpusFolders() {
		files, err := filepath.Glob(filepath.Join(dir, "files", "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, file := range files {
			name := filepath.Base(file)
			if outcome := compareFile(t, dir, name, expected[name]); outcome != "" {
				counts[outcome]++
				used[name] = true
			}
		}
	}
	for name := range expected {
		if !used[name] {
			t.Errorf("%s: expected in testdata/expected.tsv, not found", name)
		}
	}
	t.Logf("%v", counts)
}

// compareFile says how a file of ours came out: "equal", what it omits or the rule; "" for others.
func compareFile(t *testing.T, dir, name, expected string) string {
	t.Helper()
	answer, err := os.ReadFile(filepath.Join(dir, "ffprobe", name+".json"))
	if err != nil {
		return ""
	}
	b, err := os.ReadFile(filepath.Join(dir, "files", name))
	if err != nil {
		t.Fatal(err)
	}
	want := recorded(t, answer)
	family := want["format_name"] == formatName
	if err := sniff(b[:min(len(b), 4096)]); err != nil {
		if family {
			t.Errorf("%s: not recognised: %v", name, err)
		}
		return ""
	}
	info, err := probe.New(Format).Probe(t.Context(), probe.NewBytes(b))
	switch {
	case !family && err == nil:
		t.Errorf("%s: ffprobe does not read it, we do", name)
		return ""
	case !family:
		return ""
	case err != nil:
		rule := probe.RuleOf(err)
		if rule == "" || rule != expected {
			t.Errorf("%s: %v", name, err)
		}
		return rule
	}
	omits := ""
	for _, d := range differences(want, answered(info)) {
		value, left, _ := strings.Cut(d, ":")
		if strings.HasSuffix(left, `, we ""`) && expected == "omits "+value {
			omits = expected
			continue
		}
		t.Errorf("%s: %s", name, d)
	}
	if expected != omits {
		t.Errorf("%s: answered, expected %s", name, expected)
	}
	if omits != "" {
		return omits
	}
	return "equal"
}
