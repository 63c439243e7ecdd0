package rig

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The root key of a server that Start makes, unless its Options say otherwise.
const (
	RootKeyID     = "rigroot"
	RootKeySecret = "rig-root-secret-0123456789"
)

// Times after which a process that should have done something is taken for hung.
const (
	readyWithin = 30 * time.Second
	stopWithin  = 40 * time.Second
)

// Options shape a server process.
type Options struct {
	DataDir string            // "" = a new temporary one
	Allow   []string          // entries of the source allow list
	Config  string            // text of a configuration file
	Env     map[string]string // more environment; an empty value removes a default
	Args    []string          // more arguments of serve
}

// Env returns the environment of a command: nothing is inherited but PATH and HOME.
func (o Options) env(dir string) []string {
	env := map[string]string{
		"PATH":                         os.Getenv("PATH"),
		"HOME":                         dir,
		"TMPDIR":                       os.TempDir(),
		"MEDIAGAUGE_LISTEN":            "127.0.0.1:0",
		"MEDIAGAUGE_ACCESS_KEY_ID":     RootKeyID,
		"MEDIAGAUGE_ACCESS_KEY_SECRET": RootKeySecret,
		"MEDIAGAUGE_SOURCE_ALLOW":      strings.Join(o.Allow, ","),
	}
	maps.Copy(env, o.Env)
	var list []string
	for name, value := range env {
		if value != "" {
			list = append(list, name+"="+value)
		}
	}
	slices.Sort(list)
	return list
}

// Server is one running process of the binary.
type Server struct {
	URL     string // http://host:port
	DataDir string

	tb     testing.TB
	cmd    *exec.Cmd
	mu     sync.Mutex
	apis   []*API // made by API
	stdout output
	stderr output
	ended  chan struct{} // closed when the process is gone and its output is read
	err    error         // of Wait; valid after ended
}

// Start runs "serve" and returns when the server has said that it listens. It is stopped at
// the end of the test, which fails unless it drains and exits 0.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	s := Launch(tb, o)
	if err := s.Ready(); err != nil {
		tb.Fatalf("start: %v\n%s", err, s.Logs())
	}
	return s
}

// Launch runs "serve" and does not wait for it. See Ready.
func Launch(tb testing.TB, o Options) *Server {
	tb.Helper()
	if o.DataDir == "" {
		o.DataDir = tb.TempDir()
	}
	s := &Server{DataDir: o.DataDir, tb: tb, ended: make(chan struct{})}
	env := o.env(tb.TempDir())
	env = append(env, "MEDIAGAUGE_DATA_DIR="+o.DataDir)
	if o.Config != "" {
		path := filepath.Join(tb.TempDir(), "mediagauge.toml")
		if err := os.WriteFile(path, []byte(o.Config), 0o600); err != nil {
			tb.Fatal(err)
		}
		env = append(env, "MEDIAGAUGE_CONFIG="+path)
	}
	s.cmd = exec.Command(binary, append([]string{"serve"}, o.Args...)...)
	s.cmd.Env, s.cmd.Dir = env, o.DataDir
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.stdout.changed = make(chan struct{}, 1)
	s.cmd.Stdout, s.cmd.Stderr = &s.stdout, &s.stderr
	// Grandchildren hold the pipes for a moment after a kill.
	s.cmd.WaitDelay = 5 * time.Second
	if err := s.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.ended)
	}()
	tb.Cleanup(s.cleanup)
	return s
}

// Ready waits for the line that says where the server listens.
func (s *Server) Ready() error {
	timeout := time.NewTimer(readyWithin)
	defer timeout.Stop()
	for {
		if url, ok := listening(s.stdout.String()); ok {
			s.URL = url
			return nil
		}
		select {
		case <-s.stdout.changed:
		case <-s.ended:
			return fmt.Errorf("the server ended: %v", s.err)
		case <-timeout.C:
			return fmt.Errorf("no \"listening on\" line within %s", readyWithin)
		}
	}
}

func listening(stdout string) (string, bool) {
	lines := bufio.NewScanner(strings.NewReader(stdout))
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "listening on "); ok && strings.HasPrefix(url, "http://") {
			return url, true
		}
	}
	return "", false
}

// API returns a caller with the root key and connections of its own.
func (s *Server) API() *API {
	a := NewAPI(s.URL, RootKeyID, RootKeySecret)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apis = append(s.apis, a)
	return a
}

// hangUp closes the idle connections of the server's callers, for which a drain would wait.
func (s *Server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.apis {
		a.HTTP.CloseIdleConnections()
	}
}

// Terminate sends SIGTERM.
func (s *Server) Terminate() { _ = s.cmd.Process.Signal(syscall.SIGTERM) }

// Suspend stops the process where it stands, as a machine that freezes; Resume lets it go on.
func (s *Server) Suspend() { _ = s.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume lets a suspended process go on.
func (s *Server) Resume() { _ = s.cmd.Process.Signal(syscall.SIGCONT) }

// Kill sends SIGKILL and waits for the end.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.ended
}

// Stop sends SIGTERM and returns the exit code.
func (s *Server) Stop() int {
	s.tb.Helper()
	s.Terminate()
	return s.Wait()
}

// Wait returns the exit code once the server has ended; -1 when a signal ended it.
func (s *Server) Wait() int {
	s.tb.Helper()
	select {
	case <-s.ended:
	case <-time.After(stopWithin):
		_ = s.cmd.Process.Signal(syscall.SIGQUIT) // for the stacks in the log
		select {
		case <-s.ended:
		case <-time.After(5 * time.Second):
			s.Kill()
		}
		s.tb.Errorf("server still running after %s\n%s", stopWithin, s.Logs())
	}
	return s.cmd.ProcessState.ExitCode()
}

// Running says whether the process lives.
func (s *Server) Running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// Stdout returns what the server has printed so far.
func (s *Server) Stdout() string { return s.stdout.String() }

// Logs returns what the server has logged so far.
func (s *Server) Logs() string { return s.stderr.String() }

// StdoutUntil waits until what the server printed satisfies done.
func (s *Server) StdoutUntil(ctx context.Context, done func(string) bool) (string, error) {
	for {
		out := s.stdout.String()
		if done(out) {
			return out, nil
		}
		select {
		case <-s.stdout.changed:
		case <-s.ended:
			return out, errors.New("the server ended")
		case <-ctx.Done():
			return out, ctx.Err()
		}
	}
}

func (s *Server) cleanup() {
	if s.Running() {
		s.hangUp()
		if code := s.Stop(); code != 0 {
			s.tb.Errorf("exit code %d on SIGTERM, want 0", code)
		}
	}
	if s.tb.Failed() {
		s.tb.Logf("log of the server:\n%s", tail(s.Logs(), 40))
	}
}

// tail returns the last lines but those of calls that went well.
func tail(text string, lines int) string {
	all := slices.DeleteFunc(strings.Split(strings.TrimRight(text, "\n"), "\n"), func(line string) bool {
		return strings.Contains(line, "msg=request") && strings.Contains(line, "status=200")
	})
	if len(all) > lines {
		all = append([]string{fmt.Sprintf("… %d lines before", len(all)-lines)}, all[len(all)-lines:]...)
	}
	return strings.Join(all, "\n")
}

// output keeps what a process writes, up to a bound.
type output struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	changed chan struct{} // gets a value after a write; may be nil
}

const maxOutput = 16 << 20

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	if o.buf.Len() < maxOutput {
		o.buf.Write(p)
	}
	o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// Command runs the binary to its end and returns what it printed.
func Command(tb testing.TB, o Options, args ...string) (stdout, stderr string, code int) {
	tb.Helper()
	return CommandIn(tb, o, nil, args...)
}

// CommandIn is Command with a standard input.
func CommandIn(tb testing.TB, o Options, stdin io.Reader, args ...string) (stdout, stderr string, code int) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	dir := tb.TempDir()
	cmd.Env, cmd.Dir, cmd.Stdin = o.env(dir), dir, stdin
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatalf("%v: %v", args, err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}
