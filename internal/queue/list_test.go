package queue_test

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
)

func TestListPagesAreStableWhileJobsArrive(t *testing.T) {
	t.Parallel()
	for _, oldest := range []bool{false, true} {
		q := newQueue(t, openStore(t), queue.Config{})
		var want []job.ID
		for range 23 {
			want = append(want, submit(t, q, job.Spec{}).ID)
		}
		if !oldest {
			slices.Reverse(want)
		}
		f := job.Filter{Oldest: oldest}
		var got []job.ID
		token := ""
		for page := 0; ; page++ {
			jobs, next, err := q.List(t.Context(), account, f, 5, token)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				got = append(got, j.ID)
			}
			if token = next; token == "" {
				break
			}
			if page < 3 {
				id := submit(t, q, job.Spec{}).ID
				if oldest { // comes into view only where pages have not passed
					want = append(want, id)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("oldest %v: got %d jobs %v, want %d %v", oldest, len(got), got, len(want), want)
		}
	}
}

func TestLastPageHasNoToken(t *testing.T) {
	t.Parallel()
	q := newQueue(t, openStore(t), queue.Config{})
	for range 4 {
		submit(t, q, job.Spec{})
	}
	for size, more := range map[int]bool{3: true, 4: false, 5: false} {
		jobs, next, err := q.List(t.Context(), account, job.Filter{}, size, "")
		if err != nil || len(jobs) != min(size, 4) || (next != "") != more {
			t.Errorf("page size %d: %d jobs, token %q, error %v", size, len(jobs), next, err)
		}
	}
}

func TestPageTokenIsBound(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	key := []byte("a key that nodes share")
	q := newQueue(t, s, queue.Config{TokenKey: key})
	for range 3 {
		submit(t, q, job.Spec{})
	}
	f := job.Filter{From: time.Now().Add(-time.Hour)}
	_, token, err := q.List(t.Context(), account, f, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := newQueue(t, s, queue.Config{TokenKey: key}).List(t.Context(), account, f, 2, token); err != nil {
		t.Errorf("another node with the key: %v", err)
	}
	bad := func(name string, q *queue.Queue, a job.AccountID, f job.Filter, token string) {
		t.Helper()
		if _, _, err := q.List(t.Context(), a, f, 1, token); !errors.Is(err, job.ErrBadPageToken) {
			t.Errorf("%s: got %v, want job.ErrBadPageToken", name, err)
		}
	}
	bad("another key", newQueue(t, s, queue.Config{}), account, f, token)
	bad("another account", q, account+1, f, token)
	bad("no filter", q, account, job.Filter{}, token)
	bad("another order", q, account, job.Filter{From: f.From, Oldest: true}, token)
	bad("another state", q, account, job.Filter{From: f.From, States: job.States(job.Failed)}, token)
	bad("another end", q, account, job.Filter{From: f.From, To: time.Now()}, token)
	bad("another id", q, account, job.Filter{From: f.From, ID: job.ID{1}}, token)
	bad("padded", q, account, f, token+"=")
	bad("cut", q, account, f, token[:len(token)-4])
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			bad("flipped bit", q, account, f, base64.RawURLEncoding.EncodeToString(raw))
			raw[i] ^= 1 << bit
		}
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		q := newQueue(t, s, queue.Config{})
		run(t, q)
		other := newQueue(t, s, queue.Config{}) // another node: it sees the end by looking
		j := submit(t, q, job.Spec{})
		type answer struct {
			job   *job.Job
			after time.Duration
		}
		wait := func(q *queue.Queue) <-chan answer {
			ch := make(chan answer, 1)
			go func() {
				j, err := q.Wait(t.Context(), account, j.ID)
				if err != nil {
					t.Error(err)
				}
				ch <- answer{j, time.Since(t0())}
			}()
			return ch
		}
		c := claim(t, q, 1)[0]
		here, there := wait(q), wait(other)
		time.Sleep(5200 * time.Millisecond)
		synctest.Wait()
		ended := time.Since(t0())
		complete(t, q, c)
		if a := <-here; a.job.State != job.Succeeded || a.after != ended {
			t.Errorf("in this process: %s after %v, want succeeded after %v", a.job.State, a.after, ended)
		}
		if a := <-there; a.job.State != job.Succeeded || a.after-ended > 500*time.Millisecond {
			t.Errorf("in another: %s %v late", a.job.State, a.after-ended)
		}
		if j, err := q.Wait(t.Context(), account, j.ID); err != nil || j.State != job.Succeeded {
			t.Errorf("after the end: %v, error %v", j, err)
		}
	})
}

// t0 is where the clock of a synctest bubble starts.
func t0() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

func TestWaitReturnsTheJobAsItStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, openStore(t), queue.Config{})
		j := submit(t, q, job.Spec{})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		got, err := q.Wait(ctx, account, j.ID)
		if err != nil || got.State != job.Queued || time.Since(t0()) < 3*time.Second {
			t.Errorf("got %+v, error %v", got, err)
		}
		if _, err := q.Wait(t.Context(), account+1, j.ID); !errors.Is(err, job.ErrNotFound) {
			t.Errorf("another account waits: %v", err)
		}
	})
}
