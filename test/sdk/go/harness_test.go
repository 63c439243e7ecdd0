package sdk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	root      = "../../.."
	keyID     = "LTAIsdkTestKeyForLoopback"
	keySecret = "sdkTestSecretForLoopback000000"
)

var binary string // the server to test

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if binary = os.Getenv("MEDIAGAUGE_BIN"); binary == "" {
		dir, err := os.MkdirTemp("", "mediagauge-sdk-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "mediagauge")
		build := exec.Command("go", "build", "-o", binary, "./cmd/mediagauge")
		build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build the server: %v\n%s", err, out)
			return 1
		}
	}
	return m.Run()
}

// service is a running server with an empty data folder, and a place that serves samples to it.
type service struct {
	addr    string // host:port
	samples string // URL of the folder of samples, with a slash at the end
}

func start(t *testing.T) *service {
	t.Helper()
	files := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(root, "testdata/media/files"))))
	t.Cleanup(files.Close)
	host := strings.TrimPrefix(files.URL, "http://")
	_, port, _ := net.SplitHostPort(host)

	cmd := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir())
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "MEDIAGAUGE_") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, "MEDIAGAUGE_ACCESS_KEY_ID="+keyID, "MEDIAGAUGE_ACCESS_KEY_SECRET="+keySecret,
		"MEDIAGAUGE_SOURCE_ALLOW=127.0.0.1/32:"+port)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, cmd, &log) })
	listening := make(chan string, 1)
	go func() {
		defer close(listening)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if url, ok := strings.CutPrefix(lines.Text(), "listening on http://"); ok {
				listening <- url
			}
		}
	}()
	select {
	case addr, ok := <-listening:
		if !ok {
			t.Fatal("the server ended before it listened")
		}
		return &service{addr: addr, samples: files.URL + "/"}
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not listen after 30 s")
		return nil
	}
}

// stop drains the server as an operator would, and wants it to end well.
func stop(t *testing.T, cmd *exec.Cmd, log *bytes.Buffer) {
	_ = cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(45*time.Second, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if kill.Stop(); err != nil {
		t.Errorf("server: %v", err)
	}
	if strings.Contains(log.String(), keySecret) {
		t.Error("the server's log tells the secret")
	}
	if t.Failed() {
		t.Logf("server's log:\n%s", tail(log.Bytes(), 8<<10))
	}
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// recorder forwards connections to a server and keeps what clients sent. What a client signs is
// the recorder's address, which the server sees in Host as from any proxy that keeps it.
type recorder struct {
	addr string
	mu   sync.Mutex
	sent []*bytes.Buffer // by connection
}

func record(t *testing.T, target string) *recorder {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := &recorder{addr: l.Addr().String()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go r.forward(client, target)
		}
	}()
	return r
}

func (r *recorder) forward(client net.Conn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	sent := new(bytes.Buffer)
	r.mu.Lock()
	r.sent = append(r.sent, sent)
	r.mu.Unlock()
	go func() {
		_, _ = io.Copy(client, server)
		client.Close()
	}()
	_, _ = io.Copy(io.MultiWriter(writerFunc(func(p []byte) (int, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		return sent.Write(p)
	}), server), client)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// raw returns the one request that was sent, byte for byte.
func (r *recorder) raw(t *testing.T) []byte {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.sent) != 1 {
		t.Fatalf("%d connections recorded, want 1", len(r.sent))
	}
	return bytes.Clone(r.sent[0].Bytes())
}

// replay sends raw bytes and returns the reply.
func replay(t *testing.T, addr string, raw []byte) (status int, body map[string]any) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := conn.Write(raw); err != nil {
		t.Fatal(err)
	}
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if err := json.NewDecoder(reply.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, body
}

// until calls f every 50 ms until it says true.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				t.Fatalf("%s: not after 60 s", what)
			}
			t.Fatal(ctx.Err())
		}
	}
}
