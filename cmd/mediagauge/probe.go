package main

import (
	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/app"
)

func newProbe() *cobra.Command {
	var stats bool
	var output string
	cmd := &cobra.Command{
		Use:   "probe FILE|URL|oss://BUCKET/KEY",
		Short: "Describe one file, without a server",
		Long: "Describe one file: a path, an http or https URL, or an object of a bucket from the\n" +
			"configuration file. Prints the MediaInfoProperty object of the API.\n\n" +
			"Exit codes: 0 done, 1 could not be probed, 2 usage.",
		Example: "  mediagauge probe movie.mp4\n" +
			"  mediagauge probe --stats https://example.com/movie.mp4\n" +
			"  mediagauge probe --config mediagauge.toml oss://bucket/path/movie.mp4",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			s, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			if output != "json" && output != "table" {
				return usageError{errOutput(output)}
			}
			answer, err := app.Probe(cmd.Context(), s, a[0])
			if err != nil {
				return err
			}
			if output == "table" {
				return answer.WriteTable(cmd.OutOrStdout(), stats)
			}
			return answer.WriteJSON(cmd.OutOrStdout(), stats)
		},
	}
	cmd.Flags().BoolVar(&stats, "stats", false, "add what the answer cost: engine, requests, bytes, milliseconds")
	cmd.Flags().StringVarP(&output, "output", "o", "json", "json or table")
	addSettings(cmd, "engine", "config", "source-allow", "source-max-bytes", "source-max-requests",
		"ffprobe", "ffprobe-containment", "ffprobe-timeout", "job-timeout", "region")
	return cmd
}
