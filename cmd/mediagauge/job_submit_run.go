package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// inFlight is how many requests a command has open at the same time.
const inFlight = 8

// throttleTries is how often a submission that the server turns away for now is made, over
// about two minutes.
const throttleTries = 34

func (s *jobSubmit) run(cmd *cobra.Command, urls []string) error {
	if err := s.check(urls); err != nil {
		return err
	}
	cl, err := s.conn.dial(cmd)
	if err != nil {
		return err
	}
	defer cl.Close()
	tally := &submitTally{jobSubmit: s, cmd: cmd, single: len(urls)+len(s.mediaIDs) == 1 && !slices.Contains(urls, "-")}
	s.submitAll(cl, urls, tally)
	err = tally.err()
	if !s.wait || tally.stopped != nil || len(tally.ids) == 0 {
		return err
	}
	w := &waiting{m: s.conn.m, cl: cl, timeout: s.timeout, json: s.out.form == "json"}
	waited := w.run(cmd, tally.ids)
	if waited == nil {
		return err
	}
	if err != nil {
		tally.complain(err)
	}
	return waited
}

// toSubmit is one input, or why there is none.
type toSubmit struct {
	input ims.Input
	err   error
}

// submitted is what came of one input.
type submitted struct {
	input ims.Input
	reply json.RawMessage
	job   ims.MediaInfoJob
	err   error
}

// submitAll submits everything and hands what comes of it to tally, in the order of the inputs.
func (s *jobSubmit) submitAll(cl *client.Client, urls []string, tally *submitTally) {
	ctx, cancel := context.WithCancel(tally.cmd.Context())
	defer cancel()
	inputs := make(chan toSubmit)
	go s.feed(ctx, tally.cmd.InOrStdin(), urls, inputs)

	done := ctx.Done()
	var flight []chan submitted // in the order of the inputs
	for inputs != nil || len(flight) > 0 {
		source, head := inputs, chan submitted(nil)
		if len(flight) > 0 {
			head = flight[0]
		}
		if len(flight) == inFlight {
			source = nil
		}
		select {
		case in, more := <-source:
			if !more {
				inputs = nil
				continue
			}
			slot := make(chan submitted, 1)
			flight = append(flight, slot)
			go func() { slot <- s.submit(ctx, cl, in) }()
		case r := <-head:
			flight = flight[1:]
			tally.add(r)
			if tally.stopped != nil {
				inputs = nil // what is under way still counts
			}
		case <-done:
			tally.stop(ctx.Err())
			inputs, done = nil, nil
		}
	}
}

// feed sends what there is to submit until ctx ends. Reading standard input may outlast the
// command; the process ends then.
func (s *jobSubmit) feed(ctx context.Context, stdin io.Reader, urls []string, to chan<- toSubmit) {
	defer close(to)
	send := func(in toSubmit) bool {
		select {
		case <-ctx.Done():
			return false
		case to <- in:
			return true
		}
	}
	for _, id := range s.mediaIDs {
		if !send(toSubmit{input: ims.Input{Type: "Media", Media: id}}) {
			return
		}
	}
	for _, u := range urls {
		if u != "-" {
			if !send(toSubmit{input: ims.Input{Type: "OSS", Media: u}}) {
				return
			}
			continue
		}
		lines := bufio.NewScanner(stdin)
		for lines.Scan() {
			line := strings.TrimSpace(lines.Text())
			if line != "" && !send(toSubmit{input: ims.Input{Type: "OSS", Media: line}, err: checkURL(line)}) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			send(toSubmit{input: ims.Input{Media: "standard input"}, err: err})
		}
	}
}

func (s *jobSubmit) submit(ctx context.Context, cl *client.Client, in toSubmit) submitted {
	out := submitted{input: in.input, err: in.err}
	if out.err != nil {
		return out
	}
	var params map[string]string
	if params, out.err = s.params(in.input); out.err != nil {
		return out
	}
	action := ims.SubmitMediaInfoJob
	if s.sync {
		action = ims.SubmitSyncMediaInfoJob
	}
	for try, wait := 1, 250*time.Millisecond; ; try, wait = try+1, min(2*wait, 4*time.Second) {
		out.err = cl.Call(ctx, ims.VersionICE, action, params, &out.reply)
		told, ok := errors.AsType[*client.Error](out.err)
		if !ok || !told.Throttled() || try == throttleTries {
			break
		}
		// A call that was turned away was not carried out, so it may be made again.
		if err := s.conn.m.pause(ctx, wait); err != nil {
			break
		}
	}
	if out.err == nil {
		var decoded ims.MediaInfoJobResponse
		out.err = json.Unmarshal(out.reply, &decoded)
		out.job = decoded.MediaInfoJob
	}
	return out
}
