package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// TestPriority fills a paused pipeline, lets one worker loose on it, and wants the jobs in the
// order of their priority and, among equals, of their submission.
func TestPriority(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_WORKERS": "1"}})
	api, ctx := server.API(), within(t, time.Minute)

	pipeline, err := api.DefaultPipeline(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if pipeline.Speed != "Standard" || pipeline.Priority != 6 || pipeline.Status != "Active" {
		t.Errorf("default pipeline: %+v", pipeline)
	}
	if err := api.SetPipeline(ctx, pipeline.PipelineId, "Paused"); err != nil {
		t.Fatal(err)
	}

	type submitted struct {
		id, path string
		priority int
	}
	var jobs []submitted
	for n := range 100 {
		priority := rand.IntN(11) // 0: not stated, so the pipeline's
		s := submitted{path: fmt.Sprintf("/order/%03d", n), priority: priority}
		j, err := api.Submit(ctx, rig.Spec{Media: origin.URL + s.path, Schedule: rig.Schedule{Priority: priority}})
		if err != nil {
			t.Fatal(err)
		}
		if priority == 0 {
			s.priority = pipeline.Priority
		}
		if j.ScheduleConfig != (rig.Schedule{PipelineId: pipeline.PipelineId, Priority: s.priority}) {
			t.Errorf("job of priority %d has %+v", s.priority, j.ScheduleConfig)
		}
		s.id = j.JobId
		jobs = append(jobs, s)
	}

	// A job of another pipeline, submitted last, runs to its end: the worker is free, and has
	// left the hundred alone.
	other, err := api.CreatePipeline(ctx, "other", 1)
	if err != nil {
		t.Fatal(err)
	}
	j, err := api.Run(ctx, rig.Spec{Media: origin.URL + "/other", Schedule: rig.Schedule{PipelineId: other.PipelineId}})
	if err != nil || j.SubmitResultJson.Code != "SourceNotFound" || j.ScheduleConfig.Priority != 1 {
		t.Fatalf("job of another pipeline: %v %+v", err, j)
	}
	if hits := origin.Hits("/order/"); len(hits) != 0 {
		t.Fatalf("a paused pipeline ran: %+v", hits)
	}
	if waiting := pending(t, ctx, api); len(waiting) != len(jobs) {
		t.Errorf("%d jobs wait, want %d", len(waiting), len(jobs))
	}

	if err := api.SetPipeline(ctx, pipeline.PipelineId, "Active"); err != nil {
		t.Fatal(err)
	}
	finished := map[string]string{}
	for _, s := range jobs {
		j, err := api.Wait(ctx, s.id)
		if err != nil {
			t.Fatal(err)
		}
		finished[s.path] = j.FinishTime
	}
	slices.SortStableFunc(jobs, func(a, b submitted) int { return b.priority - a.priority })
	order := origin.Order("/order/")
	if len(order) != len(jobs) {
		t.Fatalf("origin was asked for %d paths, want %d", len(order), len(jobs))
	}
	for i, s := range jobs {
		if order[i] != s.path {
			t.Fatalf("place %d: %s ran, want %s (priority %d)\n%v", i, order[i], s.path, s.priority, order)
		}
		if i > 0 && finished[s.path] < finished[jobs[i-1].path] {
			t.Errorf("%s finished at %s, before its forerunner at %s", s.path, finished[s.path], finished[jobs[i-1].path])
		}
	}
}

// TestPausedWhileRunning lets a running job finish after its pipeline was paused.
func TestPausedWhileRunning(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	gate := newGate(origin, "/held")
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_WORKERS": "1"}})
	api, ctx := server.API(), within(t, time.Minute)
	pipeline, err := api.CreatePipeline(ctx, "narrow "+url.PathEscape("ü"), 10)
	if err != nil {
		t.Fatal(err)
	}
	in := rig.Schedule{PipelineId: pipeline.PipelineId}
	running, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/held", Schedule: in})
	if err != nil {
		t.Fatal(err)
	}
	if err := gate.entered(ctx); err != nil {
		t.Fatal(err)
	}
	waiting, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/after", Schedule: in})
	if err != nil {
		t.Fatal(err)
	}
	if err := api.SetPipeline(ctx, pipeline.PipelineId, "Paused"); err != nil {
		t.Fatal(err)
	}
	gate.open()
	if j, err := api.Wait(ctx, running.JobId); err != nil || j.Status != "Fail" {
		t.Errorf("running job: %v %s", err, j.Status)
	}
	if err := api.Call(ctx, "DeletePipeline", map[string]string{"PipelineId": pipeline.PipelineId}, nil); err == nil {
		t.Error("a pipeline with an unfinished job was deleted")
	}
	if j, err := api.Run(ctx, rig.Spec{Media: origin.URL + "/barrier"}); err != nil || j.Status != "Fail" {
		t.Errorf("job of the default pipeline: %v %s", err, j.Status)
	}
	if hits := origin.Hits("/after"); len(hits) != 0 {
		t.Error("a paused pipeline ran")
	}
	if err := api.SetPipeline(ctx, pipeline.PipelineId, "Active"); err != nil {
		t.Fatal(err)
	}
	if j, err := api.Wait(ctx, waiting.JobId); err != nil || j.Status != "Fail" {
		t.Errorf("waiting job: %v %s", err, j.Status)
	}
	if err := api.Call(ctx, "DeletePipeline", map[string]string{"PipelineId": pipeline.PipelineId}, nil); err != nil {
		t.Errorf("delete: %v", err)
	}
}
