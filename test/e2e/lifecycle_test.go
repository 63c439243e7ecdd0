package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// noKey leaves the root key to the server.
var noKey = map[string]string{"MEDIAGAUGE_ACCESS_KEY_ID": "", "MEDIAGAUGE_ACCESS_KEY_SECRET": ""}

type rootKeyFile struct {
	ID     string `toml:"access_key_id"`
	Secret string `toml:"access_key_secret"`
}

func readRootKey(t *testing.T, path string) rootKeyFile {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var k rootKeyFile
	if err := toml.Unmarshal(data, &k); err != nil || k.ID == "" || len(k.Secret) < 20 {
		t.Fatalf("%s: %v, id %q, secret of %d bytes", path, err, k.ID, len(k.Secret))
	}
	return k
}

// TestRootKey starts without a key, takes the one the server made, and finds it again after a
// restart.
func TestRootKey(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	options := rig.Options{DataDir: filepath.Join(t.TempDir(), "data"), Env: noKey}
	if err := os.Mkdir(options.DataDir, 0o700); err != nil {
		t.Fatal(err)
	}
	server := rig.Start(t, options)
	path := filepath.Join(options.DataDir, "root-key.toml")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("root key has mode %o", info.Mode().Perm())
	}
	key := readRootKey(t, path)
	if log := server.Logs(); !strings.Contains(log, path) || strings.Contains(log, key.Secret) {
		t.Errorf("the log must name the file and not the secret:\n%s", log)
	}
	if strings.Contains(server.Stdout(), key.Secret) {
		t.Error("the secret is on standard output")
	}
	if _, err := rig.NewAPI(server.URL, key.ID, key.Secret).DefaultPipeline(ctx); err != nil {
		t.Error(err)
	}
	_, err = rig.NewAPI(server.URL, key.ID, "wrong"+key.Secret).DefaultPipeline(ctx)
	if rig.Code(err) != "SignatureDoesNotMatch" {
		t.Errorf("wrong secret: %v", err)
	}
	if code := server.Stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}

	server = rig.Start(t, options)
	if again := readRootKey(t, path); again != key {
		t.Error("the second start made another key")
	}
	if _, err := rig.NewAPI(server.URL, key.ID, key.Secret).DefaultPipeline(ctx); err != nil {
		t.Error(err)
	}
	noSecretOnDisk(t, options.DataDir, key.Secret, path)
}

// noSecretOnDisk looks for a secret in clear in every file but one.
func noSecretOnDisk(t *testing.T, dir, secret, except string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == except {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s holds a secret in clear", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSecondServer wants a data folder to have one master.
func TestSecondServer(t *testing.T) {
	t.Parallel()
	first := rig.Start(t, rig.Options{})
	second := rig.Launch(t, rig.Options{DataDir: first.DataDir})
	if code := second.Wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	log := strings.TrimSpace(second.Logs())
	if !strings.Contains(log, first.DataDir) || !strings.Contains(log, "use") && !strings.Contains(log, "lock") {
		t.Errorf("the message does not say what is wrong:\n%s", log)
	}
	if second.Stdout() != "" {
		t.Errorf("it said %q", second.Stdout())
	}
	if _, err := first.API().DefaultPipeline(within(t, 10*time.Second)); err != nil {
		t.Errorf("the first server was disturbed: %v", err)
	}
}

// TestDrain sends SIGTERM while calls come in and jobs run: exit 0, nothing lost, every call
// that the server took is answered well.
func TestDrain(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	gate := newGate(origin, "/held")
	options := rig.Options{DataDir: t.TempDir(), Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_WORKERS": "2"}}
	server := rig.Start(t, options)
	ctx := within(t, 90*time.Second)
	held, err := server.API().Submit(ctx, rig.Spec{Media: origin.URL + "/held", Name: "held"})
	if err != nil {
		t.Fatal(err)
	}
	if err := gate.entered(ctx); err != nil {
		t.Fatal(err)
	}
	// One call waits for the job that is held, others submit until the door closes.
	waited := make(chan error, 1)
	go func() {
		var reply struct{ MediaInfoJob rig.Job }
		err := server.API().Call(ctx, "GetMediaInfoJob", map[string]string{"JobId": held.JobId, "WaitSeconds": "60"}, &reply)
		if err == nil && reply.MediaInfoJob.Status != "Init" {
			err = errors.New("the job has ended as " + reply.MediaInfoJob.Status)
		}
		waited <- err
	}()
	flood := &submitFlood{acked: map[string]string{held.JobId: "held"}, enough: make(chan struct{})}
	for n := range 4 {
		flood.callers.Go(func() { flood.run(t, ctx, server, origin.URL+"/absent", n) })
	}
	select {
	case <-flood.enough:
	case <-ctx.Done():
		t.Fatal("200 submits take too long")
	}
	server.Terminate()
	flood.callers.Wait()
	if err := <-waited; err != nil {
		t.Errorf("the waiting call: %v", err)
	}
	gate.open() // the running job may finish now
	if code := server.Wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}

	api := rig.Start(t, options).API()
	for id := range flood.acked {
		if j, err := api.Wait(ctx, id); err != nil || j.SubmitResultJson.Code != "SourceNotFound" {
			t.Fatalf("job %s: %v %s %+v", id, err, j.Status, j.SubmitResultJson)
		}
	}
	jobs, err := api.ListAll(ctx, nil)
	if err != nil || len(jobs) != len(flood.acked) {
		t.Errorf("%v, %d jobs are there, %d were acknowledged: a call was carried out and cut off", err, len(jobs), len(flood.acked))
	}
	t.Logf("%d jobs acknowledged, all ended; %d calls met a closed door", len(flood.acked), flood.cut)
}

// submitFlood submits from several connections until the server is gone.
type submitFlood struct {
	callers sync.WaitGroup
	enough  chan struct{} // closed after 200 submits

	mu    sync.Mutex
	acked map[string]string // JobId to Name
	cut   int               // calls that the network ended
}

func (f *submitFlood) run(t *testing.T, ctx context.Context, server *rig.Server, media string, caller int) {
	api := server.API()
	defer api.HTTP.CloseIdleConnections()
	for n := 0; ; n++ {
		name := fmt.Sprintf("c%d-n%d", caller, n)
		j, err := api.Submit(ctx, rig.Spec{Media: media, Name: name})
		f.mu.Lock()
		if err == nil {
			f.acked[j.JobId] = name
			if len(f.acked) == 200 {
				close(f.enough)
			}
		} else {
			f.cut++
		}
		f.mu.Unlock()
		if rig.Code(err) != "" || ctx.Err() != nil {
			t.Errorf("a call failed while draining: %v", err)
		}
		if err != nil {
			return
		}
	}
}

// TestReplayAfterRestart sends signed requests, kills the server as soon as they are answered,
// and sends the same again.
func TestReplayAfterRestart(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	ctx := within(t, time.Minute)
	// The host is part of the signature, so the second server must answer at the same address.
	front := newFront(t)
	options := rig.Options{DataDir: t.TempDir(), Allow: []string{origin.Allow()}}
	server := rig.Start(t, options)
	front.to(server.URL)
	api := rig.NewAPI(front.URL, rig.RootKeyID, rig.RootKeySecret)
	requests := make([]*http.Request, 32)
	for i := range requests {
		var err error
		params := map[string]string{"Input": `{"Type":"OSS","Media":"` + origin.URL + `/absent"}`, "Name": fmt.Sprint(i)}
		if requests[i], err = api.Request(ctx, rig.VersionICE, "SubmitMediaInfoJob", params); err != nil {
			t.Fatal(err)
		}
	}
	if err := api.Send(requests[0].Clone(ctx), nil); err != nil {
		t.Fatal(err)
	}
	if err := api.Send(requests[0].Clone(ctx), nil); rig.Code(err) != "SignatureNonceUsed" {
		t.Errorf("replay at once: %v", err)
	}
	var calls sync.WaitGroup
	for _, r := range requests[1:] {
		calls.Go(func() {
			if err := api.Send(r.Clone(ctx), nil); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	server.Kill()
	front.to(rig.Start(t, options).URL)
	for i, r := range requests {
		if err := api.Send(r.Clone(ctx), nil); rig.Code(err) != "SignatureNonceUsed" {
			t.Errorf("replay %d after a kill: %v", i, err)
		}
	}
	if jobs, err := api.ListAll(ctx, nil); err != nil || len(jobs) != len(requests) {
		t.Errorf("%v, %d jobs, want %d", err, len(jobs), len(requests))
	}
}

// front is a stable address in front of servers that come and go. It passes the Host on.
type front struct {
	URL    string
	mu     sync.Mutex
	target string
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.URL = s.URL
	return f
}

func (f *front) to(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.target = url
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	target := f.target
	f.mu.Unlock()
	out, err := http.NewRequestWithContext(r.Context(), r.Method, target+r.URL.RequestURI(), r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	out.Header, out.Host = r.Header.Clone(), r.Host
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// TestBadSettings wants exit code 2 and the name of what is wrong.
func TestBadSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, value string
		also        string // must be in the message too
	}{
		{"MEDIAGAUGE_WORKERS", "many", "many"},
		{"MEDIAGAUGE_SOURCE_ALLOW", "10.0.0.0/8:99999", "99999"},
		{"MEDIAGAUGE_JOB_TIMEOUT", "5", ""},
		{"MEDIAGAUGE_ENGINE", "magic", "ffprobe"},
		{"MEDIAGAUGE_LIMITS", "none", "strict"},
		{"MEDIAGAUGE_ACCOUNT_ID", "me", ""},
		{"MEDIAGAUGE_LOG_LEVEL", "loud", ""},
		{"MEDIAGAUGE_REGION", "Not A Region", ""},
		{"MEDIAGAUGE_LISTEN", "nowhere", ""},
		{"MEDIAGAUGE_ACCESS_KEY_SECRET", "", "MEDIAGAUGE_ACCESS_KEY_ID"},
		{"MEDIAGAUGE_CONFIG", "/absent/mediagauge.toml", "/absent/mediagauge.toml"},
		{"MEDIAGAUGE_DATABASE", "mysql://u:hunter2@db/x", "SQLite"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := rig.Launch(t, rig.Options{Env: map[string]string{c.name: c.value}})
			if code := server.Wait(); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			log := strings.TrimSpace(server.Logs())
			setting := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(c.name, "MEDIAGAUGE_"), "_", "-"))
			if !strings.Contains(log, c.name) && !strings.Contains(log, setting) && c.name != "MEDIAGAUGE_CONFIG" {
				t.Errorf("message does not name the setting: %s", log)
			}
			if !strings.Contains(log, c.also) || strings.Contains(log, "hunter2") || strings.Contains(log, "\n") || server.Stdout() != "" {
				t.Errorf("want one line with %q: %q, and on standard output %q", c.also, log, server.Stdout())
			}
		})
	}
	t.Run("flag", func(t *testing.T) {
		_, stderr, code := rig.Command(t, rig.Options{}, "serve", "--workers", "-3")
		if code != 2 || !strings.Contains(stderr, "workers") {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	})
	t.Run("storage", func(t *testing.T) {
		server := rig.Launch(t, rig.Options{Config: "[[storage]]\nbucket = \"clips\"\nkind = \"ftp\"\n"})
		if code := server.Wait(); code != 2 || !strings.Contains(server.Logs(), "clips") || !strings.Contains(server.Logs(), "ftp") {
			t.Errorf("exit code %d: %s", code, server.Logs())
		}
	})
}

// TestDemo wants a stranger to see a sample's facts at once, from a server that then stays.
func TestDemo(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	ctx := within(t, time.Minute)
	server := rig.Start(t, rig.Options{Env: noKey, Args: []string{"--demo"}})
	out, err := server.StdoutUntil(ctx, func(s string) bool { return strings.Contains(s, "stays up") })
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	from, to := strings.Index(out, "{"), strings.LastIndex(out, "}")
	if from < 0 || to < from {
		t.Fatalf("no JSON in\n%s", out)
	}
	var reply struct{ MediaInfoJob rig.Job }
	if err := json.Unmarshal([]byte(out[from:to+1]), &reply); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	p, err := parseProperty(reply.MediaInfoJob.MediaInfoProperty)
	if err != nil || reply.MediaInfoJob.Status != "Success" || p.FileBasicInfo["Width"] == "" || len(p.VideoStreamInfoList) != 1 {
		t.Errorf("%v %+v", err, reply.MediaInfoJob)
	}
	if resp, err := http.Get(server.URL + "/readyz"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("the server is gone: %v", err)
	} else {
		resp.Body.Close()
	}
}

// TestWithoutFFprobe wants a clear word where nothing can read a file.
func TestWithoutFFprobe(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Handle("/clip.rm", rig.Content(sampleFile(t, exotic)))
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_FFPROBE": "off"}})
	j, err := server.API().Run(within(t, time.Minute), rig.Spec{Media: origin.URL + "/clip.rm"})
	if err != nil {
		t.Fatal(err)
	}
	checkFailure(t, j)
	out := j.SubmitResultJson
	if out.Code != "UnsupportedFormat" || !strings.Contains(out.Message, "ffprobe") {
		t.Errorf("%s %q, want UnsupportedFormat and a word about ffprobe", out.Code, out.Message)
	}
}

// TestHealth asks the unsigned paths, and the API without a signature.
func TestHealth(t *testing.T) {
	t.Parallel()
	server := rig.Start(t, rig.Options{})
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	err := unsignedCall(within(t, 10*time.Second), server.URL)
	if e, ok := err.(*rig.Error); !ok || e.Status == http.StatusOK || e.RequestID == "" || e.Message == "" {
		t.Errorf("unsigned call: %v", err)
	}
}

func unsignedCall(ctx context.Context, url string) error {
	api := rig.NewAPI(url, "", "")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/?Action=ListPipelines&Version=2020-11-09&Format=JSON", nil)
	if err != nil {
		return err
	}
	return api.Send(req, nil)
}
