package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// usageError is a mistake in the words of the call. Exit code 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }
func (e usageError) ExitCode() int { return 2 }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "mediagauge",
		Short: "Media facts as a service: what ffprobe would say, through the API your cloud SDK already speaks",
		Long: "mediagauge tells the container, video and audio facts of media files.\n\n" +
			"Start a server with \"mediagauge serve\" and point any client of Alibaba Cloud ICE at it,\n" +
			"or describe one file at once with \"mediagauge probe FILE\".",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs, // else cobra refuses an unknown command itself, not as usage
		RunE: func(cmd *cobra.Command, words []string) error {
			if len(words) > 0 {
				return usageErrorf("unknown command %q; see \"%s --help\"", words[0], cmd.CommandPath())
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newServe(), newProbe(), newJob(), newPipeline(), newCallback(), newAsset(), newStorage(), newKey(), newUser(), newPolicy(), newRole(), newAccount(), newNode(), newMigrate(), newLoadTest(), newDoctor(), newVersion())
	return root
}

// args turns a cobra argument check into a usage error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, a []string) error {
		if err := check(cmd, a); err != nil {
			return usageError{errors.New(err.Error() + "; see \"" + cmd.CommandPath() + " --help\"")}
		}
		return nil
	}
}
