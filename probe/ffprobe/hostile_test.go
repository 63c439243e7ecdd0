//go:build linux && (amd64 || arm64)

package ffprobe

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// runHostile takes over the process when this test binary runs in ffprobe's place, under the
// name "hostile.ACTION.CANARYPORT.PARENTPID".
func runHostile() {
	role := strings.Split(filepath.Base(os.Args[0]), ".")
	if len(role) != 4 || role[0] != "hostile" {
		return
	}
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	url := os.Args[len(os.Args)-1]
	switch role[1] {
	case "escape":
		answerAttempts(role[2], role[3])
	case "hang":
		wait()
	case "fetch":
		_, _ = fetch(url, "bytes=70000-")
		wait()
	case "flood":
		flood(url)
	case "spew":
		for {
			fmt.Println(strings.Repeat("spew ", 1000))
		}
	case "complain":
		for {
			fmt.Fprintln(os.Stderr, strings.Repeat("spew ", 1000))
		}
	case "eat":
		eat()
	case "burn":
		for {
		}
	case "lie": // an answer from partial bytes, whatever the server did
		_, _ = fetch(url, "bytes=70000-")
		fmt.Println(`{"format":{"format_name":"wav"},"streams":[]}`)
	}
	os.Exit(0)
}

// eat takes memory until there is no more, and ends as a C program would.
func eat() {
	const piece = 32 << 20
	for taken := 0; ; taken += piece {
		b, err := syscall.Mmap(-1, 0, piece, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
		if err != nil {
			fmt.Fprintln(os.Stderr, "Cannot allocate memory")
			os.Exit(1)
		}
		b[0] = 1
		if taken > 4<<30 {
			os.Exit(0)
		}
	}
}

// wait blocks without being a deadlock to the runtime.
func wait() { time.Sleep(time.Hour) }

func fetch(url, byteRange string) (int, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Range", byteRange)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	n, err := io.Copy(io.Discard, a.Body)
	return int(n), err
}

// flood opens as many connections as it can and asks for what is not there.
func flood(url string) {
	host := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), servePath)
	opened := 0
	for range 200 {
		if _, err := net.Dial("tcp", host); err == nil {
			opened++
		}
	}
	a, err := http.Get(strings.TrimSuffix(url, servePath) + "/etc/passwd")
	status := "none"
	if err == nil {
		status = a.Status
	}
	printTags(map[string]string{"opened": strconv.Itoa(opened), "other path": status})
}

func printTags(tags map[string]string) {
	b, _ := json.Marshal(map[string]any{"format": map[string]any{"format_name": "hostile", "tags": tags}})
	fmt.Println(string(b))
}

// answerAttempts tries to get out and prints what came of it as tags; "" means it worked.
func answerAttempts(port, parent string) {
	tags := map[string]string{"environment": strings.Join(os.Environ(), ","), "uid": strconv.Itoa(os.Getuid())}
	try := func(name string, f func() error) {
		tags[name] = ""
		if err := f(); err != nil {
			tags[name] = err.Error()
		}
	}
	dial := func(network, address string) func() error {
		return func() error {
			c, err := net.DialTimeout(network, address, time.Second)
			if err == nil {
				c.Close()
			}
			return err
		}
	}
	open := func(path string) func() error {
		return func() error { _, err := os.ReadFile(path); return err }
	}
	write := func(path string) func() error {
		return func() error { return os.WriteFile(path, []byte("x"), 0o600) }
	}
	pid, _ := strconv.Atoi(parent)
	try("canary", dial("tcp", "127.0.0.1:"+port))
	try("dns", dial("udp", "127.0.0.1:"+port))
	try("unix", dial("unix", "/run/docker.sock"))
	try("listen", func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err })
	try("passwd", open("/etc/passwd"))
	try("hostname", open("/etc/hostname"))
	try("environ", open("/proc/"+parent+"/environ"))
	try("list home", func() error { _, err := os.ReadDir("/root"); return err })
	try("write here", write("here"))
	try("write tmp", write("/tmp/mediagauge-hostile"))
	try("write library", write("/usr/lib/mediagauge-hostile"))
	try("overwrite itself", write(os.Args[0]))
	try("run", func() error { return exec.Command(os.Args[0]).Run() })
	try("kill", func() error { return syscall.Kill(pid, syscall.SIGKILL) })
	try("trace", func() error { return syscall.PtraceAttach(pid) })
	try("unshare", func() error { return syscall.Unshare(syscall.CLONE_NEWUSER) })
	try("chroot", func() error { return syscall.Chroot("/") })
	try("root", func() error {
		if _, _, e := syscall.RawSyscall(syscall.SYS_SETUID, 0, 0, 0); e != 0 {
			return e
		}
		if os.Geteuid() != 0 || tags["uid"] == "0" {
			return errors.New("no change")
		}
		return nil
	})
	printTags(tags)
}

// hostile returns a Prober whose ffprobe is this test binary in the role of action.
func hostile(t *testing.T, c Containment, action string, canary int, config Config) *Prober {
	t.Helper()
	if raceDetector {
		t.Skip("the race detector does not fit into the sandbox")
	}
	contained(t, c)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "mediagauge-hostile-") // t.TempDir is closed to the user nobody
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fmt.Sprintf("hostile.%s.%d.%d", action, canary, os.Getpid()))
	if err := os.Link(self, path); err != nil {
		if err := os.WriteFile(path, read(t, self), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config.Path = path
	config.MemoryBytes = 2 << 30 // a Go program reserves far more than it uses
	return &Prober{config: config.withDefaults(), containment: c, readPaths: readPaths(path, nil)}
}

// bait listens on loopback and tells how many connections came.
func bait(t *testing.T) (port int, hits func() int) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port, func() int {
		n := 0
		for {
			_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Millisecond))
			c, err := l.Accept()
			if err != nil {
				return n
			}
			c.Close()
			n++
		}
	}
}

// eachWall runs f for every containment that can be had.
func eachWall(t *testing.T, f func(t *testing.T, c Containment)) {
	for _, c := range []Containment{Namespaces, Landlock} {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			f(t, c)
		})
	}
}

// wantNoProcess: nothing of p's is left running.
func wantNoProcess(t *testing.T, p *Prober) {
	t.Helper()
	if found := processes(t, p.config.Path); len(found) > 0 {
		t.Errorf("left running: %v", found)
	}
}

// processes lists those whose command line names path.
func processes(t *testing.T, path string) (found []string) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil && strings.Contains(string(b), path) {
			found = append(found, name)
		}
	}
	return found
}

func TestHostileEscape(t *testing.T) {
	t.Setenv("MEDIAGAUGE_TEST_SECRET", "secret")
	for _, c := range []Containment{Namespaces, Landlock} {
		t.Run(string(c), func(t *testing.T) {
			port, hits := bait(t)
			p := hostile(t, c, "escape", port, Config{})
			info, err := p.Probe(t.Context(), reader(silence()))
			if err != nil {
				t.Fatal(err)
			}
			if len(info.Metadata) < 18 {
				t.Fatalf("only %d attempts", len(info.Metadata))
			}
			for name, outcome := range info.Metadata {
				switch {
				case name == "environment" && outcome != "":
					t.Errorf("environment: %q", outcome)
				case name == "uid" && outcome == "0" && mayBecomeNobody():
					t.Errorf("runs as root")
				case name != "environment" && outcome == "" && name != "dns":
					t.Errorf("%s: not stopped", name)
				}
			}
			if n := hits(); n != 0 {
				t.Errorf("%d connections came out", n)
			}
			wantNoProcess(t, p)
		})
	}
}

func TestHostileHang(t *testing.T) {
	eachWall(t, func(t *testing.T, c Containment) {
		p := hostile(t, c, "hang", 0, Config{Timeout: 700 * time.Millisecond})
		began := time.Now()
		_, err := p.Probe(t.Context(), reader(silence()))
		if !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "ffprobe did not finish within 700ms") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		wantNoProcess(t, p)
	})
}

func TestHostileOutput(t *testing.T) {
	for _, action := range []string{"spew", "complain"} {
		t.Run(action, func(t *testing.T) {
			eachWall(t, func(t *testing.T, c Containment) {
				p := hostile(t, c, action, 0, Config{MaxOutput: 1 << 20})
				_, err := p.Probe(t.Context(), reader(silence()))
				if !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "printed more than 1048576 bytes") {
					t.Errorf("got %v", err)
				}
				wantNoProcess(t, p)
			})
		})
	}
}

func TestHostileAppetite(t *testing.T) {
	for action, want := range map[string]string{"eat": "Cannot allocate memory", "burn": "stopped by its limits (1 s of CPU time"} {
		t.Run(action, func(t *testing.T) {
			eachWall(t, func(t *testing.T, c Containment) {
				p := hostile(t, c, action, 0, Config{CPUSeconds: 1, Timeout: time.Minute})
				_, err := p.Probe(t.Context(), reader(silence()))
				if !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v", err)
				}
				wantNoProcess(t, p)
			})
		})
	}
}

// TestHostileFlood: the range server serves one path, and no number of connections stops it.
func TestHostileFlood(t *testing.T) {
	p := hostile(t, Namespaces, "flood", 0, Config{})
	info, err := p.Probe(t.Context(), reader(silence()))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Metadata["other path"]; strings.HasPrefix(got, "200") {
		t.Errorf("another path answered %s", got)
	}
	wantNoProcess(t, p)
}

// TestHostileLie: an answer given although the source failed does not count.
func TestHostileLie(t *testing.T) {
	p := hostile(t, Namespaces, "lie", 0, Config{})
	broken := errors.New("disk on fire")
	src := failing{probe.NewBytes(append(silence(), make([]byte, 200<<10)...)), 64 << 10, broken}
	info, err := p.Probe(t.Context(), probe.NewReader(t.Context(), src, probe.Limits{}))
	if info != nil || !errors.Is(err, broken) || !errors.Is(err, probe.IO) {
		t.Errorf("got %v, %v", info, err)
	}
}

// failing is a source that cannot be read from offset at on.
type failing struct {
	probe.Source
	at  int64
	err error
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.at {
		return 0, f.err
	}
	return f.Source.ReadAt(p, off)
}

// TestParentDeath: when the program is killed, so is what it had started.
func TestParentDeath(t *testing.T) {
	if role := os.Getenv("MEDIAGAUGE_TEST_PARENT"); role != "" {
		parentRole(t, role)
		return
	}
	for _, c := range []Containment{Namespaces, Landlock} {
		t.Run(string(c), func(t *testing.T) {
			p := hostile(t, c, map[Containment]string{Namespaces: "fetch", Landlock: "hang"}[c], 0, Config{})
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(self, "-test.run=^TestParentDeath$")
			cmd.Env = append(os.Environ(), "MEDIAGAUGE_TEST_PARENT="+string(c)+" "+p.config.Path,
				"TMPDIR="+filepath.Dir(p.config.Path)) // what a killed parent leaves goes with the test
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, _ := bufio.NewReader(out).ReadString('\n')
			if !strings.HasPrefix(line, "started") {
				t.Errorf("the parent says %q", line)
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			deadline := time.Now().Add(10 * time.Second)
			for len(processes(t, p.config.Path)) > 0 {
				if time.Now().After(deadline) {
					t.Fatal("outlived its parent")
				}
				time.Sleep(5 * time.Millisecond) // there is no signal for the end of a stranger
			}
		})
	}
}

// parentRole starts a hostile child, says so, and waits to be killed.
func parentRole(t *testing.T, role string) {
	c, path, _ := strings.Cut(role, " ")
	config := Config{Path: path, Timeout: time.Minute, MemoryBytes: 2 << 30}.withDefaults()
	p := &Prober{config: config, containment: Containment(c), readPaths: readPaths(path, nil)}
	go func() {
		for len(processes(t, path+"\x00-v")) == 0 {
			time.Sleep(5 * time.Millisecond) // as above
		}
		fmt.Println("started")
	}()
	_, err := p.Probe(t.Context(), reader(append(silence(), make([]byte, 200<<10)...)))
	t.Log(err)
}
