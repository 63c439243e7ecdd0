package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// submitTally prints and counts what came of the inputs.
type submitTally struct {
	*jobSubmit
	cmd    *cobra.Command
	single bool // there is one input: its error needs no count

	accepted, refused int
	failed, open      int      // of --sync
	ids               []string // to be waited for
	refusal           error    // the last
	stopped           error    // why the rest is not submitted
}

// add takes the next result.
func (t *submitTally) add(r submitted) {
	switch {
	case r.err == nil:
		t.accepted++
		if err := t.print(r); err != nil {
			t.stop(err)
		}
	case concernsAll(r.err):
		t.refused++
		t.stop(r.err)
	default:
		t.refused++
		t.refusal = r.err
		if !t.single {
			t.complain(fmt.Errorf("%s: %w", safe(shortMedia(r.input.Media)), r.err))
		}
	}
}

func (t *submitTally) stop(err error) {
	if t.stopped != nil {
		return
	}
	t.stopped = err
	// Nobody will wait for these: their ids must not be lost.
	for _, id := range t.ids {
		_, _ = fmt.Fprintln(t.cmd.OutOrStdout(), safe(id)) // already stopping
	}
	t.wait = false
}

// print says what there is to say about an accepted job.
func (t *submitTally) print(r submitted) error {
	out := t.cmd.OutOrStdout()
	if t.sync && r.job.Status == ims.StatusFail {
		t.failed++
	}
	if t.sync && !ended(&r.job) {
		t.open++
	}
	switch {
	case t.wait:
		t.ids = append(t.ids, r.job.JobId)
		return nil
	case t.out.form == "json":
		return printJSON(t.conn.m, out, r.reply)
	case t.sync:
		return printEnded(out, &r.job)
	}
	_, err := fmt.Fprintln(out, safe(r.job.JobId))
	return err
}

// complain prints an error that does not end the command.
func (t *submitTally) complain(err error) {
	_, _ = fmt.Fprintln(t.cmd.ErrOrStderr(), "mediagauge:", err)
}

// err sums up.
func (t *submitTally) err() error {
	total := t.accepted + t.refused
	switch {
	case t.stopped != nil && (t.single || errors.Is(t.stopped, context.Canceled)):
		return t.stopped
	case t.stopped != nil:
		return exitErrorf(exitFailed, "stopped after %d accepted: %w", t.accepted, t.stopped)
	case t.refused > 0 && t.single:
		return t.refusal
	case t.refused > 0:
		return exitErrorf(exitFailed, "%d of %s not accepted", t.refused, count(total, "submission"))
	case t.failed > 0:
		return exitErrorf(exitFailed, "%d of %s failed", t.failed, count(total, "job"))
	case t.open > 0:
		return exitErrorf(exitTimeout, "%d of %s not ended yet", t.open, count(total, "job"))
	}
	return nil
}

// concernsAll says whether err would meet every other input as well.
func concernsAll(err error) bool {
	if told, ok := errors.AsType[*client.Error](err); ok {
		switch ims.Code(told.Code) {
		case ims.InvalidParameter, ims.MissingParameter, ims.ResourceNotFound:
			return false
		}
		return told.Status != http.StatusInternalServerError
	}
	_, unreachable := errors.AsType[*client.UnreachableError](err)
	_, foreign := errors.AsType[*client.ForeignError](err)
	return unreachable || foreign || errors.Is(err, context.Canceled)
}
