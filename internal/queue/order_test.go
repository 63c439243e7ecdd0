package queue_test

import (
	"bytes"
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
)

func TestOneWorkerEndsJobsInPriorityOrder(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{})
	run(t, q)
	p := pipeline(t, q, account, 5)
	setState(t, q, p, job.Paused)
	var want []*job.Job
	for range 100 {
		want = append(want, submit(t, q, job.Spec{PipelineID: p.ID, Priority: job.Priority(1 + rand.IntN(10))}))
	}
	setState(t, q, p, job.Active)
	slices.SortFunc(want, func(a, b *job.Job) int {
		return cmp.Or(cmp.Compare(b.Spec.Priority, a.Spec.Priority), bytes.Compare(a.ID[:], b.ID[:]))
	})
	for i := range want {
		c := claim(t, q, 1)[0]
		complete(t, q, c)
		if c.Job.ID != want[i].ID {
			t.Fatalf("job %d: got priority %d id %s, want priority %d id %s",
				i, c.Job.Spec.Priority, c.Job.ID, want[i].Spec.Priority, want[i].ID)
		}
	}
}

func TestSubmitFillsDefaults(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{})
	p := pipeline(t, q, account, 3)
	if j := submit(t, q, job.Spec{PipelineID: p.ID}); j.Spec.Priority != 3 || j.State != job.Queued {
		t.Errorf("got priority %d state %s, want the pipeline's 3 and queued", j.Spec.Priority, j.State)
	}
	j := submit(t, q, job.Spec{Name: "n", UserData: "u"})
	d, err := q.GetPipeline(t.Context(), account, "")
	if err != nil {
		t.Fatal(err)
	}
	if j.Spec.PipelineID != d.ID || !d.Default || j.Spec.Priority != job.DefaultPriority {
		t.Errorf("got %+v, want the default pipeline %+v", j.Spec, d)
	}
	stored := get(t, q, j.ID)
	if stored.Spec != j.Spec || !stored.Created.Equal(j.Created) {
		t.Errorf("stored %+v, submitted %+v", stored, j)
	}
	if _, err := q.Get(t.Context(), account+1, j.ID); !errors.Is(err, job.ErrNotFound) {
		t.Errorf("another account got %v, want job.ErrNotFound", err)
	}
	_, err = q.Submit(t.Context(), account+1, job.Spec{PipelineID: p.ID})
	if !errors.Is(err, job.ErrPipelineNotFound) {
		t.Errorf("another account's pipeline: got %v, want job.ErrPipelineNotFound", err)
	}
	if _, err := q.Submit(t.Context(), account, job.Spec{Priority: 11}); err == nil {
		t.Error("priority 11 was accepted")
	}
}

func TestPausedPipelineSchedulesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, openStore(t), queue.Config{})
		run(t, q)
		p := pipeline(t, q, account, 5)
		first := submit(t, q, job.Spec{PipelineID: p.ID})
		setState(t, q, p, job.Paused)
		second := submit(t, q, job.Spec{PipelineID: p.ID})
		noClaim(t, q, time.Minute)
		// A caller that waits is served the moment the pipeline is active again.
		claims := make(chan []*queue.Claim)
		go func() { claims <- claim(t, q, 2) }()
		synctest.Wait()
		before := time.Now()
		setState(t, q, p, job.Active)
		got := <-claims
		if waited := time.Since(before); waited != 0 {
			t.Errorf("resumed after %v, want at once", waited)
		}
		if len(got) != 2 || got[0].Job.ID != first.ID || got[1].Job.ID != second.ID {
			t.Fatalf("claimed %d jobs, want both in order", len(got))
		}
		setState(t, q, p, job.Paused)
		for _, c := range got {
			complete(t, q, c) // running jobs finish
		}
	})
}

func TestOwnPipelineChangesShowAtOnce(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{MaxPipelines: 2})
	p := pipeline(t, q, account, 3)
	submit(t, q, job.Spec{PipelineID: p.ID}) // now remembered
	eight := job.Priority(8)
	if err := q.UpdatePipeline(t.Context(), account, p.ID, job.PipelineUpdate{Priority: &eight}); err != nil {
		t.Fatal(err)
	}
	if j := submit(t, q, job.Spec{PipelineID: p.ID}); j.Spec.Priority != 8 {
		t.Errorf("got priority %d, want 8", j.Spec.Priority)
	}
	idle := pipeline(t, q, account, 3)
	if _, err := q.CreatePipeline(t.Context(), account, "x", job.SpeedStandard, 5); !errors.Is(err, job.ErrPipelineLimit) {
		t.Errorf("a third pipeline: got %v, want job.ErrPipelineLimit", err)
	}
	if err := q.DeletePipeline(t.Context(), account, p.ID); !errors.Is(err, job.ErrPipelineBusy) {
		t.Errorf("deleted a pipeline with jobs: %v", err)
	}
	if err := q.DeletePipeline(t.Context(), account, idle.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Submit(t.Context(), account, job.Spec{PipelineID: idle.ID}); !errors.Is(err, job.ErrPipelineNotFound) {
		t.Errorf("submitted to a deleted pipeline: %v", err)
	}
	list, err := q.ListPipelines(t.Context(), account, "")
	if err != nil || len(list) != 1 || list[0].ID != p.ID {
		t.Errorf("listed %d pipelines, error %v; want the one", len(list), err)
	}
	if list, _ := q.ListPipelines(t.Context(), account, job.SpeedBoost); len(list) != 0 {
		t.Errorf("listed %d boost pipelines, want none", len(list))
	}
}

func TestTooManyOpenJobsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		q := newQueue(t, s, queue.Config{MaxOpen: 3})
		run(t, q)
		for range 3 {
			submit(t, q, job.Spec{})
		}
		refused := func(q *queue.Queue) bool {
			_, err := q.Submit(t.Context(), account, job.Spec{})
			if err != nil && !errors.Is(err, job.ErrQueueFull) {
				t.Fatal(err)
			}
			return err != nil
		}
		if !refused(q) {
			t.Error("a fourth job was accepted")
		}
		if !refused(newQueue(t, s, queue.Config{MaxOpen: 3})) {
			t.Error("a process that just started does not count what is stored")
		}
		if _, err := q.Submit(t.Context(), account+1, job.Spec{}); err != nil {
			t.Errorf("another account was refused: %v", err)
		}
		for i := 0; i < 2; {
			c := claim(t, q, 1)[0]
			complete(t, q, c)
			if c.Job.Account == account {
				i++
			}
		}
		submit(t, q, job.Spec{})
		submit(t, q, job.Spec{})
		if !refused(q) {
			t.Error("a fourth job was accepted after two had ended")
		}
	})
}
