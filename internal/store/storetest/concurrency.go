package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var concurrencyTests = []test{
	{"no double claim", func(h *harness) {
		var pipelines []job.Pipeline
		submitted := 0
		for i := range 8 {
			p := h.pipeline(alice, fmt.Sprint(i), false)
			pipelines = append(pipelines, p)
			submitted += len(h.submit(p, priorities(250)...))
		}
		var mu sync.Mutex
		claims := map[job.ID]int{}
		parallel(h, 32, func(worker int) {
			for {
				got := h.claim(1+worker%9, pipelines...)
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, c := range got {
					claims[c.ID] += c.Attempt
				}
				mu.Unlock()
			}
		})
		h.want("jobs claimed", len(claims), submitted)
		for id, n := range claims {
			if n != 1 {
				h.Fatalf("job %s was claimed %d times", id, n)
			}
		}
	}},
	{"one end under racing completions", func(h *harness) {
		h.submit(h.alice, priorities(40)...)
		ends := []job.State{job.Succeeded, job.Failed, job.Cancelled}
		for _, c := range h.claim(40, h.alice) {
			var winner atomic.Int64
			parallel(h, 8, func(worker int) {
				st := ends[worker%len(ends)]
				if h.complete(h.node, c.Key, st) {
					if !winner.CompareAndSwap(0, int64(st)) {
						h.Error("two completions were accepted")
					}
				}
			})
			h.wantState(alice, c.ID, job.State(winner.Load()), 1)
		}
		h.want("messages", len(h.messages(alice)), 40)
	}},
	{"completion against rescue", func(h *harness) {
		h.submit(h.alice, priorities(60)...)
		claimed := h.claim(60, h.alice)
		heir := h.register("heir")
		var accepted, rescued atomic.Int64
		parallel(h, 8, func(worker int) {
			if worker == 0 {
				n, _, err := h.Rescue(h.ctx, heir, h.now, 3, 1000)
				if err != nil {
					h.Error(err)
				}
				rescued.Add(int64(n))
				return
			}
			for i := worker - 1; i < len(claimed); i += 7 {
				if h.complete(h.node, claimed[i].Key, job.Succeeded) {
					accepted.Add(1)
				}
			}
		})
		h.want("accepted or rescued", accepted.Load()+rescued.Load(), 60)
		h.want("messages", len(h.messages(alice)), accepted.Load())
	}},
	{"everything at once", func(h *harness) {
		const each, submitters = 50, 8
		var done atomic.Int64
		parallel(h, 16, func(worker int) {
			if worker < submitters {
				for range each {
					j := h.newJob(h.alice, job.Priority(worker+1))
					errs, err := h.Submit(h.ctx, []store.NewJob{j})
					if err != nil || errs[0] != nil {
						h.Error(err, errs)
						return
					}
					if _, err := h.Get(h.ctx, alice, j.ID); err != nil {
						h.Errorf("an acknowledged job is not there: %v", err)
					}
				}
				return
			}
			for done.Load() < each*submitters && !h.Failed() {
				for _, c := range h.claim(5, h.alice) {
					if !h.complete(h.node, c.Key, job.Succeeded) {
						h.Error("completion was fenced out")
					}
					done.Add(1)
				}
			}
		})
		h.want("finished", len(h.pages(job.Filter{States: job.States(job.Succeeded)}, 1000, nil)), each*submitters)
	}},
	{"deletion against submission", func(h *harness) {
		for i := range 30 {
			p := h.pipeline(alice, fmt.Sprint(i), false)
			var stored, deleted atomic.Bool
			parallel(h, 2, func(worker int) {
				if worker == 0 {
					errs, err := h.Submit(h.ctx, []store.NewJob{h.newJob(p, 5)})
					if err != nil {
						h.Error(err)
					} else if errs[0] == nil {
						stored.Store(true)
					} else if !errors.Is(errs[0], job.ErrPipelineNotFound) {
						h.Error(errs[0])
					}
					return
				}
				err := h.DeletePipeline(h.ctx, alice, p.ID)
				if err != nil && !errors.Is(err, job.ErrPipelineBusy) {
					h.Error(err)
				}
				deleted.Store(err == nil)
			})
			if stored.Load() == deleted.Load() {
				h.Fatalf("stored %t and deleted %t, want exactly one", stored.Load(), deleted.Load())
			}
		}
	}},
	{"callers that give up", func(h *harness) {
		parallel(h, 16, func(worker int) {
			for i := range 30 {
				ctx, cancel := context.WithTimeout(h.ctx, time.Duration(i*17%400)*time.Microsecond)
				j := h.newJob(h.alice, 5)
				errs, err := h.Submit(ctx, []store.NewJob{j})
				cancel()
				if err != nil {
					if !errors.Is(err, context.DeadlineExceeded) {
						h.Error(err)
					}
					continue // it may or may not be stored
				}
				if errs[0] != nil {
					h.Error(errs[0])
				} else if _, err := h.Get(h.ctx, alice, j.ID); err != nil {
					h.Errorf("an acknowledged job is not there: %v", err)
				}
			}
		})
		h.submit(h.alice, 1) // the store still works
	}},
}

// parallel runs n workers that begin together and waits for them.
func parallel(h *harness, n int, work func(worker int)) {
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for worker := range n {
		wg.Go(func() {
			<-begin
			work(worker)
		})
	}
	close(begin)
	wg.Wait()
	if h.Failed() {
		h.FailNow()
	}
}
