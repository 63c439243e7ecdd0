package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/differential"
)

// render writes the document.
func render(ctx context.Context) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprint(&b, head)
	for i, f := range all.Formats {
		d, ok := details[f.Name]
		if !ok {
			return nil, fmt.Errorf("no details of format %q", f.Name)
		}
		d.render(&b, i+1, f)
	}
	limits(&b)
	fields(&b)
	if err := comparison(ctx, &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// detail is what the document says of one format beyond its rules.
type detail struct {
	title, names, specifications string
	read, notRead                []string
	rules                        func() []rule
}

type rule struct{ name, why string }

func (d detail) render(b *bytes.Buffer, n int, f probe.Format) {
	fmt.Fprintf(b, "\n## %s\n\n", d.title)
	fmt.Fprintf(b, "Asked %s. ffprobe's name: `%s`. Usual names: %s. Specifications: %s.\n", ordinal(n), f.Name, d.names, d.specifications)
	list := func(title string, items []string) {
		fmt.Fprintf(b, "\n%s\n\n", title)
		for _, i := range items {
			fmt.Fprintf(b, "- %s\n", i)
		}
	}
	list("What is read:", d.read)
	list("What is not read:", d.notRead)
	fmt.Fprint(b, "\nGate rules. A file that one of them holds for is left to ffprobe:\n\n| rule | why |\n|---|---|\n")
	for _, r := range d.rules() {
		fmt.Fprintf(b, "| `%s` | %s |\n", r.name, r.why)
	}
}

func ordinal(n int) string {
	if words := [...]string{"", "first", "second", "third"}; n < len(words) {
		return words[n]
	}
	return fmt.Sprintf("as number %d", n)
}

func limits(b *bytes.Buffer) {
	l := probe.DefaultLimits
	fmt.Fprintf(b, `
## Limits

One probe reads at most %d MiB in %d reads, looks at no more than %d structures, follows them
%d deep and reports at most %d tracks. What it allocates is bounded by what it reads: no count or
length in a file is believed beyond the bytes that back it.
`, l.MaxBytes>>20, l.MaxReads, l.MaxElements, l.MaxDepth, l.MaxTracks)
}

func comparison(ctx context.Context, b *bytes.Buffer) error {
	samples, err := differential.Samples()
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "%s\n| %s |\n|%s\n", comparisonHead, strings.Join(differential.Heads, " | "), strings.Repeat("---|", len(differential.Heads)))
	p := probe.New(all.Formats...)
	for _, c := range differential.Containers() {
		r, err := differential.Run(ctx, p, c, samples)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(r.Line(), " | "))
	}
	return nil
}
