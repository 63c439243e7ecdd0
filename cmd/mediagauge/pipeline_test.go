package main

import (
	"net/url"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func samplePipeline(name, status string) ims.Pipeline {
	return ims.Pipeline{PipelineId: examplePipelineID, Name: name, Speed: "Standard", Status: status, Priority: 6,
		CreateTime: "2026-07-01T12:00:00Z", ModifiedTime: "2026-07-01T12:00:01Z"}
}

func TestPipeline(t *testing.T) {
	t.Parallel()
	const id = examplePipelineID
	ok := func(url.Values) (int, any) { return 200, ims.SuccessResponse{RequestId: "R", Success: true} }
	one := func(url.Values) (int, any) {
		return 200, ims.PipelineResponse{RequestId: "R", Pipeline: samplePipeline("night", "Active")}
	}
	all := func(url.Values) (int, any) {
		return 200, ims.PipelineListResponse{RequestId: "R", PipelineList: []ims.Pipeline{
			samplePipeline("default", "Active"), samplePipeline("a longer name", "Paused")}}
	}
	for _, c := range []struct {
		name   string
		args   []string
		action string // that is called; "" for none
		sent   url.Values
	}{
		{"pipeline-create", []string{"create", "night"}, ims.CreatePipeline,
			url.Values{"Name": {"night"}, "Speed": {"Standard"}, "Priority": {"6"}}},
		{"pipeline-create-table", []string{"create", "--speed", "Boost", "--priority", "9", "-o", "table", "night"}, ims.CreatePipeline,
			url.Values{"Name": {"night"}, "Speed": {"Boost"}, "Priority": {"9"}}},
		{"pipeline-get", []string{"get", id}, ims.GetPipeline, url.Values{"PipelineId": {id}}},
		{"pipeline-get-json", []string{"get", id, "-o", "json"}, ims.GetPipeline, url.Values{"PipelineId": {id}}},
		{"pipeline-list", []string{"list"}, ims.ListPipelines, url.Values{}},
		{"pipeline-list-id", []string{"list", "--speed", "Standard", "-o", "id"}, ims.ListPipelines, url.Values{"Speed": {"Standard"}}},
		{"pipeline-update", []string{"update", id, "--name", "day"}, ims.UpdatePipeline, url.Values{"PipelineId": {id}, "Name": {"day"}}},
		{"pipeline-update-json", []string{"update", id, "--priority", "8", "-o", "json"}, ims.UpdatePipeline, url.Values{"PipelineId": {id}, "Priority": {"8"}}},
		{"pipeline-pause", []string{"pause", id}, ims.UpdatePipeline, url.Values{"PipelineId": {id}, "Status": {"Paused"}}},
		{"pipeline-resume", []string{"resume", id}, ims.UpdatePipeline, url.Values{"PipelineId": {id}, "Status": {"Active"}}},
		{"pipeline-delete", []string{"delete", id}, ims.DeletePipeline, url.Values{"PipelineId": {id}}},
		{"pipeline-update-nothing", []string{"update", id}, "", nil},
		{"pipeline-update-empty", []string{"update", id, "--name", ""}, "", nil},
		{"pipeline-create-no-name", []string{"create"}, "", nil},
		{"pipeline-unknown", []string{"stop", id}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t)
			for _, action := range []string{ims.UpdatePipeline, ims.DeletePipeline} {
				f.answers[action] = ok
			}
			f.answers[ims.CreatePipeline], f.answers[ims.GetPipeline], f.answers[ims.ListPipelines] = one, one, all
			golden(t, c.name, newBench(t, f).run(t, append([]string{"pipeline"}, c.args...)...).String())
			calls := f.calls(c.action)
			if c.action == "" {
				if len(f.requests) != 0 {
					t.Errorf("called %v", f.requests)
				}
			} else if len(f.requests) != 1 || len(calls) != 1 || calls[0].version != ims.VersionICE || calls[0].params.Encode() != c.sent.Encode() {
				t.Errorf("called %v, want %s with %v", f.requests, c.action, c.sent)
			}
		})
	}
}
