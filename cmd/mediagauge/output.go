package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"
)

// output is the -o flag of a command: how it prints what it found.
type output struct {
	form  string
	forms []string
}

// addFlag adds -o. The first form is the default.
func (o *output) addFlag(cmd *cobra.Command, forms ...string) {
	o.forms = forms
	cmd.Flags().StringVarP(&o.form, "output", "o", forms[0], "form of the output: "+strings.Join(forms, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp)) // fails only for an unknown flag
}

func (o *output) check() error {
	if !slices.Contains(o.forms, o.form) {
		return usageErrorf("output %q: want one of %s", o.form, strings.Join(o.forms, ", "))
	}
	return nil
}

// newGroup makes a command that only holds others.
func newGroup(use, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageErrorf("unknown command %q; see \"%s --help\"", args[0], cmd.CommandPath())
			}
			return cmd.Help()
		},
	}
}

// printJSON prints a reply as the server sent it: byte for byte on one line when a program
// reads, indented when a person does.
func printJSON(m *machine, w io.Writer, reply json.RawMessage) error {
	var out bytes.Buffer
	if !m.isTerminal(w) || json.Indent(&out, reply, "", "  ") != nil {
		out.Reset()
		out.Write(reply)
	}
	out.WriteByte('\n')
	_, err := w.Write(out.Bytes())
	return err
}

// newTable aligns cells, which end with tabs. The caller flushes.
func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// row prints the cells of one line of a table, made safe for a terminal.
func row(w io.Writer, cells ...string) {
	for i, cell := range cells {
		cells[i] = safe(cell)
	}
	_, _ = fmt.Fprintln(w, strings.TrimRight(strings.Join(cells, "\t"), "\t")) // tabwriter tells on Flush
}

// safe keeps text from elsewhere from steering the terminal: what cannot be seen becomes "?".
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) {
			return r
		}
		return '?'
	}, s)
}

// shortMedia is an address without its query, which in a signed URL is a secret.
func shortMedia(s string) string {
	if address, _, ok := strings.Cut(s, "?"); ok {
		return address + "?…"
	}
	return s
}

// humanSize spells a wire byte count: 31.0 KiB. What is not a number stays as it is.
func humanSize(s string) string {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return s
	}
	if n < 1024 {
		return s + " B"
	}
	f, unit := float64(n)/1024, 0
	for f >= 1023.95 && unit < 4 { // would print as 1024.0
		f, unit = f/1024, unit+1
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGTP"[unit])
}

// humanSeconds spells wire seconds: 403.039999 becomes 6m43s.
func humanSeconds(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > 1e9 {
		return s
	}
	if f < 59.995 {
		return strconv.FormatFloat(f, 'f', 2, 64) + "s"
	}
	return time.Duration(f * float64(time.Second)).Round(time.Second).String()
}

// humanElapsed spells how long a command has been running.
func humanElapsed(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// count spells a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
