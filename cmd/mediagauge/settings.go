package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mediagauge/mediagauge/internal/app"
)

// addSettings offers the named settings as flags; no name means all of them. Secrets are
// never flags: other users of the machine can read a command line.
func addSettings(cmd *cobra.Command, names ...string) {
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
	}
	for _, s := range app.Table {
		if s.Secret || len(want) > 0 && !want[s.Name] {
			continue
		}
		doc := s.Doc + " [" + s.Env() + "]"
		if s.Name == "demo" || s.Default == "true" || s.Default == "false" {
			cmd.Flags().Bool(s.Name, s.Default == "true", doc)
		} else {
			cmd.Flags().String(s.Name, s.Default, doc)
		}
	}
}

// loadSettings merges defaults, file, environment and the flags that were given.
func loadSettings(cmd *cobra.Command) (app.Settings, error) {
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	s, err := app.Load(app.Source{Flags: given, Getenv: os.LookupEnv})
	if err != nil {
		return s, usageError{err}
	}
	return s, nil
}
