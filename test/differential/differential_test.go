package differential

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/ffprobe"
)

// The promises about files nobody tuned for would be lower; these are floors, not forecasts.
const (
	minAnswered = 0.90
	minEqual    = 0.998

	minAnsweredOthers = 0.85 // of containers beyond Headers, all together
	minEqualOthers    = 0.995
	minEqualAuto      = 0.998 // artefacts left out
)

// TestDifferential: our readers answer nearly everything, and what they answer is ffprobe's.
func TestDifferential(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := AllAllowed()
	if err != nil {
		t.Fatal(err)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(Heads, "\t"))
	p := probe.New(all.Formats...)
	others := Report{Container: "all but the first two"}
	for _, container := range Containers() {
		t.Run(strings.Split(container, ",")[0], func(t *testing.T) {
			r, err := Run(t.Context(), p, container, samples)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(table, strings.Join(r.Line(), "\t"))
			for _, f := range r.Settle(allowed, samples) {
				t.Error(f)
			}
			if !slices.Contains(Headers, container) {
				others.Files, others.Answered = others.Files+r.Files, others.Answered+r.Answered
				others.Main.Add(r.Main)
				others.Rest.Add(r.Rest)
				return
			}
			if got := float64(r.Answered) / float64(r.Files); got < minAnswered {
				t.Errorf("%.1f %% of the files answered without ffprobe, want %.1f %%", 100*got, 100*minAnswered)
			}
			if got := float64(r.Main.Equal) / float64(r.Main.Compared); got < minEqual {
				t.Errorf("%.2f %% of the values equal, want %.2f %%", 100*got, 100*minEqual)
			}
		})
	}
	if others.Files > 0 {
		fmt.Fprintln(table, strings.Join(others.Line(), "\t"))
		if got := float64(others.Answered) / float64(others.Files); got < minAnsweredOthers {
			t.Errorf("%.1f %% of the other files answered without ffprobe, want %.1f %%", 100*got, 100*minAnsweredOthers)
		}
		if got := float64(others.Main.Equal) / float64(others.Main.Compared); got < minEqualOthers {
			t.Errorf("%.2f %% of the other values equal, want %.2f %%", 100*got, 100*minEqualOthers)
		}
	}
	if testing.Verbose() {
		_ = table.Flush()
	}
}

// TestAuto: with ffprobe behind our readers, nearly every value of everything that ffprobe can
// read is its own: what we answer, and what of its answer passes through our vocabulary.
func TestAuto(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := AllAllowed()
	if err != nil {
		t.Fatal(err)
	}
	p := probe.New(all.Formats...)
	var total Count
	files, native, artefacts := 0, 0, 0
	for _, s := range samples {
		want, err := Recorded(s.Recorded)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			continue // ffprobe refuses it
		}
		files++
		info, err := Probe(t.Context(), p, s)
		if err == nil {
			native++
		} else {
			recorded, err := os.ReadFile(s.Recorded)
			if err != nil {
				t.Fatal(err)
			}
			if info, err = ffprobe.Decode(recorded); err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
		}
		main, _, diffs := Compare(s.Name, Of(info), want)
		total.Add(main)
		for _, d := range diffs {
			if isMain(d.Key) && allowed.Artefact(s.Name, d.Key) {
				artefacts++
			}
		}
	}
	t.Logf("%d files, %d answered by our readers, %d of %d values equal (%s; %s without %d artefacts)", files, native, total.Equal, total.Compared,
		percent(total.Equal, total.Compared), percent(total.Equal, total.Compared-artefacts), artefacts)
	if got := float64(total.Equal) / float64(total.Compared-artefacts); got < minEqualAuto {
		t.Errorf("%.2f %% of the values equal, want %.2f %%", 100*got, 100*minEqualAuto)
	}
}

// TestRefusals: what ffprobe refuses we refuse, with an error that says whose fault it is; what
// belongs to other formats nobody claims.
func TestRefusals(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := AllAllowed()
	if err != nil {
		t.Fatal(err)
	}
	mine := map[string]bool{}
	for _, c := range Containers() {
		mine[c] = true
	}
	p := probe.New(all.Formats...)
	for _, s := range samples {
		if mine[s.Container] {
			continue
		}
		info, err := Probe(t.Context(), p, s)
		_, known := allowed[[2]string{s.Name, "answer"}]
		var typed *probe.Error
		refused := errors.As(err, &typed) && typed.Kind != probe.IO && typed.Kind != probe.Limit || errors.Is(err, probe.ErrUnknownFormat)
		switch {
		case info == nil && refused && known:
			t.Errorf("%s: allowed to be answered, and is not any more: take the line out of the allow-list", s.Name)
		case info == nil && refused, known:
		default:
			t.Errorf("%s (%s): got %v, %v", s.Name, s.Container, info, err)
		}
		if !s.Fails && !errors.Is(err, probe.ErrUnknownFormat) {
			t.Errorf("%s (%s) is not ours, and was claimed: %v", s.Name, s.Container, err)
		}
	}
}

// TestCorpus: enough files of both families, or the shares above say little.
func TestCorpus(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, s := range samples {
		n[s.Container]++
	}
	if mp4, mkv := n[Headers[0]], n[Headers[1]]; mp4 < 90 || mkv < 60 {
		t.Errorf("%d and %d files, want 90 and 60", mp4, mkv)
	}
}

// TestCompare: the comparison finds what it is there to find.
func TestCompare(t *testing.T) {
	want := Values{"format duration": "1.000000", "stream 0 width": "64", "stream 0 nb_frames": "N/A", "stream 0 tag title": "x", "stream 0 extradata_size": "4"}
	main, rest, diffs := Compare("s", Values{"format duration": "1.000000", "stream 0 width": "65", "stream 0 nb_frames": "0"}, want)
	if main != (Count{2, 1}) || rest != (Count{1, 0}) {
		t.Errorf("counted %+v, %+v", main, rest)
	}
	if len(diffs) != 2 || diffs[0].Key != "stream 0 tag title" || diffs[1] != (Difference{"s", "stream 0 width", "65", "64"}) {
		t.Errorf("found %+v", diffs)
	}
}

// TestAllowed: a line without a reason is refused, and a line that has come true again is noticed.
func TestAllowed(t *testing.T) {
	for _, text := range []string{"a | b", "a | b | ", "a | b | c\na | b | d"} {
		if _, err := ReadAllowed(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	s := samples[len(samples)-1]
	r := &Report{Container: s.Container, Diffs: []Difference{{s.Name, "stream 0 width", "1", "2"}}}
	a := Allowed{{s.Name, "stream 0 width"}: "why", {s.Name, "stream 0 height"}: "why"}
	if f := r.Settle(a, samples); len(f) != 1 || !strings.Contains(f[0], "height: allowed to differ") {
		t.Errorf("got %q", f)
	}
	if f := r.Settle(nil, samples); len(f) != 1 || !strings.Contains(f[0], `got "1", want "2"`) {
		t.Errorf("got %q", f)
	}
}
