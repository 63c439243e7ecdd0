package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// How a watch goes easy on the server.
const (
	// fewJobs can be asked for one by one, the server holding each request until the job ends.
	// More are looked up in the list, a hundred to a request.
	fewJobs = 64
	// longHold and shortHold are how long the server is asked to hold a request; short while
	// jobs queue for their turn to be asked about.
	longHold, shortHold = 20 * time.Second, 5 * time.Second
	// idle is the pause after an answer that came at once though the job had not ended, as
	// servers give that cannot hold.
	idle = time.Second
	// patience is how long a server that has answered before may be away, to be restarted.
	patience = time.Minute
)

// watch follows jobs until they end.
type watch struct {
	m      *machine
	cl     *client.Client
	report func(outcome) // called by one goroutine at a time

	mu         sync.Mutex   // for report
	lastAnswer atomic.Int64 // Unix nanoseconds; 0 = never
}

// run returns when all ids were reported, or with why that cannot be.
func (w *watch) run(ctx context.Context, ids []string) error {
	open := make(map[string]bool, len(ids))
	for _, id := range ids {
		open[id] = true
	}
	for len(open) > fewJobs && timeOrdered(open) {
		began := w.m.now()
		if err := w.sweep(ctx, open); err != nil {
			return err
		}
		if len(open) <= fewJobs {
			break
		}
		// As long a pause as the work was: at most half of one connection is kept busy.
		if err := w.m.pause(ctx, min(max(w.m.now().Sub(began), idle/2), 10*time.Second)); err != nil {
			return err
		}
	}
	return w.each(ctx, slices.Sorted(maps.Keys(open)), false)
}

// sweep looks once at all open jobs, reports those that ended and takes them out of open. It
// reads the stretch of the list that holds them, but never more pages than there are jobs:
// then asking for each costs less.
func (w *watch) sweep(ctx context.Context, open map[string]bool) error {
	unseen := maps.Clone(open)
	params := stretch(open)
	for range len(open) {
		var page struct {
			NextPageToken string
			Jobs          []json.RawMessage
		}
		err := w.persist(ctx, func() error {
			return w.cl.Call(ctx, ims.VersionICE, ims.ListMediaInfoJobs, params, &page)
		})
		if err != nil {
			return err
		}
		for _, raw := range page.Jobs {
			o, err := decodeOutcome(raw)
			if err != nil {
				return err
			}
			delete(unseen, o.id)
			if open[o.id] && ended(&o.job) {
				delete(open, o.id)
				w.tell(o)
			}
		}
		if page.NextPageToken == "" {
			break
		}
		params["NextPageToken"] = page.NextPageToken
	}
	if len(unseen) == 0 {
		return nil
	}
	// They lie beyond the last page that was worth reading, or do not exist.
	rest := slices.Sorted(maps.Keys(unseen))
	before := w.report
	w.report = func(o outcome) { delete(open, o.id); before(o) }
	defer func() { w.report = before }()
	return w.each(ctx, rest, true)
}

// each asks for each id until its job ends, a few at the same time; or just once.
func (w *watch) each(ctx context.Context, ids []string, once bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	turns := make(chan string, len(ids)) // room for all: handing an id back never blocks
	for _, id := range ids {
		turns <- id
	}
	var left atomic.Int64
	left.Store(int64(len(ids)))
	var askers sync.WaitGroup
	for range min(inFlight, len(ids)) {
		askers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case id, more := <-turns:
					if !more {
						return
					}
					over, err := w.ask(ctx, id, hold(int(left.Load()), once))
					if err != nil {
						cancel(err)
						return
					}
					if !over && !once {
						turns <- id
						continue
					}
					if left.Add(-1) == 0 {
						close(turns)
					}
				}
			}
		})
	}
	askers.Wait()
	if left.Load() == 0 {
		return nil
	}
	return context.Cause(ctx)
}

// hold returns how long the server shall hold a request when so many jobs are to be asked for.
func hold(left int, once bool) time.Duration {
	switch {
	case once || left > fewJobs:
		return 0
	case left > inFlight:
		return shortHold
	}
	return longHold
}

// ask asks for one job, reports it when it has ended, and says whether it has.
func (w *watch) ask(ctx context.Context, id string, hold time.Duration) (over bool, err error) {
	params := map[string]string{"JobId": id}
	if hold > 0 {
		params["WaitSeconds"] = strconv.Itoa(int(hold / time.Second))
	}
	var reply struct{ MediaInfoJob json.RawMessage }
	began := w.m.now()
	err = w.persist(ctx, func() error {
		return w.cl.Call(ctx, ims.VersionICE, ims.GetMediaInfoJob, params, &reply)
	})
	if told, ok := errors.AsType[*client.Error](err); ok && told.Code == string(ims.ResourceNotFound) {
		w.tell(outcome{id: id, err: err})
		return true, nil
	}
	if err != nil {
		return false, err
	}
	o, err := decodeOutcome(reply.MediaInfoJob)
	if err != nil {
		return false, err
	}
	if ended(&o.job) {
		o.id = id
		w.tell(o)
		return true, nil
	}
	switch {
	case hold == 0:
		return false, w.m.pause(ctx, idle/10)
	case w.m.now().Sub(began) < idle:
		return false, w.m.pause(ctx, idle)
	}
	return false, nil
}

func (w *watch) tell(o outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.report(o)
}

// persist makes a call, again and again while the server is away for a short time. The first
// call ever is made once: an endpoint that never answered is a mistake, not a restart.
func (w *watch) persist(ctx context.Context, call func() error) error {
	for {
		err := call()
		if err == nil {
			w.lastAnswer.Store(w.m.now().UnixNano())
			return nil
		}
		last := w.lastAnswer.Load()
		if !away(err) || last == 0 || w.m.now().UnixNano()-last > int64(patience) {
			return err
		}
		if err := w.m.pause(ctx, idle); err != nil {
			return err
		}
	}
}

// away says whether err may pass by itself.
func away(err error) bool {
	if told, ok := errors.AsType[*client.Error](err); ok {
		return told.Throttled() || told.Status == http.StatusServiceUnavailable
	}
	if foreign, ok := errors.AsType[*client.ForeignError](err); ok {
		return foreign.Status >= http.StatusBadGateway // what a proxy says meanwhile
	}
	_, unreachable := errors.AsType[*client.UnreachableError](err)
	return unreachable
}

func decodeOutcome(raw json.RawMessage) (outcome, error) {
	o := outcome{raw: raw}
	if err := json.Unmarshal(raw, &o.job); err != nil {
		return o, fmt.Errorf("reply: %w", err)
	}
	o.id = o.job.JobId
	return o, nil
}
