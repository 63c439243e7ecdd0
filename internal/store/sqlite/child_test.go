package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Tests that kill or trace a process run this test binary again with childMode set.
const (
	childMode   = "MEDIAGAUGE_TEST_CHILD"  // "load" or "order"
	childDB     = "MEDIAGAUGE_TEST_DB"     // path of the database
	childLedger = "MEDIAGAUGE_TEST_LEDGER" // path of the list of acknowledged changes
	childTune   = "MEDIAGAUGE_TEST_TUNE"   // SQL for Options.tune
)

// exitFatal is how a child ends when its store reports a storage error.
const exitFatal = 3

func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		os.Exit(runChild(mode))
	}
	goleak.VerifyTestMain(m)
}

func runChild(mode string) int {
	c, err := newChild()
	if err == nil {
		switch mode {
		case "load":
			err = c.load()
		case "order":
			err = c.order()
		default:
			err = fmt.Errorf("unknown mode %q", mode)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		select {
		case cause := <-c.fatal():
			fmt.Fprintln(os.Stderr, "fatal:", cause)
			return exitFatal
		default:
			return 1
		}
	}
	return 0
}

// child is a process that works on a store and writes down what was acknowledged.
type child struct {
	*Store
	node int64
	p    job.Pipeline
	ids  job.IDs

	mu     sync.Mutex
	ledger *os.File
}

func (c *child) fatal() <-chan error {
	if c == nil || c.Store == nil {
		return nil
	}
	return c.Store.Fatal()
}

func newChild() (*child, error) {
	ctx := context.Background()
	s, err := Open(ctx, os.Getenv(childDB), Options{tune: os.Getenv(childTune), unchecked: true, checkpointPages: 200})
	if err != nil {
		return nil, err
	}
	c := &child{Store: s}
	if c.ledger, err = os.OpenFile(os.Getenv(childLedger), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return c, err
	}
	if c.p, err = c.CreatePipeline(ctx, job.Pipeline{ID: "p", Account: 1, State: job.Active, Priority: 6, Default: true}); err != nil {
		return c, err
	}
	c.node, err = c.RegisterNode(ctx, store.Node{Name: "child", Until: time.Now().Add(time.Hour)})
	return c, err
}

// note writes a line to the ledger, syncs it, and tells the parent by a byte on standard output.
func (c *child) note(line string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.ledger.WriteString(line); err != nil {
		return err
	}
	if err := c.ledger.Sync(); err != nil {
		return err
	}
	_, err := os.Stdout.Write([]byte{'.'})
	return err
}

// load submits, claims and completes as fast as it can until it is killed.
func (c *child) load() error {
	ctx := context.Background()
	if _, _, err := c.Rescue(ctx, c.node, time.Now(), 1000, 1_000_000); err != nil {
		return err
	}
	errs := make(chan error, 1)
	stop := func(err error) {
		select {
		case errs <- err:
		default:
		}
	}
	room := make(chan struct{}, 2000) // bounds what is open
	for range 8 {
		go func() {
			for {
				for range 5 {
					room <- struct{}{}
				}
				if err := c.submitSome(ctx, 5); err != nil {
					stop(err)
					return
				}
			}
		}()
	}
	for range 3 {
		go func() {
			for {
				n, err := c.finishSome(ctx, 24)
				if err != nil {
					stop(err)
					return
				}
				for range n {
					select {
					case <-room:
					default: // left over from an earlier life
					}
				}
			}
		}()
	}
	err := <-errs
	if c.submitSome(ctx, 1) == nil { // nothing may be acknowledged after a storage error
		return errors.New("a write was acknowledged after an error")
	}
	return err
}

func (c *child) submitSome(ctx context.Context, n int) error {
	jobs := make([]store.NewJob, n)
	line := ""
	for i := range jobs {
		jobs[i] = store.NewJob{Account: 1, ID: c.ids.Next(), PipelineNo: c.p.No, Priority: job.Priority(i%10 + 1),
			Spec: make([]byte, 100+i*700)}
		line += "submitted " + jobs[i].ID.String() + "\n"
	}
	rows, err := c.Submit(ctx, jobs)
	if err := errors.Join(append(rows, err)...); err != nil {
		return err
	}
	return c.note(line)
}

func (c *child) finishSome(ctx context.Context, n int) (int, error) {
	now := time.Now()
	claimed, err := c.Claim(ctx, store.ClaimRequest{Node: c.node, Want: []store.Quota{{PipelineNo: c.p.No, Max: n}},
		Max: n, Now: now, Deadline: now.Add(time.Hour)})
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	done := make([]store.Completion, len(claimed))
	line := ""
	for i, cl := range claimed {
		st := job.Succeeded
		if cl.ID[15]%4 == 0 {
			st = job.Failed
		}
		done[i] = store.Completion{Key: cl.Key, State: st, Finished: now, Outcome: make([]byte, 1500),
			Outbox: []store.Message{{Target: "t"}}}
		line += st.String() + " " + cl.ID.String() + "\n"
	}
	accepted, err := c.Complete(ctx, c.node, done)
	if err != nil {
		return 0, err
	}
	for i, ok := range accepted {
		if !ok {
			return 0, fmt.Errorf("completion of job %s was fenced out", done[i].ID)
		}
	}
	return len(claimed), c.note(line)
}

// order submits one job after the other and says so by one write each.
func (c *child) order() error {
	for i := range 25 {
		if err := c.submitSome(context.Background(), 1); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(os.Stdout, "ACK %d\n", i); err != nil {
			return err
		}
	}
	return c.Close()
}
