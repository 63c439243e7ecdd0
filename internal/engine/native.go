package engine

import (
	"context"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// prober is what both engines are made of: probe.Prober (ProbeReader) and ffprobe.Prober (Probe).
type prober struct {
	name  string
	probe func(context.Context, *probe.Reader) (*media.Info, error)
}

// Native answers with our own readers.
func Native(p *probe.Prober) Engine { return prober{NameNative, p.ProbeReader} }

// Probe implements Engine.
func (p prober) Probe(ctx context.Context, r *probe.Reader) (Answer, error) {
	info, err := p.probe(ctx, r)
	if err != nil {
		return Answer{Engine: p.name}, err
	}
	answer := Answer{Info: info, Engine: p.name}
	for _, w := range info.Warnings {
		answer.Warnings = append(answer.Warnings, w.Message)
	}
	return answer, nil
}
