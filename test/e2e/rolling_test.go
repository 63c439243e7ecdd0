package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// balancer sends calls to nodes that say they are ready, as a load balancer in front of them does. A node
// whose connection is refused or that answers 503 is left at once; the call is then tried a second time, once.
type balancer struct {
	c    *cluster
	down []atomic.Bool
}

// probe asks every node whether it is ready, until ctx ends.
func (b *balancer) probe(ctx context.Context) {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for ctx.Err() == nil {
		for n := range b.down {
			resp, err := client.Get(b.c.node(n).URL + "/readyz")
			ok := err == nil && resp.StatusCode == http.StatusOK
			if err == nil {
				resp.Body.Close()
			}
			b.down[n].Store(!ok)
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// call makes one call by way of two nodes at most.
func (b *balancer) call(f func(s *rig.Server) error) error {
	first := mrand.IntN(len(b.down))
	var err error
	for try, tried := 0, 0; try < 2*len(b.down) && tried < 2; try++ {
		n := (first + try) % len(b.down)
		if b.down[n].Load() {
			continue
		}
		tried++
		if err = f(b.c.node(n)); err == nil {
			return nil
		}
		var told *rig.Error
		if errors.As(err, &told) && told.Status != http.StatusServiceUnavailable {
			return err
		}
	}
	return errors.Join(errors.New("two nodes failed"), err)
}

// TestRollingRestart replaces every node, one after the other and twice, while calls go on.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Handle("/text", rig.Content([]byte("This is no media file.\n")))
	c := newCluster(t, startPostgres(t), rig.Options{Allow: []string{origin.Allow()}})
	const nodes = 3
	for n := range nodes {
		c.start(n)
	}
	b := &balancer{c: c, down: make([]atomic.Bool, nodes)}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var parts sync.WaitGroup
	parts.Go(func() { b.probe(ctx) })

	var mu sync.Mutex
	var times []time.Duration
	acked := map[string]bool{}
	var failed atomic.Int64
	for caller := range 4 {
		parts.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				began := time.Now()
				err := b.call(func(s *rig.Server) error {
					api := s.API()
					defer api.HTTP.CloseIdleConnections()
					j, err := api.Submit(t.Context(), rig.Spec{Media: origin.URL + "/text", Name: fmt.Sprint(caller, "-", n)})
					if err == nil {
						mu.Lock()
						acked[j.JobId] = true
						mu.Unlock()
					}
					return err
				})
				if err != nil {
					failed.Add(1)
					t.Errorf("call failed: %v", err)
				}
				mu.Lock()
				times = append(times, time.Since(began))
				mu.Unlock()
				time.Sleep(5 * time.Millisecond) // a steady load, not all that fits
			}
		})
	}
	for range 2 {
		for n := range nodes {
			old := c.node(n)
			if code := old.Stop(); code != 0 {
				t.Errorf("node %d: exit code %d", n, code)
			}
			c.start(n)
			for b.down[n].Load() && ctx.Err() == nil {
				time.Sleep(20 * time.Millisecond) // the next one goes when this one is ready, as rolling updates do
			}
		}
	}
	stop()
	parts.Wait()
	c.settle()
	ended, err := c.pg.SQL(t.Context(), "postgres", "SELECT replace(job_id::text, '-', '') FROM job_done")
	if err != nil {
		t.Fatal(err)
	}
	for id := range strings.FieldsSeq(ended) {
		delete(acked, id)
	}
	if len(acked) > 0 {
		t.Errorf("%d acknowledged jobs are not in the history: %v", len(acked), acked)
	}
	if n := c.sql("SELECT count(*) FROM job_done WHERE attempt > 1"); n != 0 {
		t.Errorf("%d jobs were begun more than once", n)
	}
	slices.Sort(times)
	t.Logf("%d nodes restarted twice: %d calls, %d failed, p50 %v, p99 %v, longest %v", nodes, len(times), failed.Load(),
		times[len(times)/2].Round(time.Millisecond), times[len(times)*99/100].Round(time.Millisecond), times[len(times)-1].Round(time.Millisecond))
}

// TestRoles gives each node one role: none does another's work, and together they do all of it.
func TestRoles(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Handle("/text", rig.Content([]byte("This is no media file.\n")))
	hook := &hookOf{told: map[string]string{}}
	origin.Handle("/hook", hook.ServeHTTP)
	c := newCluster(t, startPostgres(t), rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_CALLBACK_ALLOW": origin.Allow()}})
	start := func(role string) *rig.Server {
		c.options.Env["MEDIAGAUGE_ROLES"] = role
		return rig.Start(t, c.options)
	}
	ctx := within(t, time.Minute)
	front := start("api")
	api := front.API()
	if err := api.Call(ctx, "SetEventCallback", map[string]string{"CallbackType": "HTTP", "CallbackURL": origin.URL + "/hook"}, nil); err != nil {
		t.Fatal(err)
	}
	j, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/text"})
	if err != nil {
		t.Fatal(err)
	}
	if now, err := api.Get(ctx, j.JobId); err != nil || now.Status != "Init" {
		t.Errorf("without a worker the job is %s, %v", now.Status, err)
	}
	work := start("worker")
	if j, err = api.Wait(ctx, j.JobId); err != nil || j.Status != "Fail" {
		t.Fatalf("%+v, %v", j, err)
	}
	if n := c.sql("SELECT count(*) FROM outbox WHERE state = 0"); n != 1 {
		t.Errorf("%d messages wait, want 1: nobody has the role callback", n)
	}
	start("callback")
	c.settle()
	if hook.told[j.JobId] != "Fail" {
		t.Errorf("told: %v", hook.told)
	}
	// With all there, work on one node is seen at once on the others.
	began := time.Now()
	if j, err = api.Run(ctx, rig.Spec{Media: origin.URL + "/text"}); err != nil {
		t.Fatal(err)
	}
	t.Logf("submit on one node, run on another, seen on the first: %v", time.Since(began).Round(time.Millisecond))
	var list struct {
		NodeList []struct {
			Roles   []string
			Workers int
		}
	}
	if err := api.Call(ctx, "ListNodes", nil, &list); err != nil || len(list.NodeList) != 3 || fmt.Sprint(list.NodeList[0].Roles, list.NodeList[1].Roles, list.NodeList[2].Roles) != "[api] [worker] [callback]" {
		t.Errorf("%+v, %v", list, err)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": `mediagauge_nodes{role="worker"} 1`} {
		if body := fetch(t, work.URL+path); !strings.Contains(body, want) {
			t.Errorf("%s of a worker does not say %q:\n%s", path, want, body)
		}
	}
	if err := work.API().Call(ctx, "ListMediaInfoJobs", nil, nil); err == nil || !strings.Contains(err.Error(), "does not answer calls") {
		t.Errorf("a worker answers the API: %v", err)
	}
	out, _, code := rig.Command(t, rig.Options{Env: map[string]string{"MEDIAGAUGE_DATABASE": c.options.Env["MEDIAGAUGE_DATABASE"], "MEDIAGAUGE_FFPROBE": "off"}}, "doctor")
	if code != 0 || !strings.Contains(out, "fsync=on") || strings.Count(out, "alive until") != 3 {
		t.Errorf("doctor: exit code %d\n%s", code, out)
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestBadDatabases: what would not work, or would not keep its word, is refused at the start with the reason.
func TestBadDatabases(t *testing.T) {
	t.Parallel()
	pg := startPostgres(t)
	for _, q := range []string{"CREATE ROLE poor LOGIN", "CREATE DATABASE other", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"} {
		if _, err := pg.SQL(t.Context(), "postgres", q); err != nil {
			t.Fatal(err)
		}
	}
	unsafe := startPostgres(t, "fsync=off")
	lazy := startPostgres(t, "synchronous_commit=off")
	good := pg.URL("other")
	first := newCluster(t, pg, rig.Options{})
	first.options.Env["MEDIAGAUGE_DATABASE"] = good
	first.start(0) // makes the schema and the proof of the master key
	if _, err := pg.SQL(t.Context(), "postgres", "CREATE DATABASE newer TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	if _, err := pg.SQL(t.Context(), "newer", "CREATE TABLE schema_version (version integer PRIMARY KEY, needs integer NOT NULL, applied timestamptz DEFAULT now()); INSERT INTO schema_version VALUES (99, 98)"); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		url  string
		want []string
	}{
		"no server":        {"postgres://u:hunter2@127.0.0.1:1/x?connect_timeout=1", []string{"connection refused"}},
		"no database":      {pg.URL("nowhere"), []string{"does not exist", "CREATE DATABASE"}},
		"no user":          {strings.Replace(pg.URL("postgres"), "mediagauge@", "stranger:hunter2@", 1), []string{"stranger"}},
		"no rights":        {strings.Replace(pg.URL("postgres"), "mediagauge@", "poor@", 1), []string{"permission denied", "lacks a right"}},
		"another product":  {"mysql://u:hunter2@db/x", []string{"MEDIAGAUGE_DATABASE", "postgres://"}},
		"nonsense":         {"postgres://u:hunter2@127.0.0.1:none/x", []string{"not one of PostgreSQL"}},
		"fsync off":        {unsafe.URL("postgres"), []string{"fsync is \"off\"", "fsync = on"}},
		"lazy commits":     {lazy.URL("postgres"), []string{"synchronous_commit is \"off\"", "ALTER ROLE"}},
		"newer schema":     {pg.URL("newer"), []string{"schema version 99", "newer release"}},
		"other master key": {good, []string{"master key is not the one", "MEDIAGAUGE_MASTER_KEY"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := rig.Launch(t, rig.Options{Env: map[string]string{"MEDIAGAUGE_DATABASE": tt.url, "MEDIAGAUGE_FFPROBE": "off"}})
			code := s.Wait()
			logs := s.Logs()
			if code == 0 {
				t.Fatal("it started")
			}
			for _, want := range tt.want {
				if !strings.Contains(logs, want) {
					t.Errorf("%q is not said:\n%s", want, logs)
				}
			}
			if strings.Contains(logs, "hunter2") || strings.Contains(logs, "goroutine") {
				t.Errorf("said too much:\n%s", logs)
			}
		})
	}
}
