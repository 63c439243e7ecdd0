package main

import (
	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/app"
)

func newDoctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check that this machine can run the service well",
		Long: "Check the settings, the data folder, the database's durability, ffprobe and how well it\n" +
			"can be contained, and whether a server already answers at --listen.\n\n" +
			"Exit codes: 0 all well (warnings allowed), 1 something would not work, 2 usage.",
		Example: "  mediagauge doctor\n  mediagauge doctor --data-dir /var/lib/mediagauge",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			return app.Doctor(cmd.Context(), s, cmd.OutOrStdout())
		},
	}
	addSettings(cmd)
	return cmd
}
