package metrics_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/metrics"
	"github.com/mediagauge/mediagauge/internal/queue"
)

type fakeQueue struct{ err error }

func (f fakeQueue) Stats(context.Context) (queue.Stats, error) {
	return queue.Stats{Ready: 7, Running: 2, Waiting: 1, Idle: 5, Submitted: 11}, f.err
}

func (f fakeQueue) Nodes(context.Context) ([]queue.Node, error) {
	return []queue.Node{
		{No: 3, Name: "one", Roles: "api,worker", Version: "v1", Workers: 4, Until: now.Add(9 * time.Second)},
		{No: 5, Name: "two", Roles: "worker", Version: "v1", Workers: 8, Until: now.Add(12 * time.Second)},
	}, f.err
}

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler(slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("status %d, error %v", w.Code, err)
	}
	return string(body)
}

func TestScrape(t *testing.T) {
	t.Parallel()
	m := metrics.New("v1")
	m.Watch(fakeQueue{}, func() time.Time { return now })
	m.Call("SubmitMediaInfoJob", "", 3*time.Millisecond)
	m.Call("GetMediaInfoJob", "JobNotFound", time.Millisecond)
	m.Ended(&job.Job{State: job.Succeeded, Run: job.Run{Engine: "native", QueueTime: time.Second, ProbeTime: time.Millisecond, Requests: 2, BytesRead: 4096}})
	m.Ended(&job.Job{State: job.Failed, Failure: &job.Failure{Code: job.SourceNotFound}})
	text := scrape(t, m)
	for _, want := range []string{
		`mediagauge_jobs{state="ready"} 7`, `mediagauge_jobs{state="running"} 2`, `mediagauge_jobs{state="waiting"} 1`,
		`mediagauge_nodes{role="api"} 1`, `mediagauge_nodes{role="worker"} 2`,
		`mediagauge_node_info{name="two",node="5",roles="worker",version="v1"} 8`, `mediagauge_node_lease_seconds{node="3"} 9`,
		`mediagauge_calls_total{action="SubmitMediaInfoJob",code=""} 1`, `mediagauge_calls_total{action="GetMediaInfoJob",code="JobNotFound"} 1`,
		`mediagauge_jobs_ended_total{code="",state="succeeded"} 1`, `mediagauge_jobs_ended_total{code="SourceNotFound",state="failed"} 1`,
		`mediagauge_job_wait_seconds_count 1`, `mediagauge_job_probe_seconds_count{engine="native"} 1`,
		`mediagauge_source_requests_total 2`, `mediagauge_source_bytes_total 4096`,
		`mediagauge_queue_steps_total{step="submitted"} 11`, `mediagauge_workers_idle 5`, `mediagauge_build_info{version="v1"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// A database that does not answer takes its own figures away and no others.
func TestScrapeWithoutDatabase(t *testing.T) {
	t.Parallel()
	m := metrics.New("v1")
	m.Watch(fakeQueue{errors.New("down")}, func() time.Time { return now })
	text := scrape(t, m)
	if strings.Contains(text, "mediagauge_jobs{") || !strings.Contains(text, "mediagauge_build_info") || !strings.Contains(text, `step="submitted"`) {
		t.Error(text)
	}
}
