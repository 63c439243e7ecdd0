package sqlite

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// strace returns how to run a command under strace, or skips the test where that is impossible.
func strace(t *testing.T, args ...string) []string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), path, "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace cannot trace here: %v: %s", err, out)
	}
	return append([]string{path, "-f", "-y"}, args...)
}

// TestOrder proves that an answer never overtakes the disk: between the last write to the log
// and the acknowledgement lies a completed sync of the log. The second case shows that the
// proof can fail: with synchronous=NORMAL commits are not synced.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, tune string
		safe       bool
	}{
		{"as shipped", "", true},
		{"synchronous normal", "PRAGMA synchronous = NORMAL", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			trace := filepath.Join(dir, "trace")
			cmd := childCommand(t, dir, "order", tt.tune, strace(t, "-e", "trace=fsync,fdatasync,pwrite64,write", "-o", trace)...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			calls, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			err = syncedBeforeAck(string(calls), 25)
			if tt.safe && err != nil {
				t.Fatal(err)
			}
			if !tt.safe && err == nil {
				t.Fatal("unsynced commits were not noticed")
			}
		})
	}
}

var (
	callStart = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>(.*)`)
	callEnd   = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>.*= (-?\d+)`)
	inlineEnd = regexp.MustCompile(`= (-?\d+)( |$)`)
)

// syncedBeforeAck reads a trace. The state is where the newest log page is: nowhere, written,
// being synced, or synced; each acknowledgement must find it synced.
func syncedBeforeAck(trace string, want int) error {
	const idle, written, syncing, synced = "idle", "written", "syncing", "synced"
	state, acks := idle, 0
	pending := map[string]bool{} // threads inside a sync of the log
	for n, line := range strings.Split(trace, "\n") {
		if m := callStart.FindStringSubmatch(line); m != nil {
			thread, call, file, rest := m[1], m[2], m[3], m[4]
			log := strings.HasSuffix(file, "-wal")
			switch {
			case log && call == "pwrite64":
				state = written
			case log && (call == "fsync" || call == "fdatasync") && state == written:
				state = syncing
				if end := inlineEnd.FindStringSubmatch(rest); end == nil {
					pending[thread] = true
				} else if end[1] == "0" {
					state = synced
				}
			case call == "write" && strings.Contains(rest, `"ACK `):
				if state != synced {
					return fmt.Errorf("trace line %d: acknowledged while the log was %s", n+1, state)
				}
				state = idle
				acks++
			}
		} else if m := callEnd.FindStringSubmatch(line); m != nil && pending[m[1]] {
			delete(pending, m[1])
			if state == syncing && m[2] == "0" {
				state = synced
			}
		}
	}
	if acks != want {
		return fmt.Errorf("%d acknowledgements in the trace, want %d", acks, want)
	}
	return nil
}

// TestSyncError lets every sync of the log fail from some point on. The store must refuse all
// writes from there, tell its owner, and have kept what it acknowledged before.
func TestSyncError(t *testing.T) {
	t.Parallel()
	for _, when := range []int{1, 2, 5, 20} {
		t.Run(fmt.Sprint(when), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := childCommand(t, dir, "load", "", strace(t, "-P", filepath.Join(dir, "crash.db-wal"),
				"-e", "trace=fsync,fdatasync", "-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d+", when),
				"-o", os.DevNull)...)
			var exit *exec.ExitError
			out, err := cmd.CombinedOutput()
			if !errors.As(err, &exit) {
				t.Fatalf("the child did not fail: %v: %s", err, out)
			}
			opened := !strings.Contains(string(out), "open database")
			if opened && (exit.ExitCode() != exitFatal || !strings.Contains(string(out), "restart the program")) {
				t.Fatalf("child ended with %v: %s", err, out)
			}
			if !opened && when >= 20 {
				t.Fatalf("the child did not come to work: %s", out)
			}
			if _, err := os.Stat(filepath.Join(dir, "ledger")); err == nil {
				checkAgainstLedger(t, dir)
			}
		})
	}
}
