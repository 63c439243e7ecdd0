package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The families with readers of our own, as ffprobe names them, and the share of their files that
// ffprobe need not be asked for.
var nativeFamilies = []string{"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}

const minNativeShare = 0.90

// spy remembers the last failure of the engine it stands before.
type spy struct {
	engine.Engine
	err error
}

func (s *spy) Probe(ctx context.Context, r *probe.Reader) (engine.Answer, error) {
	answer, err := s.Engine.Probe(ctx, r)
	s.err = err
	return answer, err
}

// asked stands for ffprobe.
type asked struct{}

func (asked) Probe(context.Context, *probe.Reader) (engine.Answer, error) {
	return engine.Answer{Info: &media.Info{}, Engine: engine.NameFFprobe}, nil
}

// TestNativeShare: in "auto", with the readers that the service has, few files of our families
// are left to ffprobe, and each by a rule that has a name, or for damage.
func TestNativeShare(t *testing.T) {
	t.Parallel()
	samples, err := testmedia.List()
	if err != nil {
		t.Fatal(err)
	}
	generated, err := testmedia.Generated()
	if err != nil {
		t.Fatal(err)
	}
	native := &spy{Engine: engine.Native(probe.New(formats...))}
	auto := engine.Auto(native, asked{})
	for _, family := range nativeFamilies {
		files, answered, rules := 0, 0, map[string]int{}
		for _, s := range slices.Concat(samples, generated) {
			if s.Container != family {
				continue
			}
			b, err := os.ReadFile(s.Path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := auto.Probe(t.Context(), probe.NewReader(t.Context(), probe.NewBytes(b), probe.Limits{}))
			if err != nil {
				t.Errorf("%s: %v", s.Name, err)
				continue
			}
			files++
			if got.Engine == engine.NameNative {
				answered++
				continue
			}
			rule := probe.RuleOf(native.err)
			if rule == "" && errors.Is(native.err, probe.Unsupported) {
				t.Errorf("%s is refused by a rule without a name: %v", s.Name, native.err)
			}
			rules[cmp.Or(rule, "damaged")]++
		}
		share := float64(answered) / float64(files)
		t.Logf("%s: %d files, %d answered natively (%.1f %%), left to ffprobe: %s", family, files, answered, 100*share, counts(rules))
		if share < minNativeShare {
			t.Errorf("%s: %.1f %% answered natively, want %.0f %%", family, 100*share, 100*minNativeShare)
		}
	}
}

// counts prints "a 2, b 1" in the order of the names.
func counts(m map[string]int) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(list, ", ")
}
