package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/media"
)

func TestOutcomeComesBackAsItWas(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{})
	run(t, q)
	j := submit(t, q, job.Spec{Name: "n", UserData: `{"a":1}`, Async: true, Trigger: "API", RequestID: "r"})
	c := claim(t, q, 1)[0]
	if got := get(t, q, j.ID); got.State != job.Running || got.Result != nil {
		t.Errorf("while it runs: %+v", got)
	}
	result := &job.Result{
		Object: job.Object{Name: "a.mp4", Size: 5, ETag: `"x"`, Modified: time.Unix(1700000000, 0).UTC()},
		Info:   &media.Info{Format: media.Format{Name: "mov"}, Tracks: []media.Track{{Kind: media.KindVideo}}},
	}
	spent := job.Run{Engine: "native", Requests: 2, BytesRead: 65536, QueueTime: 3, ProbeTime: 4, Attempts: 1, Warnings: []string{"w"}}
	if err := q.Complete(t.Context(), c, result, spent); err != nil {
		t.Fatal(err)
	}
	got := get(t, q, j.ID)
	if got.State != job.Succeeded || got.Finished.IsZero() || got.Attempt != 1 || got.Spec != c.Job.Spec {
		t.Errorf("got %+v", got)
	}
	if got.Result.Object != result.Object || got.Result.Info.Format != result.Info.Format || len(got.Result.Info.Tracks) != 1 {
		t.Errorf("result: got %+v", got.Result)
	}
	if !slices.Equal(got.Run.Warnings, spent.Warnings) || got.Run.Engine != "native" || got.Run.BytesRead != 65536 {
		t.Errorf("run: got %+v", got.Run)
	}
}

func TestEndWritesEachCallbackOnce(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	q := newQueue(t, s, queue.Config{NotifyTargets: func(_ context.Context, j *job.Job) ([]store.Message, error) {
		if !j.State.Terminal() || j.Finished.IsZero() {
			t.Errorf("asked about a job that has not ended: %+v", j)
		}
		return []store.Message{{Target: "http://a.example/", Body: []byte(j.State.String())}, {Target: "http://b.example/"}}, nil
	}})
	run(t, q)
	for _, own := range []string{"", "http://b.example/", "http://c.example/"} {
		submit(t, q, job.Spec{NotifyAddress: own})
		c := claim(t, q, 1)[0]
		if err := q.Fail(t.Context(), c, job.Failure{Code: job.MalformedMedia}, job.Run{}); err != nil {
			t.Fatal(err)
		}
		_ = q.Fail(t.Context(), c, job.Failure{Code: job.MalformedMedia}, job.Run{}) // fenced out: no callback
	}
	list, err := s.Messages(t.Context(), account, store.MessageFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, m := range list {
		targets = append(targets, m.Target)
	}
	want := []string{
		"http://a.example/", "http://b.example/",
		"http://a.example/", "http://b.example/",
		"http://a.example/", "http://b.example/", "http://c.example/",
	}
	if !slices.Equal(targets, want) || string(list[0].Body) != "failed" {
		t.Errorf("got %q", targets)
	}
}

func TestReleaseDoesNotCount(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{})
	run(t, q)
	submit(t, q, job.Spec{})
	for range 5 { // more often than attempts are allowed
		c := claim(t, q, 1)
		if c[0].Job.Attempt != 1 {
			t.Fatalf("got attempt %d, want 1", c[0].Job.Attempt)
		}
		if err := q.Release(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	stats, err := q.Stats(t.Context())
	if err != nil || stats.Ready != 1 || stats.Running != 0 || stats.Released != 5 || stats.Held != 0 {
		t.Errorf("got %+v, error %v", stats, err)
	}
}

func TestClaimersShareOneCall(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{})
	run(t, q)
	got := make(chan *queue.Claim)
	for range 16 {
		go func() {
			c, err := q.Claim(t.Context(), 1)
			if err != nil || len(c) != 1 {
				t.Errorf("got %d claims, error %v", len(c), err)
				got <- nil
				return
			}
			got <- c[0]
		}()
	}
	submitMany(t, q, 16, account, job.Spec{})
	seen := map[job.ID]bool{}
	for range 16 {
		if c := <-got; c != nil {
			seen[c.Job.ID] = true
			complete(t, q, c)
		}
	}
	if len(seen) != 16 {
		t.Errorf("16 claimers got %d different jobs", len(seen))
	}
}

// TestEndWaitsForItsTargets: while nobody can say where the end is told of, the job does not end, and
// its claim is kept.
func TestEndWaitsForItsTargets(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	fault := errors.New("settings cannot be read")
	told := 0
	q := newQueue(t, s, queue.Config{
		NotifyTargets: func(context.Context, *job.Job) ([]store.Message, error) { return nil, fault },
		NotifyBody:    func(j *job.Job) []byte { return []byte(j.State.String()) },
		Notify:        func() { told++ },
	})
	run(t, q)
	submit(t, q, job.Spec{NotifyAddress: "http://own.example/"})
	c := claim(t, q, 1)[0]
	if err := q.Fail(t.Context(), c, job.Failure{Code: job.MalformedMedia}, job.Run{}); !errors.Is(err, fault) {
		t.Fatalf("ended with %v", err)
	}
	if list, err := s.Messages(t.Context(), account, store.MessageFilter{Limit: 9}); err != nil || len(list) != 0 || told != 0 {
		t.Fatalf("%v, %v, told %d times", list, err, told)
	}
	fault = nil
	if err := q.Fail(t.Context(), c, job.Failure{Code: job.MalformedMedia}, job.Run{}); err != nil {
		t.Fatal(err)
	}
	list, err := s.Messages(t.Context(), account, store.MessageFilter{Limit: 9})
	if err != nil || len(list) != 1 || string(list[0].Body) != "failed" || told != 1 {
		t.Fatalf("%v, %v, told %d times", list, err, told)
	}
}
