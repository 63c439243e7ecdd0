package sqlite

import (
	"bufio"
	"bytes"
	"database/sql/driver"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// childCommand runs this test binary as a child on the database in dir.
func childCommand(t *testing.T, dir, mode, tune string, wrapper ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	argv := append(wrapper, self)
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), childMode+"="+mode, childTune+"="+tune,
		childDB+"="+filepath.Join(dir, "crash.db"), childLedger+"="+filepath.Join(dir, "ledger"))
	return cmd
}

// TestCrash kills a process that works at full load, again and again, and looks after each
// death whether everything it had acknowledged is there.
func TestCrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rounds := 25
	for round := range rounds {
		crashOnce(t, dir, rand.IntN(120)+1)
		acked := checkAgainstLedger(t, dir)
		if round == rounds-1 {
			t.Logf("%d rounds, %d acknowledged jobs", rounds, acked)
		}
	}
	drainAll(t, dir)
}

// crashOnce starts a child and kills it after so many acknowledgements.
func crashOnce(t *testing.T, dir string, acks int) {
	t.Helper()
	cmd := childCommand(t, dir, "load", "")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, out, int64(acks)); err != nil {
		_ = cmd.Wait()
		t.Fatalf("the child ended by itself: %v: %s", err, stderr.String())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // reports the kill
}

// checkAgainstLedger reopens the database and returns how many jobs were acknowledged.
func checkAgainstLedger(t *testing.T, dir string) int {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(dir, "crash.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	open, done, messages := map[string]bool{}, map[string]string{}, map[string]int{}
	err = s.writer.do(t.Context(), 1, func(c *conn) error {
		if verdict, err := c.text(`PRAGMA quick_check`); err != nil || verdict != "ok" {
			return fmt.Errorf("quick_check: %q, %w", verdict, err)
		}
		err := c.query(func(row []driver.Value) error {
			open[row[0].(string)] = true
			return nil
		}, `SELECT lower(hex(job_id)) FROM job_open`)
		if err != nil {
			return err
		}
		err = c.query(func(row []driver.Value) error {
			id := row[0].(string)
			if done[id] != "" || open[id] {
				t.Errorf("job %s is stored twice", id)
			}
			done[id] = job.State(row[1].(int64)).String()
			return nil
		}, `SELECT lower(hex(job_id)), state FROM job_done`)
		if err != nil {
			return err
		}
		return c.query(func(row []driver.Value) error {
			messages[row[0].(string)]++
			return nil
		}, `SELECT lower(hex(job_id)) FROM outbox`)
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range done {
		if messages[id] != 1 {
			t.Errorf("finished job %s has %d messages, want 1", id, messages[id])
		}
	}
	if len(messages) != len(done) {
		t.Errorf("%d jobs have messages, %d are finished", len(messages), len(done))
	}
	f, err := os.Open(filepath.Join(dir, "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	acked := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		what, id, whole := strings.Cut(lines.Text(), " ")
		switch {
		case !whole || len(id) != 32: // the child died while it wrote this line
		case what == "submitted":
			acked++
			if !open[id] && done[id] == "" {
				t.Errorf("acknowledged job %s is lost", id)
			}
		case done[id] != what:
			t.Errorf("job %s was acknowledged as %s and is %q", id, what, done[id])
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return acked
}

// drainAll brings every job that the crashes left to an end.
func drainAll(t *testing.T, dir string) {
	t.Helper()
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(dir, "crash.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	node, err := s.RegisterNode(ctx, store.Node{Name: "heir", Until: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, spent, err := s.Rescue(ctx, node, now, 1000, 1_000_000); err != nil || len(spent) != 0 {
		t.Fatalf("rescue: %v, %d spent", err, len(spent))
	}
	p, err := s.GetPipeline(ctx, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	for {
		claimed, err := s.Claim(ctx, store.ClaimRequest{Node: node, Want: []store.Quota{{PipelineNo: p.No, Max: 500}},
			Max: 500, Now: now, Deadline: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if len(claimed) == 0 {
			break
		}
		var done []store.Completion
		for _, c := range claimed {
			done = append(done, store.Completion{Key: c.Key, State: job.Succeeded, Finished: now})
		}
		if _, err := s.Complete(ctx, node, done); err != nil {
			t.Fatal(err)
		}
	}
	if ready, running, waiting, err := s.Depth(ctx); err != nil || ready+running+waiting != 0 {
		t.Fatalf("after draining %d ready, %d running, %d waiting jobs are left, %v", ready, running, waiting, err)
	}
}
