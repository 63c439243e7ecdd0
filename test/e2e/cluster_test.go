package e2e

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testpg"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

const clusterNodes = 4

// fromEnv is a number that the environment may change, for long runs.
func fromEnv(t *testing.T, name string, standard int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s: %q", name, text)
	}
	return n
}

// startPostgres starts a server of the test's own.
func startPostgres(t *testing.T, settings ...string) *testpg.Server {
	t.Helper()
	if err := testpg.Installed(); err != nil {
		t.Skip(err)
	}
	pg, err := testpg.Start(t.Context(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	return pg
}

// cluster is nodes over one database.
type cluster struct {
	t       *testing.T
	pg      *testpg.Server
	options rig.Options // but for DataDir

	mu    sync.RWMutex
	nodes []*rig.Server
}

// newCluster prepares nodes and starts none.
func newCluster(t *testing.T, pg *testpg.Server, options rig.Options) *cluster {
	t.Helper()
	if options.Env == nil {
		options.Env = map[string]string{}
	}
	var key [32]byte
	if _, err := io.ReadFull(rand.Reader, key[:]); err != nil {
		t.Fatal(err)
	}
	options.Env["MEDIAGAUGE_MASTER_KEY"] = hex.EncodeToString(key[:])
	options.Env["MEDIAGAUGE_DATABASE"] = pg.URL("postgres")
	return &cluster{t: t, pg: pg, options: options}
}

// start starts node n, for the first time or again.
func (c *cluster) start(n int) {
	c.t.Helper()
	s := rig.Start(c.t, c.options)
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.nodes) <= n {
		c.nodes = append(c.nodes, nil)
	}
	c.nodes[n] = s
}

func (c *cluster) node(n int) *rig.Server {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.nodes[n%len(c.nodes)]
}

// sql runs a query that yields one number.
func (c *cluster) sql(query string) int {
	c.t.Helper()
	out, err := c.pg.SQL(context.WithoutCancel(c.t.Context()), "postgres", query)
	if err != nil {
		c.t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		c.t.Fatalf("%s: %q", query, out)
	}
	return n
}

// witness makes the database itself write down every claim and every end, in tables that the service
// does not know.
const witness = `
CREATE TABLE seen_claim (job_id uuid, attempt int, node bigint);
CREATE TABLE seen_end (job_id uuid, attempt int, state int);
CREATE FUNCTION see_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO seen_claim VALUES (NEW.job_id, NEW.attempt, NEW.lease_owner); RETURN NULL; END $$;
CREATE FUNCTION see_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO seen_end VALUES (NEW.job_id, NEW.attempt, NEW.state); RETURN NULL; END $$;
CREATE TRIGGER see_claim AFTER UPDATE ON job_open FOR EACH ROW WHEN (NEW.run_state = 1 AND OLD.run_state <> 1) EXECUTE FUNCTION see_claim();
CREATE TRIGGER see_end AFTER INSERT ON job_done FOR EACH ROW EXECUTE FUNCTION see_end();`

// hookOf accepts every message and remembers which jobs it was told of.
type hookOf struct {
	mu         sync.Mutex
	told       map[string]string
	duplicates int
}

func (h *hookOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var d delivery
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, twice := h.told[d.MessageBody.JobId]; twice {
		h.duplicates++
	}
	h.told[d.MessageBody.JobId] = d.MessageBody.Status
}

// TestCluster lets four nodes share a database while nodes are killed at random, one freezes for longer
// than its lease, and the database itself crashes twice.
func TestCluster(t *testing.T) {
	t.Parallel()
	total := fromEnv(t, "MEDIAGAUGE_CLUSTER_JOBS", 2000)
	kills := fromEnv(t, "MEDIAGAUGE_CLUSTER_KILLS", 6)
	origin := rig.NewOrigin(t)
	origin.Handle("/text", rig.Content([]byte("This is no media file.\n")))
	origin.Handle("/slow", func(w http.ResponseWriter, r *http.Request) {
		select { // long enough to be held by a node that dies
		case <-r.Context().Done():
		case <-time.After(time.Duration(100+mrand.IntN(500)) * time.Millisecond):
			rig.Content([]byte("This is no media file.\n"))(w, r)
		}
	})
	hook := &hookOf{told: map[string]string{}}
	origin.Handle("/hook", hook.ServeHTTP)
	c := newCluster(t, startPostgres(t), rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_CALLBACK_ALLOW": origin.Allow(), "MEDIAGAUGE_WORKERS": "8"}})
	for n := range clusterNodes {
		c.start(n)
	}
	if _, err := c.pg.SQL(t.Context(), "postgres", witness); err != nil {
		t.Fatal(err)
	}
	set := map[string]string{"CallbackType": "HTTP", "CallbackURL": origin.URL + "/hook"}
	if err := c.node(0).API().Call(t.Context(), "SetEventCallback", set, nil); err != nil {
		t.Fatal(err)
	}

	l := &ledger{acked: map[string]string{}, ended: map[string]string{}}
	var acked, killed, crashed, refused atomic.Int64
	var load, chaos sync.WaitGroup
	next := make(chan int)
	for range 8 {
		load.Go(func() { submitAnywhere(c, origin, l, next, &acked, &refused) })
	}
	// What dies is paced by progress, so that there is work under way whenever something does.
	chaos.Go(func() {
		frozen := false
		for step := 1; step <= kills; step++ {
			for acked.Load() < int64(total*step/(kills+2)) && t.Context().Err() == nil {
				time.Sleep(20 * time.Millisecond) // poll: the load goes on by itself
			}
			// A job that is lost three times is given up by the rules; what is held for half a second
			// at most is not lost that often at this pace.
			time.Sleep(time.Duration(min(total, 20_000)) * time.Second / 10_000)
			n := mrand.IntN(clusterNodes)
			switch {
			case step == kills/3 || step == 2*kills/3:
				if err := c.pg.Kill(); err != nil {
					t.Error(err)
				}
				if err := c.pg.Launch(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
				crashed.Add(1)
			case !frozen:
				frozen = true
				s := c.node(n)
				s.Suspend()
				chaos.Go(func() { time.Sleep(17 * time.Second); s.Resume() }) // longer than any lease
				continue
			}
			s := c.node(n)
			s.Resume()
			s.Kill()
			killed.Add(1)
			c.start(n)
		}
	})
	for n := range total {
		next <- n
	}
	close(next)
	load.Wait()
	chaos.Wait()

	c.settle()
	if got := len(l.acked); got < total*9/10 {
		t.Errorf("only %d of %d submits were acknowledged", got, total)
	}
	for n := range clusterNodes { // every node shows the same
		audit(t, c.node(n), l)
	}
	c.checkWitness(l)
	c.checkTold(hook)
	t.Logf("%d nodes, %d kills, %d crashes of the database, 1 frozen node: %d jobs acknowledged, %d calls failed, %d jobs ended, %d told, %d of them more than once",
		clusterNodes, killed.Load(), crashed.Load(), len(l.acked), refused.Load(), c.sql("SELECT count(*) FROM job_done"), len(hook.told), hook.duplicates)
}

// submitAnywhere submits to whichever node answers, one job for each number.
func submitAnywhere(c *cluster, origin *rig.Origin, l *ledger, next <-chan int, acked, refused *atomic.Int64) {
	at := mrand.IntN(clusterNodes)
	for n := range next { // to the end, or the sender would wait
		if c.t.Failed() {
			continue
		}
		media := origin.URL + "/text"
		if n%25 == 3 {
			media = origin.URL + "/slow"
		}
		name := fmt.Sprint("n", n)
		for try := range 100 {
			api := c.node(at + try).API()
			ctx, cancel := context.WithTimeout(c.t.Context(), 15*time.Second)
			j, err := api.Submit(ctx, rig.Spec{Media: media, Name: name + strings.Repeat("'", try), Schedule: rig.Schedule{Priority: 1 + n%10}})
			cancel()
			api.HTTP.CloseIdleConnections()
			if err == nil {
				l.acknowledge(j.JobId, j.Name)
				acked.Add(1)
				break
			}
			refused.Add(1)
			var e *rig.Error
			if errors.As(err, &e) && e.Status < 500 {
				c.t.Errorf("submit refused: %v", e)
				return
			}
		}
	}
}

// settle waits until no job is open and no callback pending.
func (c *cluster) settle() {
	c.t.Helper()
	ctx := within(c.t, 3*time.Minute)
	for {
		open := c.sql("SELECT count(*) FROM job_open")
		pending := c.sql("SELECT count(*) FROM outbox WHERE state = 0")
		if open+pending == 0 {
			return
		}
		select {
		case <-ctx.Done():
			c.t.Fatalf("%d jobs open, %d callbacks pending", open, pending)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// checkWitness holds what the database saw against the promises: each job ended once, by the holder of
// the last claim.
func (c *cluster) checkWitness(l *ledger) {
	c.t.Helper()
	for what, query := range map[string]string{
		"jobs that ended more than once":          `SELECT count(*) FROM (SELECT job_id FROM seen_end GROUP BY job_id HAVING count(*) > 1) AS t`,
		"jobs ended by a claim that was not last": `SELECT count(*) FROM seen_end e WHERE attempt <> (SELECT max(attempt) FROM seen_claim s WHERE s.job_id = e.job_id)`,
		"claims with one fencing number":          `SELECT count(*) FROM (SELECT job_id, attempt FROM seen_claim GROUP BY job_id, attempt HAVING count(DISTINCT node) > 1) AS t WHERE NOT EXISTS (SELECT 1 FROM seen_claim s WHERE s.job_id = t.job_id AND s.attempt > t.attempt)`,
		"ended jobs without a message":            `SELECT count(*) FROM job_done d WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.job_id = d.job_id)`,
		"messages without an ended job":           `SELECT count(*) FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM job_done d WHERE d.job_id = o.job_id)`,
		"messages neither delivered nor given up": `SELECT count(*) FROM outbox WHERE state = 0`,
		"jobs that are open and ended":            `SELECT count(*) FROM job_open JOIN job_done USING (account, job_id)`,
		"ends that the history does not have":     `SELECT count(*) FROM seen_end e LEFT JOIN job_done d USING (job_id) WHERE d.state IS DISTINCT FROM e.state`,
	} {
		if n := c.sql(query); n != 0 {
			c.t.Errorf("%d %s", n, what)
		}
	}
	if n := c.sql("SELECT count(*) FROM job_done"); n < len(l.acked) {
		c.t.Errorf("%d jobs ended, %d were acknowledged", n, len(l.acked))
	}
}

func (c *cluster) checkTold(h *hookOf) {
	c.t.Helper()
	dead := c.sql("SELECT count(*) FROM outbox WHERE state = 2")
	h.mu.Lock()
	defer h.mu.Unlock()
	if ended := c.sql("SELECT count(DISTINCT job_id) FROM outbox"); len(h.told)+dead < ended {
		c.t.Errorf("%d jobs have messages, %d were told and %d given up", ended, len(h.told), dead)
	}
}
