package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// plain is a command that makes one call and prints what came of it.
type plain struct {
	use, short, long, example string

	version, action string
	positional      []string          // parameters of the arguments in their order; "@name" reads the file that is named
	optional        bool              // the arguments may be left out
	fixed           map[string]string // parameters that are always sent
	flags           []plainFlag

	// done is printed when the call succeeded; else table prints the reply.
	done  func(args []string) string
	table func(t *tabwriter.Writer, reply json.RawMessage) error
}

// plainFlag is a flag that becomes a parameter.
type plainFlag struct {
	name, param, standard, usage string

	file bool // its value names the file that holds the parameter
}

const mostFile = 64 << 10 // bytes of a document

func (p *plain) command(conn *connection) *cobra.Command {
	var out output
	values := make([]string, len(p.flags))
	check := cobra.ExactArgs(len(p.positional))
	if p.optional {
		check = cobra.MaximumNArgs(len(p.positional))
	}
	cmd := &cobra.Command{Use: p.use, Short: p.short, Long: p.long, Example: p.example, Args: args(check),
		RunE: func(cmd *cobra.Command, given []string) error {
			if err := out.check(); err != nil {
				return err
			}
			params, err := p.params(cmd, given, values)
			if err != nil {
				return err
			}
			var reply json.RawMessage
			if err := conn.call(cmd, p.version, p.action, params, &reply); err != nil {
				return err
			}
			if out.form == "json" {
				return printJSON(conn.m, cmd.OutOrStdout(), reply)
			}
			if p.done != nil {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), safe(p.done(given)))
				return err
			}
			t := newTable(cmd.OutOrStdout())
			if err := p.table(t, reply); err != nil {
				return fmt.Errorf("reply: %w", err)
			}
			return t.Flush()
		}}
	for i, f := range p.flags {
		cmd.Flags().StringVar(&values[i], f.name, f.standard, f.usage)
	}
	if p.done != nil {
		out.addFlag(cmd, "text", "json")
	} else {
		out.addFlag(cmd, "table", "json")
	}
	return cmd
}

// params puts together what is sent. A flag that was not given and has no standard is not sent.
func (p *plain) params(cmd *cobra.Command, given, values []string) (map[string]string, error) {
	params := map[string]string{}
	maps.Copy(params, p.fixed)
	for i, value := range given {
		name := p.positional[i]
		if name[0] == '@' {
			text, err := readDocument(cmd, value)
			if err != nil {
				return nil, err
			}
			name, value = name[1:], text
		}
		params[name] = value
	}
	for i, f := range p.flags {
		value := values[i]
		if f.file && value != "" {
			text, err := readDocument(cmd, value)
			if err != nil {
				return nil, err
			}
			value = text
		}
		if value != "" {
			params[f.param] = value
		}
	}
	return params, nil
}

// readDocument reads a file whole, without the end of its last line; "-" is standard input.
func readDocument(cmd *cobra.Command, name string) (string, error) {
	r := cmd.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", usageError{err}
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, mostFile+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > mostFile {
		return "", usageErrorf("%s: longer than %d bytes", name, mostFile)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// tableOf adapts a printer of a reply's type.
func tableOf[T any](print func(t *tabwriter.Writer, reply *T)) func(*tabwriter.Writer, json.RawMessage) error {
	return func(t *tabwriter.Writer, raw json.RawMessage) error {
		var reply T
		if err := json.Unmarshal(raw, &reply); err != nil {
			return err
		}
		print(t, &reply)
		return nil
	}
}

// doneWith prints a word and the first argument.
func doneWith(word string) func([]string) string {
	return func(args []string) string { return word + " " + args[0] }
}

// group makes a command of plain ones.
func group(m *machine, use, short, long, example string, all []plain, more ...func(*connection) *cobra.Command) *cobra.Command {
	cmd := newGroup(use, short, long)
	cmd.Example = example
	conn := &connection{m: m}
	conn.addFlags(cmd)
	for i := range all {
		cmd.AddCommand(all[i].command(conn))
	}
	for _, f := range more {
		cmd.AddCommand(f(conn))
	}
	return cmd
}
