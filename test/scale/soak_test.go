package scale

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/testpg"
	"github.com/mediagauge/mediagauge/test/scale/load"
)

// soakFor is how long each part of a soak lasts; the tests are skipped unless the environment asks for them.
func soakFor(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("MEDIAGAUGE_SOAK")
	if text == "" {
		t.Skip("MEDIAGAUGE_SOAK is not set; make soak sets it")
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// soak is a PostgreSQL of its own with a load on it.
type soak struct {
	t  *testing.T
	pg *testpg.Server
	*load.Rig
	last time.Duration // of the server's processor time
}

func newSoak(t *testing.T, o load.Options, quiet bool) *soak {
	t.Helper()
	pg, err := testpg.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	s, err := postgres.Open(t.Context(), pg.URL("postgres"), postgres.Options{Quiet: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return &soak{t: t, pg: pg, Rig: start(t, s, o)}
}

// run loads the queue for a time and returns jobs per second, by windows of a sixth.
func (s *soak) run(d time.Duration) []float64 {
	s.t.Helper()
	var over atomic.Bool
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Closed(s.t.Context(), func() bool { return !over.Load() }); err != nil {
			s.t.Error(err)
		}
	})
	var rates []float64
	for range 6 {
		before, cpu, began := s.Ended(), s.cpu(), time.Now()
		time.Sleep(d / 6)
		jobs := float64(s.Ended() - before)
		rates = append(rates, jobs/time.Since(began).Seconds())
		s.t.Logf("%8.0f jobs/s, %3.0f µs of the server's processors per job", rates[len(rates)-1], float64((s.cpu()-cpu).Microseconds())/max(jobs, 1))
	}
	over.Store(true)
	running.Wait()
	return rates
}

func (s *soak) cpu() time.Duration {
	d, err := s.pg.CPU()
	if err != nil {
		s.t.Fatal(err)
	}
	s.last = max(s.last, d)
	return s.last
}

func mean(list []float64) (sum float64) {
	for _, v := range list {
		sum += v / float64(len(list))
	}
	return sum
}

// TestSoakAutovacuum leaves cleaning to the database alone, which comes once a minute.
func TestSoakAutovacuum(t *testing.T) {
	d := soakFor(t)
	s := newSoak(t, load.Options{}, true)
	s.run(d / 4) // to warm up
	rates := s.run(d)
	t.Logf("autovacuum alone: mean %.0f, least %.0f jobs/s", mean(rates), slices.Min(rates))
	if slices.Min(rates) < 0.6*mean(rates) {
		t.Errorf("the slowest window has %.0f jobs/s, the mean is %.0f", slices.Min(rates), mean(rates))
	}
}

// TestSoakSnapshot holds a snapshot open in another session, as a dump or a forgotten transaction does.
func TestSoakSnapshot(t *testing.T) {
	d := soakFor(t)
	s := newSoak(t, load.Options{}, false)
	s.run(d / 4) // to warm up
	clean := s.run(d)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var session sync.WaitGroup
	session.Go(func() {
		_, _ = s.pg.SQL(ctx, "postgres", fmt.Sprintf("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pipeline; SELECT pg_sleep(%d);", 10+2*int(d/time.Second)))
	})
	defer session.Wait()
	defer cancel()
	for held := ""; held != "1"; time.Sleep(50 * time.Millisecond) {
		var err error
		if held, err = s.pg.SQL(ctx, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND backend_xmin IS NOT NULL"); err != nil {
			t.Fatal(err)
		}
	}
	held := s.run(d)
	t.Logf("clean %.0f, with a snapshot held %.0f jobs/s: %.0f %%; the last window has %.0f", mean(clean), mean(held), 100*mean(held)/mean(clean), held[5])
	if mean(held) < 0.8*mean(clean) {
		t.Errorf("%.0f %% of the clean rate, want 80", 100*mean(held)/mean(clean))
	}
}

// TestSoakFlood fills one pipeline with 60,000 jobs while others get 300 a second.
func TestSoakFlood(t *testing.T) {
	soakFor(t)
	var quiet load.Times
	s := newSoak(t, load.Options{Workers: 16, Work: 5 * time.Millisecond, Started: func(media string) {
		if _, err := strconv.Atoi(media); err != nil {
			quiet.Add(time.Since(load.Due(media)))
		}
	}}, false)
	loud := s.Pipelines[0]
	var flood sync.WaitGroup
	for k := range 64 {
		flood.Go(func() {
			for n := k; n < 60_000; n += 64 {
				if _, err := s.SubmitTo(t.Context(), loud, strconv.Itoa(n)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	flood.Wait()
	began, cpu := s.Ended(), time.Now()
	var calls sync.WaitGroup
	const rate, seconds = 300, 15
	for n := range rate * seconds {
		due := cpu.Add(time.Duration(n) * time.Second / rate)
		time.Sleep(time.Until(due))
		calls.Go(func() {
			if _, err := s.SubmitTo(t.Context(), s.Pipelines[1+n%15], due.Format(time.RFC3339Nano)); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	left := s.backlog()
	times := quiet.Take()
	p50, p99 := load.Quantile(times, 0.5), load.Quantile(times, 0.99)
	t.Logf("%d jobs/s beside a backlog that still had %d; neighbours submit to start: p50 %.1f ms, p99 %.1f ms (%d jobs)",
		(s.Ended()-began)/seconds, left, milli(p50), milli(p99), len(times))
	if left == 0 {
		t.Error("the flood was over too early to tell")
	}
	if p99 > 50*time.Millisecond {
		t.Errorf("p99 of the neighbours is %v, want 50 ms", p99)
	}
}

// backlog counts ready jobs; those of the loud pipeline are all but a few.
func (s *soak) backlog() int64 {
	st, err := s.Queue.Stats(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return st.Ready
}
