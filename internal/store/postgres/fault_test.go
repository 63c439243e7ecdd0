package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/testpg"
)

// cutter passes bytes on between a client and a server, until it is armed: then the next reply of the
// server is swallowed and the connection cut, by when the server has done what it was asked for.
type cutter struct {
	l     net.Listener
	to    string
	armed atomic.Int32 // replies to swallow
	cuts  atomic.Int32
}

func newCutter(t *testing.T, to string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{l: l, to: to}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { c.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() })
	return c
}

func (c *cutter) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.(*net.TCPConn).CloseWrite()
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		// Each statement ends with ReadyForQuery, "Z" and five bytes more.
		if n >= 6 && buf[n-6] == 'Z' && c.armed.Load() > 0 && c.armed.Add(-1) >= 0 {
			c.cuts.Add(1)
			return
		}
		if n > 0 {
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// faulty is a store whose connections go through a cutter.
type faulty struct {
	*Store
	*cutter
	t    *testing.T
	node int64
	p    job.Pipeline
	ids  job.IDs
}

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	direct, err := url.Parse(newURL(t))
	if err != nil {
		t.Fatal(err)
	}
	c := newCutter(t, direct.Host)
	direct.Host = c.l.Addr().String()
	f := &faulty{Store: openAt(t, direct.String(), Options{Quiet: true}), cutter: c, t: t}
	if f.node, err = f.RegisterNode(t.Context(), store.Node{Name: "n", Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	f.p = newPipeline(t, f.Store)
	return f
}

func (f *faulty) newJob() store.NewJob {
	return store.NewJob{Account: 1, ID: f.ids.Next(), PipelineNo: f.p.No, Priority: 5, Spec: []byte("spec")}
}

func (f *faulty) claimOne() store.Claimed {
	f.t.Helper()
	got, err := f.Claim(f.t.Context(), store.ClaimRequest{Node: f.node, Want: []store.Quota{{PipelineNo: f.p.No, Max: 1}}, Max: 1, Now: time.Now(), Deadline: time.Now().Add(time.Hour)})
	if err != nil || len(got) != 1 {
		f.t.Fatalf("claimed %d, %v", len(got), err)
	}
	return got[0]
}

// cutDuring runs a call whose first reply is lost, after the statement has been prepared by a call before.
func (f *faulty) cutDuring(what string, call func() error) {
	f.t.Helper()
	before := f.cuts.Load()
	f.armed.Store(1)
	err := call()
	f.armed.Store(0)
	if err != nil {
		f.t.Errorf("%s: %v", what, err)
	}
	if f.cuts.Load() == before {
		f.t.Errorf("%s: no reply was cut", what)
	}
}

// TestLostReplies: a change that was made although its answer was lost is told as made, and is made once.
func TestLostReplies(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	ctx := t.Context()
	good := func(errs []error, err error) error { return errors.Join(append(errs, err)...) }
	yes := func(ok []bool, err error) error {
		if err == nil && !ok[0] {
			err = errors.New("not accepted")
		}
		return err
	}
	for round := range 3 { // statements are prepared in the first, connections are others in each
		j := f.newJob()
		f.cutDuring("submit", func() error { return good(f.Submit(ctx, []store.NewJob{j})) })
		if errs, err := f.Submit(ctx, []store.NewJob{j}); err != nil || !errors.Is(errs[0], store.ErrJobExists) {
			t.Errorf("round %d: a second submit gave %v, %v", round, errs, err)
		}
		var c store.Claimed
		f.cutDuring("claim", func() error { c = f.claimOne(); return nil })
		if c.ID != j.ID || c.Attempt != 1 {
			t.Errorf("claimed %v at attempt %d, want %v at 1", c.ID, c.Attempt, j.ID)
		}
		f.cutDuring("retry", func() error {
			return yes(f.Retry(ctx, f.node, []store.Retry{{Key: c.Key, NotBefore: time.Now().Add(-time.Second)}}))
		})
		f.cutDuring("wake", func() error { _, err := f.Wake(ctx, time.Now()); return err })
		c = f.claimOne()
		if c.Attempt != 2 {
			t.Errorf("attempt %d, want 2", c.Attempt)
		}
		f.cutDuring("release", func() error { return f.Release(ctx, f.node, []store.Key{c.Key}) })
		c = f.claimOne()
		if c.Attempt != 2 {
			t.Errorf("after a release attempt %d, want 2", c.Attempt)
		}
		done := store.Completion{Key: c.Key, State: job.Succeeded, Finished: time.Now(), Outcome: []byte("x"), Outbox: []store.Message{{Target: "http://x"}}}
		f.cutDuring("complete", func() error { return yes(f.Complete(ctx, f.node, []store.Completion{done})) })
		if again, err := f.Complete(ctx, f.node, []store.Completion{done}); err != nil || again[0] {
			t.Errorf("a second completion gave %v, %v", again, err)
		}
		all := []store.NewJob{f.newJob(), f.newJob()}
		f.cutDuring("submit all", func() error { return f.SubmitAll(ctx, all) })
		for _, j := range all {
			end := store.Completion{Key: store.Key{Account: 1, ID: j.ID}, State: job.Cancelled, Finished: time.Now()}
			f.cutDuring("cancel", func() error { return yes(f.Cancel(ctx, []store.Completion{end})) })
		}
		nonce := store.Nonce{KeyID: "k", Value: fmt.Sprint(round), Expires: time.Now().Add(time.Hour)}
		f.cutDuring("nonce", func() error { return yes(f.UseNonces(ctx, []store.Nonce{nonce})) })
		if fresh, err := f.UseNonces(ctx, []store.Nonce{nonce}); err != nil || fresh[0] {
			t.Errorf("the nonce is good twice: %v, %v", fresh, err)
		}
		r := store.Record{Account: 1, Kind: "k", ID: fmt.Sprint(round), Created: time.Now(), Body: []byte("a")}
		f.cutDuring("put", func() error { v, err := f.PutRecord(ctx, r); r.Version = v; return err })
		r.Body = []byte("b")
		f.cutDuring("put again", func() error { v, err := f.PutRecord(ctx, r); r.Version = v; return err })
		if got, err := f.GetRecord(ctx, 1, "k", r.ID); err != nil || got.Version != 2 || string(got.Body) != "b" {
			t.Errorf("record %+v, %v", got, err)
		}
		f.cutDuring("delete record", func() error { return f.DeleteRecord(ctx, 1, "k", r.ID) })
		key := store.AccessKey{ID: fmt.Sprint("key", round), Account: 1, Sealed: []byte{byte(round), 1}, Created: time.Now()}
		f.cutDuring("create key", func() error { return f.CreateKey(ctx, key) })
		if err := f.CreateKey(ctx, key); !errors.Is(err, store.ErrKeyExists) {
			t.Errorf("a second key: %v", err)
		}
		f.cutDuring("delete key", func() error { return f.DeleteKey(ctx, 1, key.ID) })
		var p job.Pipeline
		f.cutDuring("create pipeline", func() (err error) {
			p, err = f.CreatePipeline(ctx, job.Pipeline{ID: fmt.Sprint("more", round), Account: 1, State: job.Active, Priority: 5, Created: time.Now(), Modified: time.Now()})
			return err
		})
		f.cutDuring("get", func() error { _, err := f.Get(ctx, 1, j.ID); return err })
		if round > 0 { // the commit is another reply than the first
			f.cutDuring("delete pipeline", func() error { return f.DeletePipeline(ctx, 1, p.ID) })
		}
	}
	messages, err := f.Messages(ctx, 1, store.MessageFilter{Limit: 100})
	if err != nil || len(messages) != 3 {
		t.Errorf("%d messages, want 3, one for each job that was completed: %v", len(messages), err)
	}
}

// ownServer starts a server that the test may ill-treat.
func ownServer(t *testing.T) *testpg.Server {
	t.Helper()
	if err := testpg.Installed(); err != nil {
		t.Skip(err)
	}
	pg, err := testpg.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop() })
	return pg
}

func newPipeline(t *testing.T, s *Store) job.Pipeline {
	t.Helper()
	p, err := s.CreatePipeline(t.Context(), job.Pipeline{ID: "p", Account: 1, State: job.Active, Priority: 5, Created: time.Now(), Modified: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBackup: a dump taken under load, restored elsewhere, holds every job that was acknowledged before it began,
// and a service can go on with it.
func TestBackup(t *testing.T) {
	t.Parallel()
	pg := ownServer(t)
	s := openAt(t, pg.URL("postgres"), Options{})
	p := newPipeline(t, s)
	var ids job.IDs
	var before []job.ID
	submit := func() job.ID {
		j := store.NewJob{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5, Spec: []byte{0, 1}}
		if errs, err := s.Submit(context.Background(), []store.NewJob{j}); err != nil || errs[0] != nil {
			t.Errorf("submit: %v, %v", errs, err)
		}
		return j.ID
	}
	for range 200 {
		before = append(before, submit())
	}
	var over atomic.Bool
	var load sync.WaitGroup
	load.Go(func() {
		for !over.Load() {
			submit()
		}
	})
	dump := filepath.Join(pg.Dir(), "dump")
	err := pg.Tool(t.Context(), "pg_dump", "-Fc", "-f", dump, "postgres")
	over.Store(true)
	load.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pg.SQL(t.Context(), "postgres", "CREATE DATABASE restored"); err != nil {
		t.Fatal(err)
	}
	if err := pg.Tool(t.Context(), "pg_restore", "--exit-on-error", "-d", "restored", dump); err != nil {
		t.Fatal(err)
	}
	restored := openAt(t, pg.URL("restored"), Options{})
	for _, id := range before {
		if _, err := restored.Get(t.Context(), 1, id); err != nil {
			t.Errorf("job %s: %v", id, err)
		}
	}
	j := store.NewJob{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5}
	if errs, err := restored.Submit(t.Context(), []store.NewJob{j}); err != nil || errs[0] != nil {
		t.Errorf("submit to what was restored: %v, %v", errs, err)
	}
}

// TestServerGoesAway: calls made while the server restarts are answered when it is back, and what was
// acknowledged before a crash is there after it.
func TestServerGoesAway(t *testing.T) {
	t.Parallel()
	pg := ownServer(t)
	s := openAt(t, pg.URL("postgres"), Options{})
	p := newPipeline(t, s)
	var ids job.IDs
	var mu sync.Mutex
	acked := map[job.ID]bool{}
	var over atomic.Bool
	var load sync.WaitGroup
	for range 8 {
		load.Go(func() {
			for !over.Load() {
				j := store.NewJob{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5}
				errs, err := s.Submit(context.Background(), []store.NewJob{j})
				if err != nil || errs[0] != nil {
					t.Errorf("submit: %v, %v", errs, err)
					return
				}
				mu.Lock()
				acked[j.ID] = true
				mu.Unlock()
			}
		})
	}
	for _, stop := range []func() error{pg.Kill, pg.Halt, pg.Kill} {
		waitFor(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(acked) > 50 })
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if err := pg.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	over.Store(true)
	load.Wait()
	for id := range acked {
		if _, err := s.Get(t.Context(), 1, id); err != nil {
			t.Errorf("job %s: %v", id, err)
		}
	}
	t.Logf("%d jobs acknowledged over two crashes and one restart", len(acked))
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not happen")
}

// TestFullDisk fills the file system under the table of jobs: submits are refused with the reason, what was
// acknowledged is there, and all goes on when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	pg := ownServer(t)
	small := filepath.Join(pg.Dir(), "small")
	if err := os.Mkdir(small, 0o777); err != nil {
		t.Fatal(err)
	}
	mount := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "none", small)
	if out, err := mount.CombinedOutput(); err != nil {
		t.Skipf("cannot make a small file system here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", small).Run() })
	s := openAt(t, pg.URL("postgres"), Options{})
	inside := filepath.Join(small, "space")
	if err := os.Mkdir(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "chown", "--reference", filepath.Join(pg.Dir(), "data"), inside).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, q := range []string{"CREATE TABLESPACE small LOCATION '" + inside + "'", "ALTER TABLE job_open SET TABLESPACE small"} {
		if _, err := pg.SQL(t.Context(), "postgres", q); err != nil {
			t.Fatal(err)
		}
	}
	p := newPipeline(t, s)
	var ids job.IDs
	var acked []job.ID
	refused := error(nil)
	for n := 0; refused == nil && n < 20_000; n++ {
		j := store.NewJob{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5, Spec: make([]byte, 1500)}
		errs, err := s.Submit(t.Context(), []store.NewJob{j})
		if refused = err; err == nil && errs[0] == nil {
			acked = append(acked, j.ID)
		}
	}
	if refused == nil || !strings.Contains(refused.Error(), "disk is full") {
		t.Fatalf("after %d jobs: %v", len(acked), refused)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,size=64m", small).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	j := store.NewJob{Account: 1, ID: ids.Next(), PipelineNo: p.No, Priority: 5}
	if errs, err := s.Submit(t.Context(), []store.NewJob{j}); err != nil || errs[0] != nil {
		t.Errorf("with room again: %v, %v", errs, err)
	}
	for _, id := range append(acked, j.ID) {
		if _, err := s.Get(t.Context(), 1, id); err != nil {
			t.Errorf("acknowledged job %s: %v", id, err)
		}
	}
	t.Logf("%d jobs before the disk was full: %v", len(acked), refused)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	safe := map[string]string{"server_version_num": "150004", "in_recovery": "false", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
	for name, tt := range map[string]struct{ key, value, want string }{
		"as it should be":  {"fsync", "on", ""},
		"old":              {"server_version_num", "140011", "too old, want 15"},
		"no version":       {"server_version_num", "", "too old"},
		"standby":          {"in_recovery", "true", "standby"},
		"fsync":            {"fsync", "off", "fsync is \"off\""},
		"full_page_writes": {"full_page_writes", "off", "full_page_writes is \"off\""},
		"local":            {"synchronous_commit", "local", ""},
		"remote":           {"synchronous_commit", "remote_apply", ""},
		"lazy":             {"synchronous_commit", "off", "synchronous_commit is \"off\""},
	} {
		set := store.Settings{Version: "x", Values: map[string]string{}}
		for k, v := range safe {
			set.Values[k] = v
		}
		set.Values[tt.key] = tt.value
		err := judge(set)
		if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, store.ErrUnsafe) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
