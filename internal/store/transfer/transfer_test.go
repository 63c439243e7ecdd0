package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
	"github.com/mediagauge/mediagauge/internal/store/transfer"
	"github.com/mediagauge/mediagauge/internal/testpg"
)

func TestMain(m *testing.M) { os.Exit(testpg.Tests{M: m}.Run()) }

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// odd is text that only one of the two databases takes as it is.
const odd = "a\x00b\xff\\c ü ' \u2028"

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// fill puts something of everything into a store, odd bytes and all states included.
func fill(t *testing.T, s store.Store) (jobs []store.Key) {
	t.Helper()
	ctx := t.Context()
	ids := job.IDs{Now: func() time.Time { return epoch }}
	node := must[int64](t)(s.RegisterNode(ctx, store.Node{Name: "old", Until: epoch.Add(time.Hour)}))
	for account := job.AccountID(1); account <= 3; account++ {
		gone := must[job.Pipeline](t)(s.CreatePipeline(ctx, job.Pipeline{ID: "gone", Account: account, State: job.Active, Priority: 5, Created: epoch, Modified: epoch}))
		if err := s.DeletePipeline(ctx, account, gone.ID); err != nil {
			t.Fatal(err)
		}
		p := must[job.Pipeline](t)(s.CreatePipeline(ctx, job.Pipeline{ID: "p" + odd, Account: account, Name: odd, Speed: job.SpeedStandard,
			State: job.Active, Priority: 5, Default: account == 1, Created: epoch, Modified: epoch}))
		for i := range 400 {
			j := store.NewJob{Account: account, ID: ids.Next(), PipelineNo: p.No, Priority: job.Priority(1 + i%10), Name: odd, Spec: []byte(fmt.Sprint("spec\x00", i))}
			if i%7 == 0 {
				j.Spec = nil
			}
			if errs := must[[]error](t)(s.Submit(ctx, []store.NewJob{j})); errs[0] != nil {
				t.Fatal(errs[0])
			}
			jobs = append(jobs, store.Key{Account: account, ID: j.ID})
		}
		claimed := must[[]store.Claimed](t)(s.Claim(ctx, store.ClaimRequest{Node: node, Want: []store.Quota{{PipelineNo: p.No, Max: 300}}, Max: 300, Now: epoch, Deadline: epoch.Add(time.Hour)}))
		var done []store.Completion
		for i, c := range claimed {
			switch {
			case i < 20: // still running
			case i < 40:
				must[[]bool](t)(s.Retry(ctx, node, []store.Retry{{Key: c.Key, NotBefore: epoch.Add(time.Duration(i) * time.Minute)}}))
			default:
				d := store.Completion{Key: c.Key, State: job.Succeeded + job.State(i%3), Finished: epoch.Add(time.Second), Outcome: make([]byte, rand.IntN(6000))}
				for k := range i % 3 {
					d.Outbox = append(d.Outbox, store.Message{Target: fmt.Sprint("https://receiver.example/", k, odd), Body: []byte{0, byte(k)}})
				}
				done = append(done, d)
			}
		}
		must[[]bool](t)(s.Complete(ctx, node, done))
		if err := s.SetCallback(ctx, account, []byte{0, byte(account)}, epoch); err != nil {
			t.Fatal(err)
		}
		if err := s.CreateKey(ctx, store.AccessKey{ID: fmt.Sprint("key", account), Account: account, Sealed: []byte{1, 0}, Active: account != 2, Created: epoch, Note: odd, User: odd}); err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			must[[]bool](t)(s.UseNonces(ctx, []store.Nonce{{KeyID: fmt.Sprint("key", account), Value: odd + fmt.Sprint(i), Expires: epoch.Add(time.Hour)}}))
			must[int64](t)(s.PutRecord(ctx, store.Record{Account: account, Kind: "media", ID: odd + fmt.Sprint(i), Alias: strings.Repeat(odd, i%2) + fmt.Sprint(i), Created: epoch, Body: []byte{0}}))
		}
	}
	messages := must[[]store.StoredMessage](t)(s.TakeMessages(ctx, epoch.Add(time.Hour), epoch.Add(2*time.Hour), 100))
	for i, m := range messages[:50] {
		if err := s.SettleMessages(ctx, []store.Settlement{{No: m.No, State: store.MessageState(i % 3), Attempts: 2, Next: epoch, Ended: epoch, Last: odd}}); err != nil {
			t.Fatal(err)
		}
	}
	return jobs
}

// all reads everything that a store holds, by its methods.
func all(t *testing.T, s store.Store, jobs []store.Key) map[string]any {
	t.Helper()
	ctx := t.Context()
	out := map[string]any{}
	for _, k := range jobs {
		r := must[store.Row](t)(s.Get(ctx, k.Account, k.ID))
		if r.State == job.Running {
			r.State = job.Queued // what ran is ready again
		}
		out["job "+k.ID.String()] = r
	}
	for account := job.AccountID(1); account <= 3; account++ {
		for what, v := range map[string]any{
			"pipelines": must[[]job.Pipeline](t)(s.ListPipelines(ctx, account)),
			"jobs":      len(must[[]store.Row](t)(s.List(ctx, account, job.Filter{}, job.ID{}, 10_000))),
			"succeeded": must[[]store.Row](t)(s.List(ctx, account, job.Filter{States: job.States(job.Succeeded)}, job.ID{}, 1000)),
			"messages":  must[[]store.StoredMessage](t)(s.Messages(ctx, account, store.MessageFilter{Limit: 10_000})),
			"callback":  must[[]byte](t)(s.GetCallback(ctx, account)),
			"keys":      must[[]store.AccessKey](t)(s.ListKeys(ctx, account)),
			"records":   must[[]store.Record](t)(s.ListRecords(ctx, account, "media", store.RecordFilter{Limit: 1000})),
		} {
			out[fmt.Sprint(what, " of ", account)] = v
		}
	}
	return out
}

func TestCopy(t *testing.T) {
	t.Parallel()
	if err := testpg.Installed(); err != nil {
		t.Skip(err)
	}
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "mediagauge.db")
	from := must[*sqlite.Store](t)(sqlite.Open(ctx, path, sqlite.Options{}))
	jobs := fill(t, from)
	address := must[string](t)(testpg.URL(ctx))
	if _, err := transfer.Copy(ctx, path, address); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a database that a server has open: %v", err)
	}
	want := all(t, from, jobs)
	if err := from.Close(); err != nil {
		t.Fatal(err)
	}
	counts := must[[]transfer.Count](t)(transfer.Copy(ctx, path, address))
	if got := fmt.Sprint(counts); got != "[{pipeline 3} {job_open 420} {job_done 780} {outbox 783} {callback 3} {access_key 3} {nonce 150} {record 150}]" {
		t.Error(got)
	}
	to := must[*postgres.Store](t)(postgres.Open(ctx, address, postgres.Options{}))
	t.Cleanup(func() { _ = to.Close() })
	got := all(t, to, jobs)
	for what := range want {
		if !reflect.DeepEqual(got[what], want[what]) {
			t.Errorf("%s:\n%.300v\nwant\n%.300v", what, got[what], want[what])
		}
	}
	ready, running, waiting, err := to.Depth(ctx)
	if err != nil || ready != 360 || running != 0 || waiting != 60 {
		t.Errorf("%d ready, %d running, %d waiting, %v", ready, running, waiting, err)
	}
	// Numbers go on where they were: none is given twice.
	p := must[job.Pipeline](t)(to.CreatePipeline(ctx, job.Pipeline{ID: "new", Account: 1, State: job.Active, Priority: 5, Created: epoch, Modified: epoch}))
	if p.No != 7 {
		t.Errorf("the next pipeline has number %d, want 7", p.No)
	}
	if fresh := must[[]bool](t)(to.UseNonces(ctx, []store.Nonce{{KeyID: "key1", Value: odd + "7", Expires: epoch.Add(time.Hour)}})); fresh[0] {
		t.Error("a nonce was forgotten")
	}
	if _, err := transfer.Copy(ctx, path, address); !errors.Is(err, transfer.ErrNotEmpty) {
		t.Errorf("a target with something in it: %v", err)
	}
}

// A difference between what was sent and what arrived leaves nothing behind.
func TestCopyNoticesDifferences(t *testing.T) {
	t.Parallel()
	if err := testpg.Installed(); err != nil {
		t.Skip(err)
	}
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "mediagauge.db")
	from := must[*sqlite.Store](t)(sqlite.Open(ctx, path, sqlite.Options{}))
	fill(t, from)
	if err := from.Close(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]string{
		"changed": `CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.attempt := 77; RETURN NEW; END $$`,
		"dropped": `CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.priority = 3 THEN RETURN NULL; END IF; RETURN NEW; END $$`,
	} {
		address := must[string](t)(testpg.URL(ctx))
		must[postgres.Schema](t)(postgres.Migrate(ctx, address))
		c := must[*pgx.Conn](t)(pgx.Connect(ctx, address))
		for _, q := range []string{spoil, `CREATE TRIGGER spoil BEFORE INSERT ON job_done FOR EACH ROW EXECUTE FUNCTION spoil()`} {
			if _, err := c.Exec(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
		_, err := transfer.Copy(ctx, path, address)
		if err == nil || !strings.Contains(err.Error(), "job_done") {
			t.Errorf("%s: %v", name, err)
		}
		var left int
		if err := c.QueryRow(ctx, `SELECT (SELECT count(*) FROM pipeline) + (SELECT count(*) FROM job_open) + (SELECT count(*) FROM job_done)`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%s: %d rows left behind, %v", name, left, err)
		}
		_ = c.Close(ctx)
	}
}
