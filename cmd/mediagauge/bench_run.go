package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// caller is what a generator needs of a client.
type caller interface {
	Call(ctx context.Context, version, action string, params map[string]string, out any) error
}

// generator makes the calls of a load.
type generator struct {
	*loadTest
	calls caller

	kinds map[string]*kind
	ended histogram // submission to end of followed jobs

	turn    atomic.Int64
	counted atomic.Int64
	late    histogram // how far behind its time a call was made: the generator's own fault

	mu     sync.Mutex
	errors map[string]int64
	known  []string // ids of jobs, for gets; a sample
	follow []string // jobs whose end has not been seen
	states map[string]int64
	began  time.Time // of what counts
	took   time.Duration
}

// kind is what was measured of one kind of call.
type kind struct {
	times  histogram
	failed atomic.Int64
}

const mostKnown = 10_000 // ids kept for gets

func newGenerator(b *loadTest, c caller) *generator {
	g := &generator{loadTest: b, calls: c, kinds: map[string]*kind{}, errors: map[string]int64{}, states: map[string]int64{}}
	for _, s := range b.mix {
		g.kinds[s.call] = &kind{}
	}
	return g
}

// run makes the calls and, when asked, follows the jobs. It returns ctx's error when that ended it.
func (g *generator) run(ctx context.Context) error {
	begin := time.Now()
	g.began = begin.Add(g.warmup)
	end := g.began.Add(g.duration)
	loadCtx, stop := context.WithDeadline(ctx, end)
	defer stop()
	if g.rate > 0 {
		g.open(loadCtx, ctx, begin)
	} else {
		g.closed(loadCtx, ctx)
	}
	g.took = max(min(time.Since(g.began), g.duration), time.Nanosecond)
	if g.wait && ctx.Err() == nil {
		g.followAll(ctx)
	}
	return ctx.Err()
}

// closed keeps as many calls under way as it may. Calls that were begun are finished under ctx.
func (g *generator) closed(loadCtx, ctx context.Context) {
	var running sync.WaitGroup
	for range g.concurrency {
		running.Go(func() {
			for loadCtx.Err() == nil && !g.enough() {
				g.one(ctx, time.Now())
			}
		})
	}
	running.Wait()
}

// open makes each call at its time. Gaps are drawn from an exponential distribution, as those between
// the calls of many independent clients are.
func (g *generator) open(loadCtx, ctx context.Context, begin time.Time) {
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, g.concurrency)
	due := begin
	for !g.enough() {
		due = due.Add(time.Duration(rand.ExpFloat64() / g.rate * float64(time.Second)))
		if wait := time.Until(due); wait > 0 {
			timer := time.NewTimer(wait)
			select {
			case <-loadCtx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
		}
		if deadline, _ := loadCtx.Deadline(); loadCtx.Err() != nil || due.After(deadline) {
			return
		}
		select {
		case free <- struct{}{}:
		case <-loadCtx.Done():
			return
		}
		at := due
		g.late.add(time.Since(at))
		running.Go(func() {
			g.one(ctx, at)
			<-free
		})
	}
}

func (g *generator) enough() bool { return g.count > 0 && g.counted.Load() >= int64(g.count) }

// one makes the next call and measures it from when it was due.
func (g *generator) one(ctx context.Context, due time.Time) {
	n := int(g.turn.Add(1)) - 1
	name := pick(g.mix, n)
	counts := !due.Before(g.began)
	if counts && g.count > 0 && g.counted.Add(1) > int64(g.count) {
		return
	}
	err := g.call(ctx, name, n)
	if ctx.Err() != nil || !counts {
		return
	}
	k := g.kinds[name]
	k.times.add(time.Since(due))
	if err != nil {
		k.failed.Add(1)
		g.mu.Lock()
		g.errors[codeOf(err)]++
		g.mu.Unlock()
	}
}

// codeOf names what went wrong.
func codeOf(err error) string {
	var told *client.Error
	var gone *client.UnreachableError
	switch {
	case errors.As(err, &told):
		return told.Code
	case errors.As(err, &gone):
		return "no answer"
	}
	return "other"
}

func (g *generator) call(ctx context.Context, name string, n int) error {
	switch name {
	case "submit":
		return g.submit(ctx, n)
	case "get":
		if id := g.anyJob(); id != "" {
			return g.calls.Call(ctx, ims.VersionICE, ims.GetMediaInfoJob, map[string]string{"JobId": id}, new(json.RawMessage))
		}
	}
	var page struct{ Jobs []struct{ JobId string } }
	err := g.calls.Call(ctx, ims.VersionICE, ims.ListMediaInfoJobs, map[string]string{"PageSize": "20"}, &page)
	for _, j := range page.Jobs {
		g.learn(j.JobId, false)
	}
	return err
}

func (g *generator) submit(ctx context.Context, n int) error {
	input, err := json.Marshal(ims.Input{Type: "OSS", Media: g.media[n%len(g.media)]})
	if err != nil {
		return err
	}
	schedule := map[string]any{}
	if len(g.pipelines) > 0 {
		schedule["PipelineId"] = g.pipelines[n%len(g.pipelines)]
	}
	if g.priorities[0] > 0 {
		schedule["Priority"] = g.priorities[0] + rand.IntN(g.priorities[1]-g.priorities[0]+1)
	}
	params := map[string]string{"Input": string(input), "Name": "bench"}
	if len(schedule) > 0 {
		text, err := json.Marshal(schedule)
		if err != nil {
			return err
		}
		params["ScheduleConfig"] = string(text)
	}
	var reply struct{ MediaInfoJob struct{ JobId string } }
	if err := g.calls.Call(ctx, ims.VersionICE, ims.SubmitMediaInfoJob, params, &reply); err != nil {
		return err
	}
	g.learn(reply.MediaInfoJob.JobId, g.wait)
	return nil
}

// learn remembers a job: some for gets, and all that are to be followed.
func (g *generator) learn(id string, follow bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if follow {
		g.follow = append(g.follow, id)
	}
	if len(g.known) < mostKnown {
		g.known = append(g.known, id)
	} else {
		g.known[rand.IntN(mostKnown)] = id
	}
}

func (g *generator) anyJob() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.known) == 0 {
		return ""
	}
	return g.known[rand.IntN(len(g.known))]
}

// followAll asks for every job until it has ended, a few at one time.
func (g *generator) followAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	jobs := make(chan string)
	var running sync.WaitGroup
	for range min(g.concurrency, inFlight) {
		running.Go(func() {
			for id := range jobs {
				g.followOne(ctx, id)
			}
		})
	}
	g.mu.Lock()
	list := slices.Clone(g.follow)
	g.mu.Unlock()
	for _, id := range list {
		jobs <- id
	}
	close(jobs)
	running.Wait()
}

// followOne waits for the end of a job and measures it by the server's own figures, in milliseconds: what it waited
// and what it ran in its last attempt.
func (g *generator) followOne(ctx context.Context, id string) {
	for ctx.Err() == nil {
		var reply struct {
			MediaInfoJob struct {
				Status           string
				SubmitResultJson struct{ QueueMs, ProbeMs float64 }
			}
		}
		err := g.calls.Call(ctx, ims.VersionICE, ims.GetMediaInfoJob, map[string]string{"JobId": id, "WaitSeconds": "10"}, &reply)
		if err != nil {
			break
		}
		if j := reply.MediaInfoJob; j.Status != "Init" {
			g.ended.add(time.Duration((j.SubmitResultJson.QueueMs + j.SubmitResultJson.ProbeMs) * float64(time.Millisecond)))
			g.end(j.Status)
			return
		}
	}
	g.end("not seen to end")
}

func (g *generator) end(state string) {
	g.mu.Lock()
	g.states[state]++
	g.mu.Unlock()
}
