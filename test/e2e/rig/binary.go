package rig

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var binary string

// Bin returns the path of the binary under test.
func Bin() string { return binary }

// Main is what a TestMain calls: it builds the binary once, runs the tests, and fails the run
// when a process outlives them. MEDIAGAUGE_BIN names a binary to use instead of building one.
func Main(m *testing.M) int {
	// Orphans of a killed server become our children, so that none can hide.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		fmt.Fprintln(os.Stderr, "rig: subreaper:", err)
		return 1
	}
	dir, err := os.MkdirTemp("", "mediagauge-bin")
	if err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary, err = build(dir); err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		return 1
	}
	code := m.Run()
	if left := leftBehind(10 * time.Second); len(left) > 0 && code == 0 {
		fmt.Fprintf(os.Stderr, "rig: processes left behind:\n%s\n", strings.Join(left, "\n"))
		code = 1
	}
	return code
}

func build(dir string) (string, error) {
	if path := os.Getenv("MEDIAGAUGE_BIN"); path != "" {
		return filepath.Abs(path)
	}
	_, file, _, _ := runtime.Caller(0)
	path := filepath.Join(dir, "mediagauge")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/mediagauge")
	cmd.Dir = filepath.Join(filepath.Dir(file), "..", "..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
}

// leftBehind waits until this process has no children but dead ones, which it reaps, and
// returns a line for each that is still alive when time is out, after killing it.
func leftBehind(within time.Duration) []string {
	deadline := time.Now().Add(within)
	for {
		alive := children()
		if len(alive) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			var lines []string
			for pid, line := range alive {
				lines = append(lines, line)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			return lines
		}
		time.Sleep(20 * time.Millisecond) // children of others: nobody signals their end
	}
}

// children returns the living children of this process and reaps the dead ones.
func children() map[int]string {
	alive := map[int]string{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// pid (comm) state ppid …; comm may hold anything, so cut after its last bracket.
		i := bytes.LastIndexByte(data, ')')
		fields := strings.Fields(string(data[i+1:]))
		if i < 0 || len(fields) < 2 || fields[1] != strconv.Itoa(os.Getpid()) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		if fields[0] == "Z" {
			_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
			continue
		}
		cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		alive[pid] = fmt.Sprintf("%d %s", pid, bytes.ReplaceAll(cmdline, []byte{0}, []byte{' '}))
	}
	return alive
}
