package engine

import "github.com/mediagauge/mediagauge/probe/ffprobe"

// FFprobe answers with a contained ffprobe.
func FFprobe(p *ffprobe.Prober) Engine { return prober{NameFFprobe, p.Probe} }
