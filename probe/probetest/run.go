package probetest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// Bounds of one probe. Allocation is bounded by what was read, so that no number in a file can
// make a reader take more.
const (
	maxTime       = time.Second
	baseMemory    = 8 << 20
	memoryPerByte = 4
)

// Reporter is what the checks need of a *testing.T.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// Run holds f to the golden files of dir, and with each sample to the matrix of sources and to
// the sweep of cuts.
func Run(t *testing.T, f probe.Format, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.golden"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no golden files in %s (%v)", dir, err)
	}
	p := probe.New(f)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".golden"), func(t *testing.T) {
			g, err := readGolden(name)
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(g.sample)
			if err != nil {
				t.Fatal(err)
			}
			known := Probe(p, &script{data: data}, probe.Limits{})
			unknown := Probe(p, &script{data: data, unknown: true}, probe.Limits{})
			for _, o := range []Outcome{known, unknown} {
				if err := o.Sound(); err != nil {
					t.Fatal(err)
				}
			}
			g.hold(t, known, unknown)
			matrix(t, p, data, known, unknown)
			limits(t, p, data, known)
			sweep(t, p, data)
		})
	}
}

// matrix asks sources of other habits, and one that fails at each read in turn.
func matrix(t Reporter, p *probe.Prober, data []byte, known, unknown Outcome) {
	t.Helper()
	for _, want := range []struct {
		unknown bool
		Outcome
	}{{false, known}, {true, unknown}} {
		got := Probe(p, &script{data: data, unknown: want.unknown, eager: true}, probe.Limits{})
		if got.Text() != want.Text() {
			t.Errorf("the end with the last bytes (length unknown: %v) changes the answer to\n%s", want.unknown, got.Text())
		}
		for n := 1; n <= want.Cost.Requests; n++ {
			src := &script{data: data, unknown: want.unknown, failRead: n}
			got := Probe(p, src, probe.Limits{})
			if !src.exhausted {
				break
			}
			clean := got.Info == nil && errors.Is(got.Err, probe.IO) && errors.Is(got.Err, errTransient)
			if got.Panic != nil || !clean && got.Text() != want.Text() {
				t.Errorf("an error at read %d (length unknown: %v) gives\n%s", n, want.unknown, got.Text())
			}
		}
	}
}

// limits gives exactly what reading takes, then one less.
func limits(t Reporter, p *probe.Prober, data []byte, known Outcome) {
	t.Helper()
	cases := []struct {
		name string
		l    probe.Limits
		ok   bool
	}{
		{"the bytes it takes", probe.Limits{MaxBytes: known.Cost.Bytes}, true},
		{"one byte less", probe.Limits{MaxBytes: known.Cost.Bytes - 1}, false},
		{"the reads it takes", probe.Limits{MaxReads: known.Cost.Requests}, true},
		{"one read less", probe.Limits{MaxReads: known.Cost.Requests - 1}, false},
	}
	for _, c := range cases {
		if c.l == (probe.Limits{}) {
			continue // nothing less can be asked for
		}
		got := Probe(p, &script{data: data}, c.l)
		if c.ok && got.Text() != known.Text() {
			t.Errorf("%s: got\n%s", c.name, got.Text())
		}
		if !c.ok && (got.Info != nil || !errors.Is(got.Err, probe.Limit)) {
			t.Errorf("%s: got %v, want a limit error", c.name, got.Text())
		}
	}
}
