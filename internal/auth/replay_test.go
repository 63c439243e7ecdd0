package auth

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
)

// adjustable is a clock that tests move.
type adjustable struct{ at atomic.Int64 }

func (c *adjustable) set(t time.Time) { c.at.Store(t.UnixNano()) }
func (c *adjustable) now() time.Time  { return time.Unix(0, c.at.Load()).UTC() }

func request(scheme Scheme, nonce string, at time.Time, durable bool) *Request {
	r := requestV1(nonce, at, nil)
	if scheme == V3 {
		r = requestV3(nonce, at, nil)
	}
	r.Durable = durable
	return r
}

func eachKind(t *testing.T, test func(t *testing.T, scheme Scheme, durable bool)) {
	for _, scheme := range []Scheme{V1, V3} {
		for _, durable := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s durable=%t", scheme, durable), func(t *testing.T) {
				t.Parallel()
				test(t, scheme, durable)
			})
		}
	}
}

// afterFence is when an Authenticator made at testNow answers reads from its memory alone.
var afterFence = testNow.Add(16 * time.Minute)

func TestReplayInSequence(t *testing.T) {
	eachKind(t, func(t *testing.T, scheme Scheme, durable bool) {
		var c adjustable
		c.set(testNow)
		a, _ := rig(t, Config{Now: c.now})
		for _, now := range []time.Time{testNow, afterFence} {
			c.set(now)
			r := request(scheme, stamp(now), now, durable)
			if _, err := a.Authenticate(t.Context(), clone(r)); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := a.Authenticate(t.Context(), clone(r)); !errors.Is(err, ErrReplayed) {
					t.Fatalf("got %v, want a replay", err)
				}
			}
		}
		other := request(scheme, "other", afterFence, durable)
		if _, err := a.Authenticate(t.Context(), other); err != nil {
			t.Errorf("another nonce: %v", err)
		}
	})
}

func TestReplayInParallel(t *testing.T) {
	eachKind(t, func(t *testing.T, scheme Scheme, durable bool) {
		var c adjustable
		c.set(testNow)
		a, _ := rig(t, Config{Now: c.now})
		for round := range 20 {
			if round == 10 {
				c.set(afterFence)
			}
			accepted, replayed := race(t, 50, request(scheme, fmt.Sprint(round), c.now(), durable), a)
			if accepted != 1 || replayed != 49 {
				t.Fatalf("round %d: %d accepted, %d replays", round, accepted, replayed)
			}
		}
	})
}

// race sends n copies of r at once, in turn to each of the authenticators.
func race(t *testing.T, n int, r *Request, to ...*Authenticator) (accepted, replayed int64) {
	var ok, again atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		copied := clone(r)
		wg.Go(func() {
			<-start
			switch _, err := to[i%len(to)].Authenticate(t.Context(), copied); {
			case err == nil:
				ok.Add(1)
			case errors.Is(err, ErrReplayed):
				again.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	return ok.Load(), again.Load()
}

func TestReplayAtAnotherNode(t *testing.T) {
	for _, durable := range []bool{false, true} {
		var c adjustable
		c.set(testNow)
		a, keys := rig(t, Config{Now: c.now, Shared: true})
		b := New(keys, testSealer(t), Config{Now: c.now, Shared: true})
		defer b.Close()
		c.set(afterFence)
		for round := range 10 {
			r := request(V3, fmt.Sprint(durable, round), c.now(), durable)
			if accepted, replayed := race(t, 20, r, a, b); accepted != 1 || replayed != 19 {
				t.Fatalf("durable=%t: %d accepted, %d replays", durable, accepted, replayed)
			}
		}
	}
}

// openStore opens the database and an Authenticator as one process does.
func openStore(t testing.TB, dir string, now func() time.Time) (*Authenticator, *sqlite.Store) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := LoadSealer(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	a := New(s, sealer, Config{Now: now})
	if err := a.ImportKey(t.Context(), testOwner, testKey, testSecret, ""); err != nil {
		t.Fatal(err)
	}
	return a, s
}

func TestReplayAfterRestart(t *testing.T) {
	for name, stamped := range map[string]time.Duration{
		"stamped in the past": -14 * time.Minute, "stamped now": 0, "stamped ahead": 14 * time.Minute,
	} {
		eachKind(t, func(t *testing.T, scheme Scheme, durable bool) {
			dir := t.TempDir()
			var c adjustable
			c.set(testNow)
			a, s := openStore(t, dir, c.now)
			c.set(afterFence) // reads are written in the background from here on
			r := request(scheme, name, c.now().Add(stamped), durable)
			if _, err := a.Authenticate(t.Context(), clone(r)); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(a.Close(), s.Close()); err != nil {
				t.Fatal(err)
			}

			c.set(afterFence.Add(30 * time.Second))
			a, s = openStore(t, dir, c.now)
			defer s.Close()
			defer a.Close()
			if _, err := a.Authenticate(t.Context(), clone(r)); !errors.Is(err, ErrReplayed) {
				t.Errorf("got %v, want a replay", err)
			}
			if _, err := a.Authenticate(t.Context(), request(scheme, name+" other", c.now(), durable)); err != nil {
				t.Errorf("another nonce: %v", err)
			}
		})
	}
}

// A nonce must be remembered for as long as its timestamp is good, and the clock may be set back.
func TestReplayWithTheClockSetBack(t *testing.T) {
	eachKind(t, func(t *testing.T, scheme Scheme, durable bool) {
		var c adjustable
		c.set(testNow)
		a, _ := rig(t, Config{Now: c.now})
		now := afterFence
		c.set(now)
		r := request(scheme, "n", now.Add(15*time.Minute), durable)
		if _, err := a.Authenticate(t.Context(), clone(r)); err != nil {
			t.Fatal(err)
		}
		for _, later := range []time.Duration{-10 * time.Minute, 30 * time.Minute, 44 * time.Minute, 20 * time.Minute} {
			c.set(now.Add(later).Truncate(time.Second))
			_, err := a.Authenticate(t.Context(), clone(r))
			if want := ErrReplayed; !errors.Is(err, want) && !errors.Is(err, ErrTimestampExpired) {
				t.Errorf("%v later: got %v", later, err)
			}
			// Others come in meanwhile and make the memory forget what is old.
			if _, err := a.Authenticate(t.Context(), request(scheme, later.String(), c.now(), durable)); err != nil {
				t.Errorf("%v later, another: %v", later, err)
			}
		}
	})
}

func TestNonceIsPerKey(t *testing.T) {
	a, _ := rig(t, Config{})
	if err := a.ImportKey(t.Context(), testOwner, "other", testSecret, ""); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{testKey, "other"} {
		r := requestV1("same", testNow, func(p map[string]string) { p["AccessKeyId"] = key })
		if _, err := a.Authenticate(t.Context(), r); err != nil {
			t.Errorf("key %s: %v", key, err)
		}
	}
}

// Reads do not wait for the store once the fence is passed; what changes something always does.
// The store fails here, which only those notice who wait.
func TestWhoWaitsForTheStore(t *testing.T) {
	var c adjustable
	c.set(testNow)
	a, keys := rig(t, Config{Now: c.now, MaxNonces: 3})
	keys.err = errDisk
	for _, step := range []struct {
		name         string
		now, stamped time.Duration
		durable      bool
		want         error
	}{
		{name: "read right after the start", want: errDisk},
		{name: "read that the process before could have accepted", now: 16 * time.Minute, stamped: 14 * time.Minute, want: errDisk},
		{name: "read", now: 16 * time.Minute, stamped: 16 * time.Minute},
		{name: "read with full memory", now: 16 * time.Minute, stamped: 16 * time.Minute, want: errDisk},
		{name: "read with room again", now: 90 * time.Minute, stamped: 90 * time.Minute},
		{name: "write", now: 90 * time.Minute, stamped: 90 * time.Minute, durable: true, want: errDisk},
	} {
		c.set(testNow.Add(step.now))
		_, err := a.Authenticate(t.Context(), request(V1, step.name, testNow.Add(step.stamped), step.durable))
		if !errorLike(err, step.want) {
			t.Errorf("%s: got %v, want %v", step.name, err, step.want)
		}
	}
}

func TestRecentForgets(t *testing.T) {
	r := newRecent(3)
	nonce := func(value string, expires time.Time) store.Nonce {
		return store.Nonce{KeyID: "k", Value: value, Expires: expires}
	}
	for i, v := range []string{"a", "b", "c"} {
		if fresh, kept := r.add(nonce(v, testNow.Add(time.Duration(i)*time.Hour))); !fresh || !kept {
			t.Fatalf("%s: fresh %t, kept %t", v, fresh, kept)
		}
	}
	if fresh, kept := r.add(nonce("d", testNow)); !fresh || kept {
		t.Errorf("over the bound: fresh %t, kept %t", fresh, kept)
	}
	if fresh, _ := r.add(nonce("a", testNow.Add(9*time.Hour))); fresh {
		t.Error("a known nonce is fresh with another expiry")
	}
	r.forget(testNow.Add(-time.Second))
	if r.size != 3 {
		t.Errorf("forgot before the time: %d left", r.size)
	}
	r.forget(testNow.Add(time.Hour + recentStep*time.Second))
	if r.size != 1 || len(r.sets) != 1 {
		t.Errorf("%d nonces in %d sets left, want 1", r.size, len(r.sets))
	}
	if fresh, _ := r.add(nonce("c", testNow.Add(2*time.Hour))); fresh {
		t.Error("forgot one that has not expired")
	}
}

// What has expired leaves the store with the requests that come later, and nothing else does.
func TestExpiredNoncesArePruned(t *testing.T) {
	var c adjustable
	c.set(testNow)
	a, s := openStore(t, t.TempDir(), c.now)
	defer s.Close()
	var nonces []store.Nonce
	for i := range 3 {
		c.set(testNow.Add(time.Duration(i) * 29 * time.Minute))
		value := fmt.Sprint(i)
		if _, err := a.Authenticate(t.Context(), request(V1, value, c.now(), true)); err != nil {
			t.Fatal(err)
		}
		nonces = append(nonces, store.Nonce{KeyID: testKey, Value: value, Expires: testNow.Add(24 * time.Hour)})
		a.Close()
	}
	fresh, err := s.UseNonces(t.Context(), nonces)
	if err != nil || fmt.Sprint(fresh) != "[true false false]" {
		t.Errorf("forgotten: %v, %v; want the first alone", fresh, err)
	}
}
