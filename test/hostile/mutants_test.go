package hostile

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
	"github.com/mediagauge/mediagauge/test/differential"
)

const (
	defaultMutants = 5_000
	maxTime        = time.Second
	maxMemory      = 64 << 20
	maxSeed        = 128 << 10 // larger files say the same more slowly
)

var prober = probe.New(all.Formats...)

// seeds are the samples of our containers that are not large, and where their structures begin.
func seeds(tb testing.TB) *Mutator {
	tb.Helper()
	collected, err1 := testmedia.List()
	generated, err2 := testmedia.Generated()
	if err1 != nil || err2 != nil {
		tb.Fatal(err1, err2)
	}
	ours := differential.Containers()
	m := &Mutator{Seed: number(tb, "MEDIAGAUGE_MUTANT_SEED", 1)}
	only := regexp.MustCompile(os.Getenv("MEDIAGAUGE_MUTANT_CONTAINER")) // ffprobe's name, "^flv$"
	for _, s := range append(collected, generated...) {
		mine := slices.Contains(ours, s.Container)
		if !mine && !s.Fails || !only.MatchString(s.Container) || s.Bytes > maxSeed || s.Bytes == 0 {
			continue
		}
		b, err := os.ReadFile(s.Path)
		if err != nil {
			tb.Fatal(err)
		}
		m.Seeds = append(m.Seeds, b)
		edges := probetest.Structures(b)
		if len(edges) == 0 {
			edges = probetest.Edges(prober, b)
		}
		m.Edges = append(m.Edges, edges)
	}
	return m
}

func number(tb testing.TB, name string, missing uint64) uint64 {
	tb.Helper()
	s := os.Getenv(name)
	if s == "" {
		return missing
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// unmeasured is a source that does not tell its length.
type unmeasured struct{ probe.Source }

func (unmeasured) Size() (int64, bool) { return 0, false }

// TestMutants: damaged files are answered or refused, the same way twice, fast and in little memory.
func TestMutants(t *testing.T) {
	n := int(number(t, "MEDIAGAUGE_MUTANTS", defaultMutants))
	m := seeds(t)
	var answered, refused, panics, slow, large, unsound, unsteady int
	var worst time.Duration
	var most uint64
	for i := range n {
		b := m.Mutant(i)
		o := probetest.ProbeWithin(maxTime, prober, probe.NewBytes(b), probe.Limits{})
		worst, most = max(worst, o.Elapsed), max(most, o.Allocated)
		var wrong []string
		count := func(n *int, bad bool, what string, args ...any) {
			if bad {
				*n++
				wrong = append(wrong, fmt.Sprintf(what, args...))
			}
		}
		count(&panics, o.Panic != nil, "panic: %v\n%s", o.Panic, o.Stack)
		count(&slow, o.Elapsed > maxTime, "took %s", o.Elapsed)
		count(&large, o.Allocated > maxMemory, "allocated %d bytes", o.Allocated)
		u := probetest.ProbeWithin(maxTime, prober, unmeasured{probe.NewBytes(b)}, probe.Limits{})
		count(&panics, u.Panic != nil, "panic when the length is unknown: %v\n%s", u.Panic, u.Stack)
		count(&slow, u.Elapsed > maxTime, "took %s when the length is unknown", u.Elapsed)
		count(&large, u.Allocated > maxMemory, "allocated %d bytes when the length is unknown", u.Allocated)
		err := cmp.Or(o.Sound(), u.Sound())
		count(&unsound, err != nil && o.Panic == nil && u.Panic == nil, "%v", err)
		again := probetest.Probe(prober, probe.NewBytes(b), probe.Limits{})
		count(&unsteady, again.Text() != o.Text(), "another answer the second time:\n%s\n%s", o.Text(), again.Text())
		if o.Err == nil {
			answered++
		} else {
			refused++
		}
		if len(wrong) > 0 {
			t.Errorf("mutant %d of seed %d: %s", i, m.Seed, strings.Join(wrong, "; "))
			keep(t, b, i)
		}
		if t.Failed() && panics+slow+large+unsound+unsteady > 50 {
			t.Fatal("too many to go on")
		}
	}
	t.Logf("%d mutants of %d files: %d answered, %d refused; panics %d, over %s %d (worst %s), over %d MiB %d (most %d KiB), contradictory %d, unsteady %d",
		n, len(m.Seeds), answered, refused, panics, maxTime, slow, worst.Round(time.Millisecond), maxMemory>>20, large, most>>10, unsound, unsteady)
}

// keep writes a mutant where it can be looked at, if that was asked for.
func keep(t *testing.T, b []byte, i int) {
	dir := os.Getenv("MEDIAGAUGE_MUTANT_DIR")
	if dir == "" {
		return
	}
	if err := os.WriteFile(fmt.Sprintf("%s/mutant-%d", dir, i), b, 0o644); err != nil {
		t.Error(err)
	}
}

// TestMutator: the same number gives the same mutant, and others are different.
func TestMutator(t *testing.T) {
	m := &Mutator{Seeds: [][]byte{[]byte(strings.Repeat("abcdefgh", 40)), []byte("xyz")}, Edges: [][]int64{{0, 8, 16}, nil}, Seed: 7}
	seen := map[string]bool{}
	for i := range 500 {
		b := string(m.Mutant(i))
		if b != string(m.Mutant(i)) {
			t.Fatalf("mutant %d changes", i)
		}
		seen[b] = true
	}
	if len(seen) < 300 {
		t.Errorf("only %d different mutants", len(seen))
	}
	if string(m.Seeds[1]) != "xyz" {
		t.Error("a seed was changed")
	}
}
