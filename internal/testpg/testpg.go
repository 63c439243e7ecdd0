// Package testpg runs a PostgreSQL of its own for tests and benchmarks: in a temporary folder, on a
// Unix socket and a loopback port, with its default (durable) settings. It ends with the process
// that started it.
package testpg

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Server is a running cluster. Its methods are for one goroutine at a time.
type Server struct {
	dir  string // holds data, socket and log
	bin  string
	port int
	who  *syscall.Credential // whom the server runs as; nil is this user
	args []string
	cmd  *exec.Cmd

	ended chan struct{} // closed when cmd is gone
	err   error         // of its end
}

// shared is the server that the tests of one process use together.
var (
	shared    *Server
	sharedErr error
	once      sync.Once
	databases atomic.Int64
)

// URL returns the address of a new, empty schema on a server that all tests of this process
// share. It fails where PostgreSQL is not installed.
func URL(ctx context.Context) (string, error) {
	once.Do(func() { shared, sharedErr = Start(ctx) })
	if sharedErr != nil {
		return "", sharedErr
	}
	return shared.NewSchema(ctx)
}

// Tests is what TestMain gets.
type Tests struct{ M interface{ Run() int } }

// Run runs the tests of a package and then stops the shared server, if one was started.
func (t Tests) Run() int {
	code := t.M.Run()
	if shared != nil {
		if err := shared.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	return code
}

// Installed says why there is no PostgreSQL on this machine; nil when there is one.
func Installed() error {
	_, err := binaries()
	return err
}

// binaries finds the folder with initdb and postgres.
func binaries() (string, error) {
	var found []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			found = append(found, filepath.Dir(p))
		}
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	found = append(found, debian...)
	for i := len(found) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(found[i], "postgres")); err == nil {
			return found[i], nil
		}
	}
	return "", fmt.Errorf("no PostgreSQL on this machine (initdb and postgres in PATH or /usr/lib/postgresql); tools/install.sh postgres installs it")
}

// Start makes a cluster and starts it. More settings are given as name=value.
func Start(ctx context.Context, settings ...string) (_ *Server, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.dir, err = os.MkdirTemp("", "mediagauge-pg-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(s.dir)
		}
	}()
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		if s.who, err = nobody(); err != nil {
			return nil, err
		}
		if err := os.Chown(s.dir, int(s.who.Uid), int(s.who.Gid)); err != nil {
			return nil, err
		}
	}
	if err := s.tool(ctx, "initdb", "-D", s.data(), "-U", "mediagauge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"); err != nil {
		return nil, err
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	for _, set := range append([]string{"max_connections=200", "max_wal_size=4GB", "shared_buffers=256MB"}, settings...) {
		s.args = append(s.args, "-c", set)
	}
	if err := s.Launch(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func nobody() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("no user postgres or nobody to run PostgreSQL as")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.who, Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

func (s *Server) tool(ctx context.Context, name string, args ...string) error {
	cmd := s.command(ctx, name, args...)
	cmd.SysProcAttr.Pdeathsig = 0
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// Launch starts a server that was stopped or killed, and waits until it answers. What a killed one leaves
// behind goes away in a moment: until then starting fails and is tried again.
func (s *Server) Launch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := s.launch(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (s *Server) launch(ctx context.Context) error {
	log, err := os.OpenFile(s.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	args := append([]string{"-D", s.data(), "-k", s.dir, "-h", "127.0.0.1", "-p", strconv.Itoa(s.port)}, s.args...)
	cmd := s.command(context.Background(), "postgres", args...)
	cmd.SysProcAttr.Pdeathsig = 0 // it would come when the thread ends that started it; see watch
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd = cmd
	s.ended = make(chan struct{})
	go func(ended chan struct{}) {
		s.err = cmd.Wait()
		close(ended)
	}(s.ended)
	if err := s.watch(cmd.Process.Pid); err != nil {
		return err
	}
	for {
		if err := s.tool(ctx, "pg_isready", "-q", "-h", s.dir, "-p", strconv.Itoa(s.port)); err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("PostgreSQL did not start: %s", s.Log())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not start in time: %s", s.Log())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// watch leaves a small process behind that stops the server when this process has died without doing so.
func (s *Server) watch(pid int) error {
	script := `while kill -0 "$1" 2>/dev/null; do kill -0 "$2" 2>/dev/null || exit 0; sleep 1; done
kill -QUIT "$2" 2>/dev/null; sleep 2; rm -rf "$3"`
	cmd := exec.Command("sh", "-c", script, "sh", strconv.Itoa(os.Getpid()), strconv.Itoa(pid), s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}

// Kill ends the server and all its sessions at once, as a crash does.
func (s *Server) Kill() error {
	// The first process must neither make new sessions while the old ones are looked for, nor
	// recover from the death of one.
	if err := syscall.Kill(s.pid(), syscall.SIGSTOP); err != nil {
		return err
	}
	family, err := s.family()
	if err != nil {
		return err
	}
	err = syscall.Kill(s.pid(), syscall.SIGKILL)
	for _, p := range family {
		_ = syscall.Kill(p.pid, syscall.SIGKILL)
	}
	<-s.ended
	return err
}

// Halt stops the server as an operator does ("fast"): sessions are ended, what is committed is kept.
func (s *Server) Halt() error {
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	<-s.ended
	if s.err != nil {
		return fmt.Errorf("stop PostgreSQL: %w: %s", s.err, s.Log())
	}
	return nil
}

// Stop stops the server and removes its folder.
func (s *Server) Stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	<-s.ended
	return os.RemoveAll(s.dir)
}

// URL returns the address of a database of this server.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://mediagauge@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// pid is the number of the server's first process.
func (s *Server) pid() int { return s.cmd.Process.Pid }

// Dir holds the server's data, socket and log.
func (s *Server) Dir() string { return s.dir }

// logPath is where the server writes its log.
func (s *Server) logPath() string { return filepath.Join(s.dir, "log") }

// Log returns the end of the server's log.
func (s *Server) Log() string {
	b, _ := os.ReadFile(s.logPath())
	return string(b[max(len(b)-4096, 0):])
}

// NewDatabase makes an empty database and returns its address.
func (s *Server) NewDatabase(ctx context.Context) (string, error) {
	name := "d" + strconv.FormatInt(databases.Add(1), 10)
	if _, err := s.SQL(ctx, "postgres", "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	return s.URL(name), nil
}

// NewSchema makes an empty schema in the database postgres, which is much quicker than a database, and
// returns an address by which it is the only one.
func (s *Server) NewSchema(ctx context.Context) (string, error) {
	name := "s" + strconv.FormatInt(databases.Add(1), 10)
	if _, err := s.SQL(ctx, "postgres", "CREATE SCHEMA "+name); err != nil {
		return "", err
	}
	return s.URL("postgres") + "&search_path=" + name, nil
}

// SQL runs statements with psql and returns what they print, one row a line.
func (s *Server) SQL(ctx context.Context, database, sql string) (string, error) {
	cmd := s.command(ctx, "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", s.dir, "-p", strconv.Itoa(s.port), "-U", "mediagauge", "-d", database, "-f", "-")
	cmd.SysProcAttr.Pdeathsig = 0
	cmd.Stdin = strings.NewReader(sql)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("psql: %w: %s", err, errs.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// Tool runs one of PostgreSQL's own programs, such as pg_dump, against a database.
func (s *Server) Tool(ctx context.Context, name string, args ...string) error {
	return s.tool(ctx, name, append([]string{"-h", s.dir, "-p", strconv.Itoa(s.port), "-U", "mediagauge"}, args...)...)
}

// process is one of the server's.
type process struct {
	pid   int
	ticks int64 // processor time, 1/100 s (proc(5): clock ticks), that of its ended children included
}

// family lists the server's processes.
func (s *Server) family() ([]process, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var all []process
	first := strconv.Itoa(s.pid())
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has just ended
		}
		pid, _, _ := strings.Cut(string(b), " ")
		f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if pid != first && f[1] != first {
			continue
		}
		var p process
		p.pid, _ = strconv.Atoi(pid)
		for _, field := range f[11:15] { // utime, stime, cutime, cstime
			n, _ := strconv.ParseInt(field, 10, 64)
			p.ticks += n
		}
		all = append(all, p)
	}
	return all, nil
}

// CPU is the processor time that the server and all its sessions have used.
func (s *Server) CPU() (time.Duration, error) {
	family, err := s.family()
	var ticks int64
	for _, p := range family {
		ticks += p.ticks
	}
	return time.Duration(ticks) * time.Second / 100, err
}
