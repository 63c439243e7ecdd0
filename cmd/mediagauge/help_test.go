package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelp: each command says what it is for, with an example that is true to it, and each flag
// says what it does.
func TestHelp(t *testing.T) {
	t.Parallel()
	root := &cobra.Command{Use: "mediagauge"}
	root.AddCommand(newJob(), newPipeline(), newKey(), newCallback(), newAsset(), newStorage(), newUser(), newPolicy(), newRole(), newAccount(), newNode(), newMigrate(), newLoadTest())
	var walk func(cmd *cobra.Command)
	seen := 0
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			seen++
			if sub.Short == "" || !strings.Contains(sub.Example, "mediagauge "+strings.Fields(strings.TrimPrefix(sub.CommandPath(), "mediagauge "))[0]) {
				t.Errorf("%s: no help or no example", sub.CommandPath())
			}
			if !sub.HasSubCommands() && !strings.Contains(sub.Example, sub.CommandPath()) {
				t.Errorf("%s: the example shows another command:\n%s", sub.CommandPath(), sub.Example)
			}
			sub.Flags().VisitAll(func(f *pflag.Flag) {
				if f.Usage == "" {
					t.Errorf("%s --%s: no help", sub.CommandPath(), f.Name)
				}
			})
			walk(sub)
		}
	}
	walk(root)
	if seen != 13+5+7+5+5+5+5+6+5+8+3+1+3 {
		t.Errorf("%d commands", seen)
	}
}

// TestGroups: a group alone explains itself, and does not swallow a misspelling.
func TestGroups(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"job", "pipeline", "key", "callback", "asset", "storage", "user", "policy", "role", "account", "node"} {
		b := newBench(t, nil)
		if got := b.run(t, group); got.err != nil || !strings.Contains(got.stdout, "Available Commands:") {
			t.Errorf("%s: %s", group, got)
		}
		b = newBench(t, nil)
		if got := b.run(t, group, "lsit"); got.code() != 2 || !strings.Contains(got.err.Error(), `unknown command "lsit"`) {
			t.Errorf("%s lsit: %s", group, got)
		}
	}
}
