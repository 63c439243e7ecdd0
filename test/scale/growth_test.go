package scale

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to fill a database faster than a service can

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
	"github.com/mediagauge/mediagauge/internal/testpg"
	"github.com/mediagauge/mediagauge/test/scale/load"
)

// grown is a database with a history.
type grown struct {
	rows  int
	store store.Store
	rig   *load.Rig
	cpu   func() time.Duration
	cost  map[string][]float64 // µs of processor by what was done
	rates []float64
}

// TestGrowth measures what a job, a look and a page cost with short and long histories. The sizes come from
// MEDIAGAUGE_GROWTH, such as "10000,1000000,10000000"; without it the test is skipped.
func TestGrowth(t *testing.T) {
	text := os.Getenv("MEDIAGAUGE_GROWTH")
	if text == "" {
		t.Skip("MEDIAGAUGE_GROWTH is not set; make growth sets it")
	}
	var sizes []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, n)
	}
	spec, outcome := sampleRow(t)
	t.Logf("a finished job holds %d bytes of spec and %d of outcome", len(spec), len(outcome))
	t.Run("postgres", func(t *testing.T) {
		pg, err := testpg.Start(t.Context(), "shared_buffers=2GB", "max_wal_size=8GB", "autovacuum=on")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = pg.Stop() })
		growth(t, sizes, func(n int) *grown { return growPostgres(t, pg, n, spec, outcome) })
	})
	t.Run("sqlite", func(t *testing.T) {
		growth(t, sizes, func(n int) *grown { return growSQLite(t, n, spec, outcome) })
	})
}

// sampleRow is what a job of the load leaves behind.
func sampleRow(t *testing.T) (spec, outcome []byte) {
	t.Helper()
	s := openSQLite(t)
	r := start(t, s, load.Options{})
	j, err := r.Submit(t.Context(), "oss://bucket/x.mp4")
	if err != nil {
		t.Fatal(err)
	}
	r.WaitEnded(1)
	row, err := s.Get(t.Context(), j.Account, j.ID)
	if err != nil {
		t.Fatal(err)
	}
	return row.Spec, row.Outcome
}

// age is how far the history reaches back, and every how many of its jobs failed.
const (
	age       = 365 * 24 * time.Hour
	failEvery = 100
)

func growPostgres(t *testing.T, pg *testpg.Server, n int, spec, outcome []byte) *grown {
	t.Helper()
	url, err := pg.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Open(t.Context(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := &grown{rows: n, store: s, rig: start(t, s, load.Options{}), cost: map[string][]float64{}}
	began := time.Now()
	fill := fmt.Sprintf(`INSERT INTO job_done SELECT 1 + i %% %d,
  (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(i %% 4096), 3, '0') || '8' || substr(md5(i::text), 1, 15))::uuid,
  1 + i %% %d, 1 + i %% 10, CASE WHEN i %% %d = 0 THEN 4 ELSE 3 END, 1, ms * 1000 + 30000, 'load', '\x%x', '\x%x'
FROM (SELECT i, (%d + i * %d.0 / %d)::bigint AS ms FROM generate_series(0, %d) AS i) AS t;
VACUUM (ANALYZE) job_done; CHECKPOINT;`, load.Accounts, load.Pipelines, failEvery, spec, outcome,
		time.Now().Add(-age).UnixMilli(), age.Milliseconds(), n, n-1)
	name := url[strings.LastIndexByte(url, '/')+1 : strings.IndexByte(url, '?')]
	if _, err := pg.SQL(context.WithoutCancel(t.Context()), name, fill); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows made in %s", n, time.Since(began).Round(time.Second))
	var last time.Duration
	g.cpu = func() time.Duration {
		d, err := pg.CPU()
		if err != nil {
			t.Fatal(err)
		}
		last = max(last, d)
		return last
	}
	return g
}

func growSQLite(t *testing.T, n int, spec, outcome []byte) *grown {
	t.Helper()
	path := filepath.Join(t.TempDir(), "jobs.db")
	first, err := sqlite.Open(t.Context(), path, sqlite.Options{}) // makes the schema
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(off)&_pragma=cache_size(-262144)")
	if err != nil {
		t.Fatal(err)
	}
	const part = 100_000
	for from := 0; from < n; from += part {
		_, err := db.ExecContext(t.Context(), `WITH RECURSIVE c(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < ?2)
INSERT INTO job_done (account, job_id, pipeline_no, priority, state, attempt, finished_us, name, spec, outcome)
SELECT 1 + i % ?3, unhex(printf('%012x7%03x8%015x', ?4 + i * ?5 / ?6, i % 4096, abs(random()) % 1152921504606846976)),
  1 + i % ?7, 1 + i % 10, CASE WHEN i % ?8 = 0 THEN 4 ELSE 3 END, 1, (?4 + i * ?5 / ?6) * 1000 + 30000, 'load', ?9, ?10 FROM c`,
			from, min(from+part, n), load.Accounts, time.Now().Add(-age).UnixMilli(), age.Milliseconds(), n, load.Pipelines, failEvery, spec, outcome)
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.ExecContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows made in %s", n, time.Since(began).Round(time.Second))
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &grown{rows: n, store: s, rig: start(t, s, load.Options{}), cpu: load.CPU, cost: map[string][]float64{}}
}

// growth measures every size in turn, several times, and compares the medians.
func growth(t *testing.T, sizes []int, grow func(n int) *grown) {
	t.Helper()
	var all []*grown
	for _, n := range sizes {
		all = append(all, grow(n))
	}
	const rounds = 5
	for range rounds {
		for _, g := range all {
			g.measure(t)
		}
	}
	for _, what := range []string{"job", "get", "list newest", "list", "list by state", "list window", anywhere} {
		line, least, most := "", 0.0, 0.0
		for _, g := range all {
			c := middle(g.cost[what])
			line += fmt.Sprintf("  %d: %.1f µs", g.rows, c)
			if least == 0 || c < least {
				least = c
			}
			most = max(most, c)
		}
		t.Logf("%-14s%s  (%.2fx)", what, line, most/least)
		if most > 1.15*least && what != anywhere {
			t.Errorf("%s costs between %.1f and %.1f µs, more than 1.15 times as much", what, least, most)
		}
	}
	for _, g := range all {
		t.Logf("%d rows: %.0f jobs/s", g.rows, middle(g.rates))
	}
}

func middle(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return s[len(s)/2]
}

// measure does each thing many times and notes what one took of the database's processors.
func (g *grown) measure(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	each := func(what string, n int, f func(i int)) {
		before := g.cpu()
		for i := range n {
			f(i)
		}
		g.cost[what] = append(g.cost[what], float64((g.cpu()-before).Nanoseconds())/1000/float64(n))
	}
	list := func(account job.AccountID, f job.Filter, cursor job.ID) []store.Row {
		rows, err := g.store.List(ctx, account, f, cursor, page)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) < page*9/10 {
			t.Fatalf("%d rows, want a page of %d", len(rows), page)
		}
		return rows
	}
	someone := func() job.AccountID { return job.AccountID(1 + rand.IntN(load.Accounts)) }
	// What people look at: the youngest two thousand jobs of each account, as many in every size, so that what
	// is in memory is the same and the difference is that of the indexes.
	recent := map[job.AccountID][]store.Row{}
	for account := job.AccountID(1); account <= load.Accounts; account++ {
		var cursor job.ID
		for range 20 {
			rows := list(account, job.Filter{}, cursor)
			recent[account] = append(recent[account], rows...)
			cursor = rows[len(rows)-1].ID
		}
	}
	some := func() store.Row {
		rows := recent[someone()]
		return rows[rand.IntN(len(rows))]
	}
	each("get", 20_000, func(int) {
		r := some()
		if _, err := g.store.Get(ctx, r.Account, r.ID); err != nil {
			t.Fatal(err)
		}
	})
	each("list newest", 3000, func(int) { list(someone(), job.Filter{}, job.ID{}) })
	each("list", 3000, func(int) { r := some(); list(r.Account, job.Filter{}, r.ID) })
	each("list by state", 3000, func(int) { r := some(); list(r.Account, job.Filter{States: job.States(job.Succeeded)}, r.ID) })
	each("list window", 3000, func(int) {
		r := recent[someone()][page+rand.IntN(page):]
		f := job.Filter{From: r[page].ID.Time(), To: r[0].ID.Time(), Oldest: true, States: job.States(job.Succeeded)}
		list(r[0].Account, f, job.ID{})
	})
	// Anywhere in a year of history: the longer it is, the less of it is in the database's memory.
	each(anywhere, 1000, func(int) {
		list(someone(), job.Filter{}, job.FirstID(time.Now().Add(-age/20-time.Duration(rand.Int64N(int64(age/2))))))
	})

	const jobs = 20_000
	began, ended := time.Now(), g.rig.Ended()
	each("job", 1, func(int) {
		var left atomic.Int64
		left.Store(jobs)
		if err := g.rig.Closed(ctx, func() bool { return left.Add(-1) >= 0 }); err != nil {
			t.Fatal(err)
		}
		g.rig.WaitEnded(ended + jobs)
	})
	g.cost["job"][len(g.cost["job"])-1] /= jobs
	g.rates = append(g.rates, jobs/time.Since(began).Seconds())
}

const (
	page     = 100 // rows of a list
	anywhere = "list anywhere"
)
