package main

import (
	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/app"
)

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the service",
		Long: "Run the service. It prints one line, \"listening on http://HOST:PORT\", once it accepts calls;\n" +
			"logs go to standard error. SIGTERM drains it: running jobs finish, nothing is lost.\n\n" +
			"Settings come from flags, then the environment, then the file of --config, then defaults.",
		Example: "  mediagauge serve\n" +
			"  mediagauge serve --listen 0.0.0.0:8080 --data-dir /var/lib/mediagauge --config /etc/mediagauge.toml\n" +
			"  mediagauge serve --demo",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			return app.Serve(cmd.Context(), s, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	addSettings(cmd)
	return cmd
}
