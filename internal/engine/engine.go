// Package engine decides who answers a probe: our own readers first, ffprobe second.
package engine

import (
	"context"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The names of the engines, as results carry them.
const (
	NameNative  = "native"
	NameFFprobe = "ffprobe"
)

// Engine describes what a Reader reads. Implementations are safe for concurrent use, read
// only through the Reader, and return an *probe.Error or an error wrapping
// probe.ErrUnknownFormat when they cannot answer.
type Engine interface {
	Probe(ctx context.Context, r *probe.Reader) (Answer, error)
}

// Answer is what an engine found.
type Answer struct {
	Info     *media.Info
	Engine   string   // NameNative or NameFFprobe
	Warnings []string // damage met, and why another engine passed
}
