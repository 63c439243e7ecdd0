package storetest

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var submitTests = []test{
	{"stored as given", func(h *harness) {
		for _, spec := range [][]byte{nil, {}, {0}, []byte("{}"), bytes.Repeat([]byte{0xff, 0}, 50_000)} {
			j := h.newJob(h.alice, 7)
			j.Spec = spec
			errs, err := h.Submit(h.ctx, []store.NewJob{j})
			h.must(err)
			h.want("result", errs, []error{nil})
			row := h.wantState(alice, j.ID, job.Queued, 0)
			if !bytes.Equal(row.Spec, spec) || row.Outcome != nil || !row.Finished.IsZero() || row.Account != alice {
				h.Fatalf("stored %+v, want the spec of %d bytes and no outcome", row, len(spec))
			}
			c := h.one(h.alice)
			if !bytes.Equal(c.Spec, spec) {
				h.Fatalf("claimed a spec of %d bytes, want %d", len(c.Spec), len(spec))
			}
			if !h.complete(h.node, c.Key, job.Succeeded) {
				h.Fatal("completion was fenced out")
			}
			if row := h.wantState(alice, j.ID, job.Succeeded, 1); !bytes.Equal(row.Spec, spec) {
				h.Fatalf("finished with a spec of %d bytes, want %d", len(row.Spec), len(spec))
			}
		}
	}},
	{"nothing", func(h *harness) {
		errs, err := h.Submit(h.ctx, nil)
		h.must(err)
		h.want("results", len(errs), 0)
	}},
	{"bad row fails alone", func(h *harness) {
		finished := h.finish(h.alice, job.Succeeded)
		open := h.submit(h.alice, 5)[0]
		bobs := h.pipeline(bob, "bobs", false)
		spoil := []struct {
			name string
			with func(j *store.NewJob)
			want error // nil: any
		}{
			{"priority too small", func(j *store.NewJob) { j.Priority = 0 }, nil},
			{"priority too large", func(j *store.NewJob) { j.Priority = 11 }, nil},
			{"no such pipeline", func(j *store.NewJob) { j.PipelineNo = 987654 }, job.ErrPipelineNotFound},
			{"pipeline of another account", func(j *store.NewJob) { j.PipelineNo = bobs.No }, job.ErrPipelineNotFound},
			{"id still open", func(j *store.NewJob) { j.ID = open }, store.ErrJobExists},
			{"id already done", func(j *store.NewJob) { j.ID = finished }, store.ErrJobExists},
		}
		for _, s := range spoil {
			jobs := []store.NewJob{h.newJob(h.alice, 1), h.newJob(h.alice, 2), h.newJob(h.alice, 3)}
			s.with(&jobs[1])
			errs, err := h.Submit(h.ctx, jobs)
			h.must(err)
			if len(errs) != 3 || errs[0] != nil || errs[1] == nil || errs[2] != nil {
				h.Fatalf("%s: results %v, want only the second to fail", s.name, errs)
			}
			if s.want != nil && !errors.Is(errs[1], s.want) {
				h.Fatalf("%s: error %q, want %q", s.name, errs[1], s.want)
			}
			h.wantState(alice, jobs[0].ID, job.Queued, 0)
			h.wantState(alice, jobs[2].ID, job.Queued, 0)
			if s.name != "id still open" && s.name != "id already done" {
				if _, err := h.Get(h.ctx, alice, jobs[1].ID); !errors.Is(err, job.ErrNotFound) {
					h.Fatalf("%s: the bad row was stored", s.name)
				}
			}
		}
		h.wantState(alice, finished, job.Succeeded, 1)
	}},
	{"same id twice in a batch", func(h *harness) {
		j := h.newJob(h.alice, 5)
		errs, err := h.Submit(h.ctx, []store.NewJob{j, j})
		h.must(err)
		if errs[0] != nil || !errors.Is(errs[1], store.ErrJobExists) {
			h.Fatalf("results %v, want the second to exist", errs)
		}
		h.want("claimed", len(h.claim(10, h.alice)), 1)
	}},
	{"larger than one transaction", func(h *harness) {
		ids := h.submit(h.alice, priorities(2500)...)
		ready, running, waiting, err := h.Depth(h.ctx)
		h.must(err)
		h.want("depth", []int64{ready, running, waiting}, []int64{int64(len(ids)), 0, 0})
	}},
	{"paused pipeline accepts", func(h *harness) {
		paused := job.Paused
		h.must(h.UpdatePipeline(h.ctx, alice, h.alice.ID, job.PipelineUpdate{State: &paused}, h.now))
		h.submit(h.alice, 5)
	}},
	{"clock stepping back", func(h *harness) {
		first := h.submit(h.alice, 5)[0]
		h.advance(-time.Hour)
		second := h.submit(h.alice, 5)[0]
		h.want("order", claimedIDs(h.claim(10, h.alice)), []job.ID{first, second})
	}},
	{"ended context", func(h *harness) {
		ctx, cancel := context.WithCancel(h.ctx)
		cancel()
		j := h.newJob(h.alice, 5)
		if _, err := h.Submit(ctx, []store.NewJob{j}); !errors.Is(err, context.Canceled) {
			h.Fatalf("error %v, want %v", err, context.Canceled)
		}
		if _, err := h.Get(h.ctx, alice, j.ID); !errors.Is(err, job.ErrNotFound) {
			h.Fatalf("error %v: a call whose context had ended must not store", err)
		}
	}},
	{"closed store", func(h *harness) {
		h.must(h.Close())
		if _, err := h.Submit(h.ctx, []store.NewJob{h.newJob(h.alice, 5)}); !errors.Is(err, store.ErrClosed) {
			h.Fatalf("Submit gives %v, want %v", err, store.ErrClosed)
		}
		if _, err := h.Get(h.ctx, alice, h.ids.Next()); !errors.Is(err, store.ErrClosed) {
			h.Fatalf("Get gives %v, want %v", err, store.ErrClosed)
		}
		h.must(h.Close())
	}},
}

var submitAllTests = []test{
	{"all", func(h *harness) {
		jobs := []store.NewJob{h.newJob(h.alice, 1), h.newJob(h.alice, 9)}
		h.must(h.SubmitAll(h.ctx, jobs))
		h.want("claimed", claimedIDs(h.claim(10, h.alice)), []job.ID{jobs[1].ID, jobs[0].ID})
		h.must(h.SubmitAll(h.ctx, nil))
	}},
	{"or none", func(h *harness) {
		bobs := h.pipeline(bob, "bobs", true)
		there := h.submit(h.alice, 5)[0]
		repeated, foreign := h.newJob(h.alice, 5), h.newJob(h.alice, 5)
		repeated.ID = there
		foreign.PipelineNo = bobs.No
		h.wantErr(h.SubmitAll(h.ctx, []store.NewJob{h.newJob(h.alice, 5), repeated, h.newJob(h.alice, 5)}), store.ErrJobExists)
		h.wantErr(h.SubmitAll(h.ctx, []store.NewJob{h.newJob(h.alice, 5), foreign}), job.ErrPipelineNotFound)
		h.want("claimed", claimedIDs(h.claim(10, h.alice)), []job.ID{there})
	}},
}
