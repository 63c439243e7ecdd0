package worker

import (
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// Config sets how many jobs run at once and what each may take. Zero fields get the default.
type Config struct {
	Workers    int           // jobs at once; default 2 × CPU
	JobTimeout time.Duration // from claim to answer; default 120 s
	Grace      time.Duration // for running jobs once Run's context has ended; default 15 s
	Limits     probe.Limits  // of one job; zero fields get the probe's own defaults
	Known      *Known        // answers that are given again for objects that did not change; nil keeps none
	Log        *slog.Logger  // default discards
}

// DefaultConfig returns the settings of a server nobody configured.
func DefaultConfig() Config {
	return Config{
		Workers:    2 * runtime.GOMAXPROCS(0),
		JobTimeout: 120 * time.Second,
		Grace:      15 * time.Second,
		Log:        slog.New(slog.DiscardHandler),
	}
}

// Validate says what is wrong with c.
func (c Config) Validate() error {
	switch {
	case c.Workers < 0:
		return fmt.Errorf("worker: %d workers", c.Workers)
	case c.JobTimeout < 0, c.Grace < 0:
		return fmt.Errorf("worker: a duration is negative")
	}
	return nil
}

func (c Config) withDefaults() Config {
	d := DefaultConfig()
	if c.Workers == 0 {
		c.Workers = d.Workers
	}
	if c.JobTimeout == 0 {
		c.JobTimeout = d.JobTimeout
	}
	if c.Grace == 0 {
		c.Grace = d.Grace
	}
	if c.Log == nil {
		c.Log = d.Log
	}
	return c
}
