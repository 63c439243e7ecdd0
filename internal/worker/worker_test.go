package worker_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
	"github.com/mediagauge/mediagauge/internal/worker"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const account = job.AccountID(3)

// object is a source of a few bytes that counts.
type object struct {
	probe.Source
	closed *atomic.Int64
}

func (object) Spent() probe.Cost    { return probe.Cost{Requests: 2, Bytes: 99} }
func (object) Describe() job.Object { return job.Object{Name: "a.mp4", Size: 3, ETag: `"e"`} }
func (o object) Close() error       { o.closed.Add(1); return nil }

// engineFunc answers by a function.
type engineFunc func(ctx context.Context, r *probe.Reader) (engine.Answer, error)

func (f engineFunc) Probe(ctx context.Context, r *probe.Reader) (engine.Answer, error) {
	return f(ctx, r)
}

func answers(context.Context, *probe.Reader) (engine.Answer, error) {
	return engine.Answer{Info: &media.Info{Format: media.Format{Name: "mov"}}, Engine: engine.NameNative, Warnings: []string{"odd"}}, nil
}

// bench is a queue with workers. Everything happens in a synctest bubble.
type bench struct {
	queue  *queue.Queue
	closed atomic.Int64
	stop   func() // ends queue and workers, as a signal to the process does
}

func start(t *testing.T, e engineFunc, open worker.Open, qc queue.Config, wc worker.Config) *bench {
	t.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	q, err := queue.New(s, qc)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{queue: q}
	if open == nil {
		open = func(context.Context, job.AccountID, job.Input) (worker.Object, error) {
			return object{probe.NewBytes([]byte("abc")), &b.closed}, nil
		}
	}
	w, err := worker.New(q, open, e, wc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := q.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	running.Go(func() {
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	b.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	t.Cleanup(func() {
		b.stop()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) submit(t *testing.T) *job.Job {
	t.Helper()
	j, err := b.queue.Submit(t.Context(), account, job.Spec{Input: job.Input{Type: job.InputOSS, Media: "oss://b/a.mp4"}})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func (b *bench) wait(t *testing.T, id job.ID) *job.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	j, err := b.queue.Wait(ctx, account, id)
	if err != nil {
		t.Fatal(err)
	}
	if !j.State.Terminal() {
		t.Fatalf("job is still %s", j.State)
	}
	return j
}

func TestWorkerAccountsForARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, func(ctx context.Context, r *probe.Reader) (engine.Answer, error) {
			time.Sleep(40 * time.Millisecond) // the clock of the bubble
			return answers(ctx, r)
		}, nil, queue.Config{}, worker.Config{})
		j := b.wait(t, b.submit(t).ID)
		if j.State != job.Succeeded || j.Result.Info.Format.Name != "mov" || j.Result.Object.Name != "a.mp4" {
			t.Errorf("got %+v", j)
		}
		r := j.Run
		if r.Engine != "native" || r.Requests != 2 || r.BytesRead != 99 || r.Attempts != 1 ||
			r.ProbeTime != 40*time.Millisecond || len(r.Warnings) != 1 {
			t.Errorf("run: got %+v", r)
		}
		if b.closed.Load() != 1 {
			t.Errorf("source closed %d times", b.closed.Load())
		}
	})
}

func TestPanicFailsOneJobOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		calls := 0
		b := start(t, func(ctx context.Context, r *probe.Reader) (engine.Answer, error) {
			if calls++; calls == 1 {
				panic("secret detail")
			}
			return answers(ctx, r)
		}, nil, queue.Config{}, worker.Config{Workers: 1, Log: logTo(&log)})
		j := b.wait(t, b.submit(t).ID)
		if j.State != job.Failed || j.Failure.Code != job.InternalError || strings.Contains(j.Failure.Message, "secret") {
			t.Errorf("got %+v", j.Failure)
		}
		if b.closed.Load() != 1 {
			t.Errorf("source closed %d times", b.closed.Load())
		}
		if j := b.wait(t, b.submit(t).ID); j.State != job.Succeeded {
			t.Errorf("the next job: %+v", j.Failure)
		}
		b.stop()
		if !strings.Contains(log.String(), "secret detail") || !strings.Contains(log.String(), "worker_test.go") {
			t.Errorf("the log lacks the panic or its stack: %s", log.String())
		}
	})
}

func hangs(ctx context.Context, r *probe.Reader) (engine.Answer, error) {
	<-ctx.Done()
	_, err := r.ReadAt(make([]byte, 1), 0)
	return engine.Answer{}, err
}

func TestJobThatTakesTooLongFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, hangs, nil, queue.Config{}, worker.Config{})
		began := time.Now()
		j := b.wait(t, b.submit(t).ID)
		if j.Failure == nil || j.Failure.Code != job.DeadlineExceeded || j.Attempt != 1 {
			t.Errorf("got %+v", j)
		}
		if took := time.Since(began); took != 120*time.Second {
			t.Errorf("took %v, want 120 s", took)
		}
	})
}

func TestTemporaryErrorsAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		opens := func(fails int, e error) worker.Open {
			return func(context.Context, job.AccountID, job.Input) (worker.Object, error) {
				times = append(times, time.Now())
				if len(times) <= fails {
					return nil, e
				}
				return object{probe.NewBytes(nil), new(atomic.Int64)}, nil
			}
		}
		slow := &source.Error{Code: source.Unreachable, Status: 503, Temporary: true, RetryAfter: 30 * time.Second}
		b := start(t, answers, opens(2, slow), queue.Config{}, worker.Config{})
		j := b.wait(t, b.submit(t).ID)
		if j.State != job.Succeeded || j.Attempt != 3 || j.Run.Attempts != 3 {
			t.Errorf("got %+v", j)
		}
		if pause := times[1].Sub(times[0]); pause < 30*time.Second || pause > 31*time.Second {
			t.Errorf("tried again after %v, want the 30 s the origin asked for", pause)
		}

		times = nil
		c := start(t, answers, opens(9, slow), queue.Config{}, worker.Config{})
		if j := c.wait(t, c.submit(t).ID); j.Failure == nil || j.Failure.Code != job.SourceUnreachable || len(times) != 3 {
			t.Errorf("after %d tries: %+v", len(times), j)
		}
		times = nil
		d := start(t, answers, opens(9, &source.Error{Code: source.NotFound, Status: 404}), queue.Config{}, worker.Config{})
		if j := d.wait(t, d.submit(t).ID); j.Failure == nil || j.Failure.Code != job.SourceNotFound || len(times) != 1 {
			t.Errorf("after %d tries: %+v", len(times), j)
		}
	})
}

func TestDrainFinishesOrGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := make(chan struct{})
		first := true
		b := start(t, func(ctx context.Context, r *probe.Reader) (engine.Answer, error) {
			if first {
				first = false
				<-slow
				return answers(ctx, r)
			}
			return hangs(ctx, r)
		}, nil, queue.Config{}, worker.Config{Workers: 2})
		finishes := b.submit(t)
		synctest.Wait()
		hanging := b.submit(t)
		synctest.Wait()
		waiting := b.submit(t)
		synctest.Wait()
		began := time.Now()
		stopped := make(chan struct{})
		go func() { b.stop(); close(stopped) }()
		time.Sleep(10 * time.Second)
		close(slow)
		<-stopped
		if took := time.Since(began); took != 15*time.Second {
			t.Errorf("drained in %v, want the grace of 15 s", took)
		}
		for _, want := range []struct {
			job     *job.Job
			state   job.State
			attempt int
		}{{finishes, job.Succeeded, 1}, {hanging, job.Queued, 0}, {waiting, job.Queued, 0}} {
			j, err := b.queue.Get(t.Context(), account, want.job.ID)
			if err != nil || j.State != want.state || j.Attempt != want.attempt {
				t.Errorf("got %s at attempt %d, error %v; want %s at %d", j.State, j.Attempt, err, want.state, want.attempt)
			}
		}
	})
}

func TestErrorsBecomeFailures(t *testing.T) {
	truncated := &probe.Error{Kind: probe.Truncated, Format: "mp4", Path: "moov", Offset: 40, Err: io.ErrUnexpectedEOF}
	secret := errors.New("dial tcp 10.1.2.3:80: key=SECRET")
	cases := []struct {
		name  string
		open  error
		probe error
		code  job.Code
		says  string
	}{
		{"forbidden", &source.Error{Code: source.Forbidden, Status: 403, Err: secret}, nil, job.SourceForbidden, "403"},
		{"expired", &source.Error{Code: source.Expired, Err: secret}, nil, job.SourceExpired, "expired"},
		{"denied", &source.Error{Code: source.AddressDenied, Status: 302, Err: secret}, nil, job.AddressDenied, "not allowed"},
		{"denied at once", source.ErrDenied, nil, job.AddressDenied, "not allowed"},
		{"bucket", source.ErrBucketUnknown, nil, job.SourceForbidden, "storage management"},
		{"asset", job.ErrMediaNotFound, nil, job.SourceNotFound, "media asset"},
		{"input", &job.InputError{Field: "Media", Reason: "is odd"}, nil, job.SourceNotFound, "is odd"},
		{"short source", nil, &probe.Error{Kind: probe.IO, Offset: 1, Err: &source.Error{Code: source.Truncated}}, job.SourceTruncated, "ended"},
		{"source budget", nil, &source.Error{Code: source.BudgetExceeded}, job.BudgetExceeded, "more"},
		{"damaged", nil, probe.Errorf(probe.Malformed, "no tracks"), job.MalformedMedia, "no tracks"},
		{"cut", nil, truncated, job.MalformedMedia, "moov"},
		{"unsupported", nil, probe.Errorf(probe.Unsupported, "old"), job.UnsupportedFormat, "old"},
		{"unknown", nil, errors.Join(probe.ErrUnknownFormat, secret), job.UnsupportedFormat, "format"},
		{"limit", nil, probe.Errorf(probe.Limit, "more than 5 reads"), job.BudgetExceeded, "5 reads"},
		{"io", nil, &probe.Error{Kind: probe.IO, Offset: 4, Err: secret}, job.SourceUnreachable, "could not be read"},
		{"other", nil, secret, job.InternalError, "internal"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t,
					func(context.Context, *probe.Reader) (engine.Answer, error) { return engine.Answer{}, c.probe },
					func(context.Context, job.AccountID, job.Input) (worker.Object, error) {
						return object{probe.NewBytes(nil), new(atomic.Int64)}, c.open
					}, queue.Config{}, worker.Config{})
				j := b.wait(t, b.submit(t).ID)
				if j.Failure == nil || j.Failure.Code != c.code || !strings.Contains(j.Failure.Message, c.says) {
					t.Errorf("got %+v, want %s saying %q", j.Failure, c.code, c.says)
				}
				if f := j.Failure; f != nil && (strings.Contains(f.Message, "SECRET") || strings.Contains(f.Message, "10.1.2.3")) {
					t.Errorf("the message tells too much: %q", f.Message)
				}
			})
		})
	}
}

// TestFencedAnswerIsThrownAway lets a job outlive the deadline after which it counts as lost. Its
// second attempt is the one whose answer is kept.
func TestFencedAnswerIsThrownAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		attempts := 0
		b := start(t, func(context.Context, *probe.Reader) (engine.Answer, error) {
			mu.Lock()
			attempts++
			n := attempts
			mu.Unlock()
			if n == 1 {
				time.Sleep(30 * time.Second)
			}
			return engine.Answer{Info: &media.Info{}, Engine: strings.Repeat("x", n)}, nil
		}, nil, queue.Config{JobDeadline: 10 * time.Second}, worker.Config{Workers: 2})
		id := b.submit(t).ID
		if j := b.wait(t, id); j.Attempt != 2 || j.Run.Engine != "xx" {
			t.Errorf("got attempt %d answered by %q, want the second", j.Attempt, j.Run.Engine)
		}
		time.Sleep(time.Minute) // the first attempt has come back by now
		if j := b.wait(t, id); j.Attempt != 2 || j.Run.Engine != "xx" {
			t.Errorf("later: attempt %d answered by %q, want the second still", j.Attempt, j.Run.Engine)
		}
		if s, err := b.queue.Stats(t.Context()); err != nil || s.Fenced != 1 {
			t.Errorf("fenced %d, error %v; want 1", s.Fenced, err)
		}
	})
}
