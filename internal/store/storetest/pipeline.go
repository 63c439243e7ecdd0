package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

var pipelineTests = []test{
	{"stored as given", func(h *harness) {
		p := newPipeline(alice, "0123456789abcdef0123456789abcdef", false)
		p.Name, p.Speed, p.Priority = "名前 \n'\"", job.SpeedNarrowHDV, 10
		p.Created, p.Modified = epoch.Add(1234*time.Microsecond), epoch.Add(time.Hour)
		made, err := h.CreatePipeline(h.ctx, p)
		h.must(err)
		if made.No == 0 {
			h.Fatal("a new pipeline has no number")
		}
		p.No = made.No
		h.want("made", made, p)
		got, err := h.GetPipeline(h.ctx, alice, p.ID)
		h.must(err)
		if got != p {
			h.Fatalf("stored %+v, want %+v", got, p)
		}
	}},
	{"one default", func(h *harness) {
		second, err := h.CreatePipeline(h.ctx, newPipeline(alice, "second", true))
		h.must(err)
		h.want("second default", second, h.alice)
		got, err := h.GetPipeline(h.ctx, alice, "")
		h.must(err)
		h.want("default", got, h.alice)
		_, err = h.GetPipeline(h.ctx, alice, "second")
		h.wantErr(err, job.ErrPipelineNotFound)
		bobs := h.pipeline(bob, "default", true)
		if bobs.No == h.alice.No {
			h.Fatal("two accounts share a default pipeline")
		}
	}},
	{"repeated id", func(h *harness) {
		if _, err := h.CreatePipeline(h.ctx, newPipeline(alice, h.alice.ID, false)); err == nil {
			h.Fatal("one id was given to two pipelines")
		}
		h.pipeline(bob, h.alice.ID, false)
	}},
	{"list", func(h *harness) {
		want := []string{h.alice.ID}
		for i := range 20 {
			id := fmt.Sprintf("%02d", 20-i) // ids against the order of creation
			h.pipeline(alice, id, false)
			want = append(want, id)
		}
		h.pipeline(bob, "bobs", false)
		all, err := h.ListPipelines(h.ctx, alice)
		h.must(err)
		var got []string
		for _, p := range all {
			got = append(got, p.ID)
		}
		h.want("pipelines", got, want)
	}},
	{"update", func(h *harness) {
		name, prio, st := "new", job.Priority(9), job.Paused
		updates := []job.PipelineUpdate{{}, {Name: &name}, {Priority: &prio}, {State: &st}}
		want := h.alice
		for i, u := range updates {
			want.Modified = epoch.Add(time.Duration(i+1) * time.Second)
			if u.Name != nil {
				want.Name = name
			}
			if u.Priority != nil {
				want.Priority = prio
			}
			if u.State != nil {
				want.State = st
			}
			h.must(h.UpdatePipeline(h.ctx, alice, h.alice.ID, u, want.Modified))
			got, err := h.GetPipeline(h.ctx, alice, h.alice.ID)
			h.must(err)
			h.want("updated", got, want)
		}
		bad := job.Priority(11)
		if err := h.UpdatePipeline(h.ctx, alice, h.alice.ID, job.PipelineUpdate{Priority: &bad}, h.now); err == nil {
			h.Fatal("priority 11 was accepted")
		}
		h.wantErr(h.UpdatePipeline(h.ctx, alice, "absent", job.PipelineUpdate{Name: &name}, h.now), job.ErrPipelineNotFound)
	}},
	{"delete", func(h *harness) {
		h.wantErr(h.DeletePipeline(h.ctx, alice, h.alice.ID), job.ErrPipelineDefault)
		h.wantErr(h.DeletePipeline(h.ctx, alice, "absent"), job.ErrPipelineNotFound)
		p := h.pipeline(alice, "p", false)
		h.submit(p, 5)
		h.wantErr(h.DeletePipeline(h.ctx, alice, "p"), job.ErrPipelineBusy)
		c := h.one(p)
		h.wantErr(h.DeletePipeline(h.ctx, alice, "p"), job.ErrPipelineBusy)
		h.complete(h.node, c.Key, job.Succeeded)
		h.must(h.DeletePipeline(h.ctx, alice, "p"))
		_, err := h.GetPipeline(h.ctx, alice, "p")
		h.wantErr(err, job.ErrPipelineNotFound)
		h.wantState(alice, c.ID, job.Succeeded, 1)
		if again := h.pipeline(alice, "p", false); again.No == p.No {
			h.Fatalf("number %d of a deleted pipeline was given again", p.No)
		}
	}},
}

func (h *harness) wantErr(err, want error) {
	h.Helper()
	if !errors.Is(err, want) {
		h.Fatalf("error is %v, want %v", err, want)
	}
}
