package matroska

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

func TestVint(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		b     []byte
		limit int
		value uint64
		width int
	}{
		{"one byte", []byte{0x82}, 8, 2, 1},
		{"two bytes", []byte{0x40, 0x7F}, 8, 127, 2},
		{"eight bytes", []byte{1, 0, 0, 0, 0, 0, 1, 2}, 8, 258, 8},
		{"all ones", []byte{0xFF}, 8, 127, 1},
		{"nothing", nil, 8, 0, -1},
		{"cut off", []byte{0x40}, 8, 0, -1},
		{"longer than allowed", []byte{0x08, 0, 0, 0, 0}, 4, 0, 0},
		{"no marker", []byte{0, 0xFF}, 8, 0, 0},
	}
	for _, c := range cases {
		if v, n := vint(c.b, c.limit); v != c.value && c.width > 0 || n != c.width {
			t.Errorf("%s: %d of %d bytes, want %d of %d", c.name, v, n, c.value, c.width)
		}
	}
}

// TestSchema: every element stands in a master that is known, up to the top.
func TestSchema(t *testing.T) {
	t.Parallel()
	for id, row := range schema {
		if row.name == "" || id == 0 {
			t.Errorf("%#x has no name", id)
		}
		if row.parent == 0 {
			if id != idEBML && id != idSegment {
				t.Errorf("%s stands at the top", row.name)
			}
			continue
		}
		if parent, ok := schema[row.parent]; !ok || parent.kind != kindMaster {
			t.Errorf("%s stands in %#x, which is no master", row.name, row.parent)
		}
	}
}

// TestRules: the rules that the code refuses by and the list are the same.
func TestRules(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("rules.go")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, r := range Rules() {
		if r.Name == "" || r.Why == "" || slices.Contains(listed, r.Name) {
			t.Errorf("rule %q: %q", r.Name, r.Why)
		}
		listed = append(listed, r.Name)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, name := range files {
		if name != "rules.go" && !strings.HasSuffix(name, "_test.go") {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(b)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(rule\w+)\s+= "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		if !slices.Contains(listed, m[2]) {
			t.Errorf("rule %s is not listed", m[2])
		}
		if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(code.String()) {
			t.Errorf("nothing is refused by %s", m[2])
		}
	}
}

func TestLaces(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		lacing byte
		b      []byte
		want   []int64
		head   int64
	}{
		{"none", 0, make([]byte, 7), []int64{7}, 0},
		{"Xiph", 1, append([]byte{2, 255, 1, 3}, make([]byte, 266)...), []int64{256, 3, 7}, 4},
		{"fixed", 2, append([]byte{2}, make([]byte, 9)...), []int64{3, 3, 3}, 1},
		{"EBML", 3, append([]byte{2, 0x85, 0xBD}, make([]byte, 11)...), []int64{5, 3, 3}, 3},
		{"fixed that does not divide", 2, []byte{2, 0, 0}, nil, 0},
		{"Xiph cut off", 1, []byte{3, 255, 255}, nil, 0},
		{"Xiph past the block", 1, []byte{1, 9, 0}, nil, 0},
		{"EBML of a negative size", 3, []byte{2, 0x81, 0x80, 0}, nil, 0},
	}
	for _, c := range cases {
		in, err := newInput(probe.NewReader(t.Context(), probe.NewBytes(c.b), probe.Limits{}))
		if err != nil {
			t.Fatal(err)
		}
		sc := &scanner{f: &file{in: in}}
		got, n, err := sc.laces(0, int64(len(c.b)), c.lacing)
		if (err != nil) != (c.want == nil) || !slices.Equal(got, c.want) || n != c.head {
			t.Errorf("%s: %v behind %d, %v; want %v behind %d", c.name, got, n, err, c.want, c.head)
		}
	}
}

// TestMetadata: keys differ by more than letter case, nesting shows in them, and two are renamed.
func TestMetadata(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	var m metadata
	m.set("title", text("one"))
	m.add([]simpleTag{
		{name: text("TITLE"), value: text("two"), language: "und"},
		{name: text("ARTIST"), value: text("x"), language: "eng"},
		{name: text("PART_NUMBER"), value: text("3"), language: "und"},
		{name: text("A"), value: text("a"), language: "ger", isDefault: true,
			sub: []simpleTag{{name: text("B"), value: text("b"), language: "und"}}},
		{language: "und", value: text("nameless")},
	}, "")
	want := media.Metadata{"TITLE": "two", "ARTIST-eng": "x", "track": "3", "A": "a", "A/B": "b", "A-ger": "a", "A-ger/B": "b"}
	if len(m.m) != len(want) {
		t.Errorf("got %v", m.m)
	}
	for k, v := range want {
		if m.m[k] != v {
			t.Errorf("%s is %q, want %q", k, m.m[k], v)
		}
	}
	m.set("a", nil)
	if _, ok := m.m["A"]; ok {
		t.Error("no value does not remove a key")
	}
}

func TestFirstElement(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		b    []byte
		id   uint32
		told bool
	}{
		{"single", []byte{0x01, 0x40}, single, true},
		{"pair", []byte{0x21, 0x10}, pair, true},
		{"behind a muxer's name", append(append([]byte{0xDE, 0x02, 0}, "Lavc59"...), make([]byte, 10)...), single, true},
		{"behind a byte of fill", []byte{6<<5 | 1<<1, 0, 1 << 6}, pair, true},
		{"behind data", []byte{4 << 5, 1, 0, 0}, single, true},
		{"fill without an end", []byte{0xDF, 0xFE, 0}, 0, false},
		{"nothing", nil, 0, false},
	}
	for _, c := range cases {
		if id, told := firstElement(c.b); told != c.told || told && id != c.id {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, id, told, c.id, c.told)
		}
	}
}
