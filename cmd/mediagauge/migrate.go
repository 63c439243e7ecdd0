package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/app"
)

func newMigrate() *cobra.Command {
	cmd := newGroup("migrate", "Look after the schema of the database, move from SQLite to PostgreSQL",
		"Look after the schema of the database, and move from SQLite to PostgreSQL. \"serve\" brings the schema up to date by\n"+
			"itself; nodes of two releases may share a PostgreSQL while one replaces the other.")
	cmd.Example = "  mediagauge migrate status\n  MEDIAGAUGE_DATABASE=postgres://… mediagauge migrate copy --data-dir ./mediagauge-data"
	for _, sub := range []struct {
		use, short, long, example string
		run                       func(context.Context, app.Settings, io.Writer) error
	}{
		{"up", "Bring the schema up to date", "Bring the schema of the database up to date. Programs that do so at one time take turns; each step is one\ntransaction, and no step goes back.",
			"  mediagauge migrate up", app.MigrateUp},
		{"status", "Say how the schema stands", "Say how the schema stands, without changing anything.", "  mediagauge migrate status", app.MigrateStatus},
		{"copy", "Move a data folder's SQLite database into PostgreSQL",
			"Move all that a data folder's SQLite database holds into the empty PostgreSQL database of MEDIAGAUGE_DATABASE.\n" +
				"No server may run on the folder, which stays as it is. Every row is read back and compared; on any difference\nnothing is kept. Jobs that were running are ready again.",
			"  MEDIAGAUGE_DATABASE=postgres://user@db/mediagauge mediagauge migrate copy --data-dir /var/lib/mediagauge", app.MigrateCopy},
	} {
		c := &cobra.Command{Use: sub.use, Short: sub.short, Long: sub.long, Example: sub.example, Args: args(cobra.NoArgs),
			RunE: func(cmd *cobra.Command, _ []string) error {
				s, err := loadSettings(cmd)
				if err != nil {
					return err
				}
				return sub.run(cmd.Context(), s, cmd.OutOrStdout())
			}}
		addSettings(c)
		cmd.AddCommand(c)
	}
	return cmd
}
