package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// start runs Serve with the settings in a folder of its own and returns the lines it prints
// and the way to stop it.
func start(t *testing.T, change func(*Settings)) (lines *bufio.Scanner, dir string, stop func() error) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	s, err := load(map[string]string{"listen": "127.0.0.1:0", "data-dir": dir, "log-level": "error"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Serve(ctx, s, w, io.Discard)
		_ = w.CloseWithError(io.EOF)
		done <- err
	}()
	t.Cleanup(cancel)
	return bufio.NewScanner(r), dir, func() error {
		cancel()
		go func() { _, _ = io.Copy(io.Discard, r) }()
		return <-done
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	lines, dir, stop := start(t, func(s *Settings) { s.FFprobe = "off" })
	if !lines.Scan() {
		t.Fatal("printed nothing")
	}
	url, ok := strings.CutPrefix(lines.Text(), "listening on ")
	if !ok {
		t.Fatalf("first line %q", lines.Text())
	}
	resp, err := http.Get(url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("/readyz says %d", resp.StatusCode)
	}
	for name, mode := range map[string]os.FileMode{"": 0o700, rootKeyFile: 0o600, "master.key": 0o600, "mediagauge.db": 0o600} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if st.Mode().Perm() != mode {
			t.Errorf("%q has mode %v, want %v", name, st.Mode().Perm(), mode)
		}
	}
	first, err := readRootKey(filepath.Join(dir, rootKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}

	again, _, stop := start(t, func(s *Settings) { s.FFprobe, s.DataDir = "off", dir })
	if !again.Scan() {
		t.Fatal("did not start again")
	}
	second, err := readRootKey(filepath.Join(dir, rootKeyFile))
	if err != nil || first != second {
		t.Errorf("the root key changed over a restart (%v)", err)
	}
	if err := stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := load(map[string]string{"listen": "127.0.0.1:1", "data-dir": filepath.Join(dir, "a", "b"), "ffprobe": "off"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Doctor(t.Context(), s, &out); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
	for _, want := range []string{"sqlite", "synchronous=", "switched off", "none answers"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("says nothing of %q:\n%s", want, &out)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v behind", left)
	}

	out.Reset()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.DataDir, s.FFprobe, s.Engine = filepath.Join(file, "data"), "/nonexistent/ffprobe", "ffprobe"
	if err := Doctor(t.Context(), s, &out); !errors.Is(err, errSick) {
		t.Errorf("err %v, want %v\n%s", err, errSick, &out)
	}
	if n := strings.Count(out.String(), "fail "); n != 2 {
		t.Errorf("%d failures, want 2 (data folder, ffprobe):\n%s", n, &out)
	}
}

func TestRootKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), rootKeyFile)
	want := rootKey{"LTAIexample", "secret"}
	if err := writeRootKey(path, want); err != nil {
		t.Fatal(err)
	}
	if got, err := readRootKey(path); err != nil || got != want {
		t.Errorf("read %v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("access_key_id = \"x\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readRootKey(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("half a key: %v", err)
	}
}
