package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

func newJobWait(conn *connection) *cobra.Command {
	var out output
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "wait ID...",
		Short: "Wait until jobs have ended",
		Long: "Wait until the jobs have ended. Prints one line for each as it ends; on a terminal a\n" +
			"progress line instead, and lines only for what failed. \"-\" reads ids from standard\n" +
			"input, one on a line.\n\n" +
			"Exit codes: 0 all succeeded, 1 some failed or do not exist, 2 usage, 3 --timeout passed,\n" +
			"130 interrupted. Jobs that had not ended when --timeout passed are listed as Init.",
		Example: "  mediagauge job wait 0197f3b2c4d87a1e9b2c3d4e5f607182\n" +
			"  find-my-urls | mediagauge job submit - | mediagauge job wait --timeout 10m -",
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := out.check(); err != nil {
				return err
			}
			if timeout < 0 {
				return usageErrorf("timeout %s: want a positive time", timeout)
			}
			ids, err := readIDs(words, cmd.InOrStdin())
			if err != nil {
				return err
			}
			cl, err := conn.dial(cmd)
			if err != nil {
				return err
			}
			defer cl.Close()
			w := &waiting{m: conn.m, cl: cl, timeout: timeout, json: out.form == "json"}
			return interrupted(w.run(cmd, ids))
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "longest time to wait, such as 90s or 10m; 0 for as long as it takes")
	out.addFlag(cmd, "text", "json")
	return cmd
}

// readIDs takes ids from the command line and, for "-", from r; each once.
func readIDs(words []string, r io.Reader) ([]string, error) {
	if len(words) == 0 {
		return nil, usageErrorf("nothing to wait for: give job ids, or \"-\"")
	}
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, word := range words {
		if word != "-" {
			add(word)
			continue
		}
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			add(strings.TrimSpace(lines.Text()))
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
	}
	return ids, nil
}

// errTimedOut ends the context of a wait whose --timeout passed.
var errTimedOut = errors.New("time is out")

// waiting waits for jobs and tells how they ended.
type waiting struct {
	m       *machine
	cl      *client.Client
	timeout time.Duration // 0 = none
	json    bool

	cmd    *cobra.Command
	bar    *progress
	quiet  bool // lines for what failed alone
	open   map[string]bool
	failed int
	broken error // of standard output
}

// run waits for ids. Its error says how many failed, or did not end in time.
func (w *waiting) run(cmd *cobra.Command, ids []string) error {
	stdout, stderr := cmd.OutOrStdout(), cmd.ErrOrStderr()
	w.cmd, w.quiet = cmd, !w.json && w.m.isTerminal(stdout) && w.m.isTerminal(stderr)
	w.open = make(map[string]bool, len(ids))
	for _, id := range ids {
		w.open[id] = true
	}
	ctx := cmd.Context()
	if w.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.timeout, errTimedOut)
		defer cancel()
	}
	began := w.m.now()
	w.bar = newProgress(w.m, stderr, len(ids))
	err := (&watch{m: w.m, cl: w.cl, report: w.report}).run(ctx, ids)
	w.bar.close()

	if errors.Is(err, errTimedOut) {
		return w.timedOut(ids)
	}
	if err = errors.Join(w.broken, err); err != nil {
		return err
	}
	if w.failed > 0 {
		return exitErrorf(exitFailed, "%d of %s failed", w.failed, count(len(ids), "job"))
	}
	if w.bar != nil {
		_, _ = fmt.Fprintf(stderr, "%s succeeded in %s\n", count(len(ids), "job"), humanElapsed(w.m.now().Sub(began)))
	}
	return nil
}

func (w *waiting) timedOut(ids []string) error {
	if !w.json {
		for _, id := range ids {
			if w.open[id] {
				_, _ = fmt.Fprintf(w.cmd.OutOrStdout(), "%s  %s\n", safe(id), ims.StatusInit) // already failing
			}
		}
	}
	also := ""
	if w.failed > 0 {
		also = fmt.Sprintf(", %d failed", w.failed)
	}
	return exitErrorf(exitTimeout, "%d of %s not ended after %s%s", len(w.open), count(len(ids), "job"), w.timeout, also)
}

// report is called once for each id, by one goroutine at a time.
func (w *waiting) report(o outcome) {
	delete(w.open, o.id)
	failed := o.err != nil || o.job.Status == ims.StatusFail
	if failed {
		w.failed++
	}
	if w.quiet && !failed {
		w.bar.step(false, nil)
		return
	}
	w.bar.step(failed, func() {
		var err error
		switch {
		case o.err != nil:
			_, _ = fmt.Fprintf(w.cmd.ErrOrStderr(), "mediagauge: %s: %v\n", safe(o.id), o.err)
		case w.json:
			err = printJSON(w.m, w.cmd.OutOrStdout(), o.raw)
		default:
			err = printEnded(w.cmd.OutOrStdout(), &o.job)
		}
		if err != nil && w.broken == nil {
			w.broken = err
		}
	})
}

// printEnded tells on one line how a job stands.
func printEnded(w io.Writer, j *ims.MediaInfoJob) error {
	line := fmt.Sprintf("%s  %-7s", j.JobId, j.Status)
	if s := summary(j); s != "" {
		line += "  " + s
	}
	_, err := fmt.Fprintln(w, safe(strings.TrimRight(line+"  "+shortMedia(j.Input.Media), " ")))
	return err
}

// outcome is how one job ended, or why that cannot be known.
type outcome struct {
	id  string
	raw json.RawMessage // as the server sent it
	job ims.MediaInfoJob
	err error
}
