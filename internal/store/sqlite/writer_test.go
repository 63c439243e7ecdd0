package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// hold keeps the writer inside a transaction until the returned function is called, so that a
// test can decide which calls share the next one.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	begun, end, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.writer.do(context.Background(), maxGroupRows, func(*conn) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return func() {
		close(end)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// awaitQueue returns when n calls wait for the writer. Queueing has no signal of its own.
func awaitQueue(t *testing.T, s *Store, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		s.writer.mu.Lock()
		waiting := len(s.writer.queue)
		s.writer.mu.Unlock()
		if waiting == n {
			return
		}
	}
	t.Fatalf("%d calls never waited", n)
}

func newPipeline(t *testing.T, s *Store, id string) job.Pipeline {
	t.Helper()
	p, err := s.CreatePipeline(t.Context(), job.Pipeline{ID: id, Account: 1, State: job.Active, Priority: 6})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// One call that the database refuses must not take its neighbours in the group with it.
func TestBadCallFailsAlone(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	release := hold(t, s)
	errs := make([]error, 9)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			priority := job.DefaultPriority
			if i == 4 {
				priority = 99 // violates a constraint of the table
			}
			_, errs[i] = s.CreatePipeline(t.Context(), job.Pipeline{ID: fmt.Sprint(i), Account: 1, State: job.Active, Priority: priority})
		})
	}
	awaitQueue(t, s, len(errs))
	release()
	wg.Wait()
	for i, err := range errs {
		_, getErr := s.GetPipeline(t.Context(), 1, fmt.Sprint(i))
		if bad := i == 4; (err != nil) != bad || (getErr != nil) != bad {
			t.Errorf("pipeline %d: created with %v, read with %v", i, err, getErr)
		}
	}
}

// What a refused call did before the refusal is undone, although its group commits.
func TestBadCallIsUndone(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	release := hold(t, s)
	var wg sync.WaitGroup
	wg.Go(func() { newPipeline(t, s, "good") })
	wg.Go(func() {
		err := s.writer.do(t.Context(), 1, func(c *conn) error {
			if _, err := c.exec(`INSERT INTO node (name, started_us, alive_until_us) VALUES ('half', 0, 0)`); err != nil {
				return err
			}
			_, err := c.exec(`INSERT INTO node (name, started_us, alive_until_us) VALUES (NULL, 0, 0)`)
			return err
		})
		if err == nil {
			t.Error("a row without a name was accepted")
		}
	})
	awaitQueue(t, s, 2)
	release()
	wg.Wait()
	var n int64
	err := s.writer.do(t.Context(), 1, func(c *conn) (err error) {
		n, _, err = c.scalar(`SELECT count(*) FROM node`)
		return err
	})
	if err != nil || n != 0 {
		t.Fatalf("%d nodes, %v, want none", n, err)
	}
	if _, err := s.GetPipeline(t.Context(), 1, "good"); err != nil {
		t.Fatal(err)
	}
}

// A caller that gives up before its turn leaves nothing behind.
func TestGivenUpBeforeTurn(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	p := newPipeline(t, s, "p")
	release := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	var ids job.IDs
	id := ids.Next()
	answer := make(chan error, 1)
	go func() {
		_, err := s.Submit(ctx, []store.NewJob{{Account: 1, ID: id, PipelineNo: p.No, Priority: 5}})
		answer <- err
	}()
	awaitQueue(t, s, 1)
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v", err, context.Canceled)
	}
	release()
	newPipeline(t, s, "later") // commits after the given-up call's turn
	if _, err := s.Get(t.Context(), 1, id); !errors.Is(err, job.ErrNotFound) {
		t.Fatalf("the given-up job gives %v", err)
	}
}

// A caller that gives up during its turn still learns what happened.
func TestGivenUpDuringTurn(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	err := s.writer.do(ctx, 1, func(c *conn) error {
		cancel()
		_, err := c.exec(`INSERT INTO node (name, started_us, alive_until_us) VALUES ('n', 0, 0)`)
		return err
	})
	if err != nil {
		t.Fatalf("committed, but the caller got %v", err)
	}
}

// Close finishes what waits and refuses the rest.
func TestCloseFinishesWaitingCalls(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	release := hold(t, s)
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() { newPipeline(t, s, fmt.Sprint(i)) })
	}
	awaitQueue(t, s, 5)
	wg.Go(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	release()
	wg.Wait()
	if _, err := s.CreatePipeline(t.Context(), job.Pipeline{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("error %v, want %v", err, store.ErrClosed)
	}
	again, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if all, err := again.ListPipelines(t.Context(), 1); err != nil || len(all) != 5 {
		t.Fatalf("%d pipelines after reopening, %v, want 5", len(all), err)
	}
}

// A full disk refuses new work clearly, loses nothing, and is not the end: with room again,
// work goes on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{})
	p := newPipeline(t, s, "p")
	pages := func(sql string) {
		t.Helper()
		if err := s.writer.do(t.Context(), 1, func(c *conn) error { return c.script(sql) }); err != nil {
			t.Fatal(err)
		}
	}
	pages(`PRAGMA max_page_count = 60`)
	var ids job.IDs
	var mu sync.Mutex
	var stored []job.ID
	var refusals []error
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 40 {
				id := ids.Next()
				_, err := s.Submit(t.Context(), []store.NewJob{{Account: 1, ID: id, PipelineNo: p.No, Priority: 5, Spec: make([]byte, 3000)}})
				mu.Lock()
				if err == nil {
					stored = append(stored, id)
				} else {
					refusals = append(refusals, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(stored) == 0 || len(refusals) == 0 {
		t.Fatalf("%d jobs stored and %d refused, want both", len(stored), len(refusals))
	}
	for _, err := range refusals {
		if !strings.Contains(err.Error(), "disk is full, nothing was stored") {
			t.Fatalf("unclear error: %v", err)
		}
	}
	for _, id := range stored {
		if _, err := s.Get(t.Context(), 1, id); err != nil {
			t.Fatalf("acknowledged job: %v", err)
		}
	}
	if ready, _, _, err := s.Depth(t.Context()); err != nil || int(ready) != len(stored) {
		t.Fatalf("%d jobs in the store, %d acknowledged, %v", ready, len(stored), err)
	}
	select {
	case err := <-s.Fatal():
		t.Fatalf("a full disk must not end the store: %v", err)
	default:
	}
	pages(`PRAGMA max_page_count = 100000`)
	if _, err := s.Submit(t.Context(), []store.NewJob{{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5, Spec: make([]byte, 3000)}}); err != nil {
		t.Fatalf("with room again: %v", err)
	}
}

// The log must not grow for ever: it is moved into the file and then used again from its start.
func TestLogIsReused(t *testing.T) {
	t.Parallel()
	s := openTemp(t, Options{checkpointPages: 50})
	p := newPipeline(t, s, "p")
	var ids job.IDs
	for range 300 {
		_, err := s.Submit(t.Context(), []store.NewJob{{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5, Spec: make([]byte, 4000)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	st, err := os.Stat(s.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if limit := int64(4 * 50 * pageSize); st.Size() > limit {
		t.Fatalf("log is %d bytes long after 300 commits, want at most %d", st.Size(), limit)
	}
}
