package differential

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Report is what the samples of one container gave.
type Report struct {
	Container string
	Files     int            // that ffprobe reads
	Answered  int            // by our own readers
	Refused   map[string]int // by gate rule
	Main      Count
	Rest      Count
	Damaged   int // files that ffprobe refuses, and so do we
	Diffs     []Difference
}

// Headers are the containers whose headers say nearly everything, as ffprobe names them. They
// are held to higher shares than the others.
var Headers = []string{"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}

// Containers are the containers with readers of our own, as ffprobe names them, in the order in
// which they are asked.
func Containers() []string {
	var names []string
	for _, f := range all.Formats {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// Samples returns all samples, real and generated.
func Samples() ([]testmedia.Sample, error) {
	collected, err := testmedia.List()
	generated, err2 := testmedia.Generated()
	playlists, err3 := testmedia.Playlists()
	all := slices.Concat(collected, generated, playlists)
	for i := range all {
		if s := &all[i]; s.Container == "image2" { // a picture known by its file name
			want, err := Recorded(s.Recorded)
			if err != nil {
				return nil, err
			}
			s.Container = want["format format_name"]
		}
	}
	return all, errors.Join(err, err2, err3)
}

// Run asks p for every sample of container and compares what it says with what ffprobe said.
func Run(ctx context.Context, p *probe.Prober, container string, samples []testmedia.Sample) (*Report, error) {
	r := &Report{Container: container, Refused: map[string]int{}}
	for _, s := range samples {
		if s.Container != container {
			continue
		}
		want, err := Recorded(s.Recorded)
		if err != nil {
			return nil, err
		}
		src, err := source.File(s.Path) // which can open what a playlist names
		if err != nil {
			return nil, err
		}
		r.add(ctx, p, s.Name, src, want)
		if err := src.Close(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Probe asks p for a sample, which may name files beside it.
func Probe(ctx context.Context, p *probe.Prober, s testmedia.Sample) (*media.Info, error) {
	src, err := source.File(s.Path)
	if err != nil {
		return nil, err
	}
	info, err := p.Probe(ctx, src)
	return info, errors.Join(err, src.Close())
}

// fallback stands for ffprobe behind the engine auto.
type fallback struct{}

func (fallback) Probe(context.Context, *probe.Reader) (engine.Answer, error) {
	return engine.Answer{Info: &media.Info{}, Engine: engine.NameFFprobe}, nil
}

// add asks for one file the way the service does: the engine auto, with another engine to fall
// back on.
func (r *Report) add(ctx context.Context, p *probe.Prober, name string, src probe.Source, want Values) {
	r.Files++
	answer, err := engine.Auto(engine.Native(p), fallback{}).Probe(ctx, probe.NewReader(ctx, src, probe.Limits{}))
	if err == nil && answer.Engine == engine.NameNative {
		r.Answered++
		main, rest, diffs := Compare(name, Of(answer.Info), want)
		r.Main.Add(main)
		r.Rest.Add(rest)
		r.Diffs = append(r.Diffs, diffs...)
		return
	}
	_, err = p.Probe(ctx, src)
	rule := probe.RuleOf(err)
	if rule == "" {
		r.Diffs = append(r.Diffs, Difference{name, "answer", fmt.Sprint(err), "an answer, or a refusal by a rule"})
		rule = "(no rule)"
	} else if !slices.Contains(Headers, r.Container) {
		r.Diffs = append(r.Diffs, Difference{name, "refused by " + rule, fmt.Sprint(err), "an answer, or a line in the allow-list"})
	}
	r.Refused[rule]++
}

// Settle takes the differences that a allows out of r and returns the others, with a line for
// each line of a about r's samples that is no longer true.
func (r *Report) Settle(a Allowed, samples []testmedia.Sample) (failures []string) {
	seen := map[[2]string]bool{}
	for _, d := range r.Diffs {
		key := [2]string{d.Sample, d.Key}
		if seen[key] = true; a[key] == "" {
			failures = append(failures, fmt.Sprintf("%s: %s: got %q, want %q", d.Sample, d.Key, d.Got, d.Want))
		}
	}
	for _, s := range samples {
		for key := range a {
			if key[0] == s.Name && s.Container == r.Container && !seen[key] {
				failures = append(failures, fmt.Sprintf("%s: %s: allowed to differ, and does not any more: take the line out of the allow-list", key[0], key[1]))
			}
		}
	}
	return failures
}

// Line spells r as one row of the table.
func (r *Report) Line() []string {
	return []string{
		r.Container, fmt.Sprint(r.Files), fmt.Sprintf("%d (%s)", r.Answered, percent(r.Answered, r.Files)), r.rules(),
		fmt.Sprintf("%d of %d (%s)", r.Main.Equal, r.Main.Compared, percent(r.Main.Equal, r.Main.Compared)),
		fmt.Sprintf("%d of %d (%s)", r.Rest.Equal, r.Rest.Compared, percent(r.Rest.Equal, r.Rest.Compared)),
	}
}

// Heads are the heads of the table's columns.
var Heads = []string{"container", "files", "answered", "refused by rule", "values equal", "further values equal"}

func (r *Report) rules() string {
	var out []string
	for rule, n := range r.Refused {
		out = append(out, fmt.Sprintf("%s %d", rule, n))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func percent(n, of int) string {
	if of == 0 {
		return "none"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(n)/float64(of))
}
