package mp4

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// TestCorpusDev compares with ffprobe over a folder named in the environment, for development.
func TestCorpusDev(t *testing.T) {
	dir := os.Getenv("MP4_CORPUS")
	if dir == "" {
		t.Skip("MP4_CORPUS is not set")
	}
	only := os.Getenv("MP4_ONLY")
	files, _ := filepath.Glob(filepath.Join(dir, "files", "*"))
	counts := map[string]int{}
	for _, file := range files {
		name := filepath.Base(file)
		if only != "" {
			if ok, _ := filepath.Match(only, name); !ok {
				continue
			}
		}
		js, err := os.ReadFile(filepath.Join(dir, "ffprobe", name+".json"))
		if err != nil {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		head := b[:min(len(b), 4096)]
		var want facts
		if len(js) > 20 {
			want = recorded(t, js)
		}
		mine := want["format_name"] == formatName
		if err := sniff(head); err != nil {
			if mine {
				t.Errorf("%s: not sniffed: %v", name, err)
			}
			continue
		}
		info, err := probe.New(Format).Probe(t.Context(), probe.NewBytes(b))
		if err != nil {
			counts["refused"]++
			counts["rule "+probe.RuleOf(err)]++
			if !mine {
				t.Logf("ok   %s: ffprobe fails/other; %v", name, err)
			} else {
				t.Logf("REF  %s: %v", name, err)
			}
			continue
		}
		if !mine {
			t.Errorf("%s: ffprobe does not read it, we do", name)
			continue
		}
		d := differences(want, answered(info))
		if len(d) == 0 {
			counts["equal"]++
			continue
		}
		counts["different"]++
		for _, s := range d {
			t.Errorf("%s: %s", name, s)
		}
	}
	t.Logf("%v", counts)
}
