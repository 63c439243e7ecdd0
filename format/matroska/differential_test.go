package matroska_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/matroska"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/probe"
)

// minAnswered is the share of the samples that must be answered, not refused.
const minAnswered = 0.9

// sample is a file with what ffprobe says of it; no recording means that ffprobe refuses it.
type sample struct {
	name string
	data []byte
	want *recorded
}

// samples are the shared files of this format, real and generated.
func samples(t testing.TB) []sample {
	t.Helper()
	var list []sample
	add := func(path, recording string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if matroska.Format.Sniff(data[:min(len(data), 4096)]) != nil {
			return
		}
		b, err := os.ReadFile(recording)
		if err != nil {
			t.Fatal(err)
		}
		want, err := decode(b)
		if err != nil {
			t.Fatalf("%s: %v", recording, err)
		}
		list = append(list, sample{filepath.Base(path), data, want})
	}
	shared, err := testmedia.List()
	if err != nil {
		t.Fatal(err)
	}
	generated, err := testmedia.Generated()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(shared, generated...) {
		add(s.Path, s.Recorded)
	}
	return list
}

// TestDifferential: what is answered is what ffprobe recorded, every value of it.
func TestDifferential(t *testing.T) {
	rules := map[string]int{}
	answered, total := 0, 0
	for _, s := range samples(t) {
		info, cost, err := run(t.Context(), s.data)
		switch {
		case s.want == nil && err == nil:
			t.Errorf("%s: answered, ffprobe refuses it", s.name)
		case s.want == nil:
			t.Logf("%s: %v, as ffprobe", s.name, err)
		case err != nil:
			total++
			rules[probe.RuleOf(err)]++
			t.Logf("%s: %v", s.name, err)
		default:
			total++
			answered++
			if d := differences(factsOf(info), s.want.facts()); len(d) > 0 {
				t.Errorf("%s, %d reads, %d bytes:\n\t%s", s.name, cost.Requests, cost.Bytes, strings.Join(d, "\n\t"))
			}
		}
	}
	t.Logf("%d of %d answered, refused by %v", answered, total, rules)
	if float64(answered) < minAnswered*float64(total) {
		t.Errorf("only %d of %d answered", answered, total)
	}
}
