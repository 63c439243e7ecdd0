package mp4

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// FuzzMP4 feeds the reader files of any content: it must not panic, must give the same answer
// twice, and must not state what contradicts itself.
func FuzzMP4(f *testing.F) {
	for _, c := range hostile() {
		if len(c.file) < 8<<10 {
			f.Add(c.file)
		}
	}
	for _, pattern := range []string{"*.mp4", "*.mov", "*.m4a", "*.3gp"} {
		files, _ := filepath.Glob("../../testdata/generated/files/" + pattern)
		for _, name := range files {
			if b, err := os.ReadFile(name); err == nil && len(b) < 8<<10 {
				f.Add(b)
			}
		}
	}
	limits := probe.Limits{MaxBytes: 8 << 20, MaxReads: 256, MaxElements: 20_000}
	p := probe.New(Format).WithLimits(limits)
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := p.Probe(t.Context(), probe.NewBytes(b))
		again, err2 := p.Probe(t.Context(), probe.NewBytes(b))
		if (err == nil) != (err2 == nil) || !reflect.DeepEqual(info, again) {
			t.Fatalf("two answers: %v, %v", err, err2)
		}
		if rule := probe.RuleOf(err); rule != "" && rules[rule] == "" {
			t.Errorf("rule %q is not in the table", rule)
		}
		if err == nil {
			checkInfo(t, info, b)
		}
	})
}

func checkInfo(t *testing.T, info *media.Info, b []byte) {
	t.Helper()
	if info.Size != int64(len(b)) {
		t.Errorf("size %d of %d", info.Size, len(b))
	}
	for i, track := range info.Tracks {
		if track.Index != i {
			t.Errorf("track %d has index %d", i, track.Index)
		}
		if track.Timebase.Den <= 0 {
			t.Errorf("track %d has timebase %v", i, track.Timebase)
		}
		if (track.Kind == media.KindVideo) != (track.Video != nil) || (track.Kind == media.KindAudio) != (track.Audio != nil) {
			t.Errorf("track %d of kind %q is described as another", i, track.Kind)
		}
	}
}
