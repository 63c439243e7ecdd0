package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	testKeyID  = "LTAItestkeyidtestkeyidte"
	testSecret = "SecretThatMustNotShowAnywhere1"
)

// testTime is when the tests happen.
var testTime = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// request is one call that the fake server got.
type request struct {
	action, version, key string
	params               url.Values
}

// fakeServer answers as the real one would, from a list of jobs.
type fakeServer struct {
	t       *testing.T
	http    *httptest.Server
	answers map[string]func(url.Values) (int, any) // per action, before the built-in ones

	mu       sync.Mutex
	jobs     []ims.MediaInfoJob // ascending by id
	requests []request
}

func newFakeServer(t *testing.T, jobs ...ims.MediaInfoJob) *fakeServer {
	t.Helper()
	f := &fakeServer{t: t, answers: map[string]func(url.Values) (int, any){}, jobs: jobs}
	f.http = httptest.NewServer(f)
	t.Cleanup(f.http.Close)
	return f
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		f.t.Error(err)
	}
	_, key, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ = strings.Cut(key, ",")
	got := request{r.Header.Get("x-acs-action"), r.Header.Get("x-acs-version"), key, r.Form}
	f.mu.Lock()
	f.requests = append(f.requests, got)
	f.mu.Unlock()
	answer := f.answers[got.action]
	if answer == nil {
		answer = map[string]func(url.Values) (int, any){
			ims.GetMediaInfoJob: f.get, ims.ListMediaInfoJobs: f.list,
		}[got.action]
	}
	if answer == nil {
		f.t.Errorf("unexpected call of %s", got.action)
		answer = func(url.Values) (int, any) { return refusal(ims.NewError(ims.ActionNotFound)) }
	}
	status, body := answer(got.params)
	data, err := json.Marshal(body)
	if err != nil {
		f.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

func refusal(e *ims.Error) (int, any) { return e.Status, e.Response("REFUSED-1", "host", "docs") }

func (f *fakeServer) get(params url.Values) (int, any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, j := range f.jobs {
		if j.JobId == params.Get("JobId") {
			return 200, ims.MediaInfoJobResponse{RequestId: "GET-1", MediaInfoJob: j}
		}
	}
	return refusal(ims.NotFound("job", params.Get("JobId")))
}

func (f *fakeServer) list(params url.Values) (int, any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var fits []*ims.MediaInfoJob
	for n := range f.jobs {
		j := &f.jobs[n]
		start, end := params.Get("StartOfCreateTime"), cmp.Or(params.Get("EndOfCreateTime"), "9")
		if (params.Get("Status") == "" || params.Get("Status") == string(j.Status)) && j.SubmitTime >= start && j.SubmitTime <= end {
			fits = append(fits, j)
		}
	}
	if params.Get("OrderBy") == "CreateTimeDesc" {
		slices.Reverse(fits)
	}
	from, _ := strconv.Atoi(params.Get("NextPageToken")) // "" is the first page
	size, err := strconv.Atoi(params.Get("PageSize"))
	if err != nil || size < 1 || size > 100 {
		f.t.Errorf("page size %q", params.Get("PageSize"))
	}
	page := ims.ListMediaInfoJobsResponse{RequestId: "LIST-1", Jobs: []ims.MediaInfoJob{}}
	for _, j := range fits[from:min(from+size, len(fits))] {
		page.Jobs = append(page.Jobs, *j)
	}
	if from+size < len(fits) {
		page.NextPageToken = strconv.Itoa(from + size)
	}
	return 200, page
}

// set changes jobs while commands run.
func (f *fakeServer) set(change func(jobs []ims.MediaInfoJob)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f.jobs)
}

// calls returns the requests of an action so far.
func (f *fakeServer) calls(action string) []request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.requests), func(r request) bool { return r.action != action })
}

// sampleJob makes job number n, submitted n seconds after noon, of the given status.
func sampleJob(n int, status ims.Status) ims.MediaInfoJob {
	at := testTime.Add(time.Duration(n) * time.Second)
	j := ims.MediaInfoJob{
		TriggerSource:  "API",
		JobId:          fmt.Sprintf("%012x7000800000000000%04x", at.UnixMilli(), n),
		Input:          ims.Input{Type: "OSS", Media: fmt.Sprintf("oss://bucket/path/movie%d.mp4", n)},
		Async:          true,
		ScheduleConfig: ims.ScheduleConfig{PipelineId: examplePipelineID, Priority: 6},
		Status:         status,
		SubmitTime:     wireTime(at),
		RequestId:      "4879B9DE-E4B6-19DC-91F5-9D5F4DCE4168",
	}
	switch status {
	case ims.StatusSuccess:
		j.FinishTime = wireTime(at.Add(2 * time.Second))
		j.SubmitResultJson.Outcome = &ims.Outcome{Engine: "native", Requests: 2, BytesRead: 65536, QueueMs: 3, ProbeMs: 1204, Attempts: 1, Warnings: []string{}}
		j.MediaInfoProperty = &ims.MediaInfoProperty{
			FileBasicInfo: ims.FileBasicInfo{FileName: "movie.mp4", FileStatus: "Normal", FileType: "source_file", FileSize: "45000000",
				FormatName: "mov,mp4,m4a,3gp,3g2,mj2", Duration: "403.039999", Bitrate: "888.563", Width: "848", Height: "478"},
			VideoStreamInfoList: []ims.VideoStreamInfo{{Index: "0", CodecName: "h264", Profile: "High", Width: "848", Height: "478",
				PixFmt: "yuv420p", AvgFps: "25.0", Duration: "403.039989", BitRate: "760.1", Rotate: "90", Lang: "und"}},
			AudioStreamInfoList: []ims.AudioStreamInfo{{Index: "1", CodecName: "aac", SampleRate: "44100", Channels: "2",
				ChannelLayout: "stereo", Duration: "403.039989", Bitrate: "128.0", Lang: "eng"}},
		}
	case ims.StatusFail:
		j.FinishTime = wireTime(at.Add(time.Second))
		j.SubmitResultJson.Outcome = &ims.Outcome{Requests: 1, Attempts: 1, Warnings: []string{}, Code: "SourceNotFound", Message: "the object does not exist"}
	}
	return j
}

// run is what a command did.
type run struct {
	stdout, stderr string
	err            error
}

// code is what main would exit with.
func (r run) code() int {
	var coded interface{ ExitCode() int }
	switch {
	case r.err == nil:
		return 0
	case errors.As(r.err, &coded):
		return coded.ExitCode()
	}
	return 1
}

// String spells all of it, for golden files. Escapes of the terminal are made visible.
func (r run) String() string {
	s := fmt.Sprintf("exit %d\n--- stdout\n%s--- stderr\n%s", r.code(), r.stdout, r.stderr)
	if r.err != nil {
		s += "--- error\n" + r.err.Error() + "\n"
	}
	return strings.NewReplacer("\r", "\\r", "\x1b", "\\e").Replace(s)
}

// bench is a machine under test: no home, no environment, a clock that only pauses move.
type bench struct {
	*machine
	env       map[string]string
	ctx       context.Context
	stdin     io.Reader
	terminals []any
	onStderr  func(text string) // called with all that was written so far

	mu     sync.Mutex
	clock  time.Time
	pauses []time.Duration
	stderr bytes.Buffer
	stdout bytes.Buffer
}

func newBench(t *testing.T, f *fakeServer) *bench {
	t.Helper()
	b := &bench{ctx: t.Context(), stdin: strings.NewReader(""), clock: testTime, env: map[string]string{
		"MEDIAGAUGE_ACCESS_KEY_ID": testKeyID, "MEDIAGAUGE_ACCESS_KEY_SECRET": testSecret,
		"MEDIAGAUGE_DATA_DIR": filepath.Join(t.TempDir(), "none"),
	}}
	if f != nil {
		b.env["MEDIAGAUGE_ENDPOINT"] = f.http.URL
	}
	home := t.TempDir()
	b.machine = &machine{
		getenv:     func(name string) string { return b.env[name] },
		home:       func() (string, error) { return home, nil },
		isTerminal: func(stream any) bool { return slices.Contains(b.terminals, stream) },
		width:      func(any) int { return 40 },
		now:        b.now,
		pause:      b.pauseFor,
		retryPause: time.Millisecond,
	}
	return b
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock
}

// pauseFor lets the time pass at once.
func (b *bench) pauseFor(ctx context.Context, d time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clock = b.clock.Add(d)
	b.pauses = append(b.pauses, d)
	return context.Cause(ctx)
}

type (
	outStream struct{ *bench }
	errStream struct{ *bench }
)

func (s outStream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stdout.Write(p)
}

func (s errStream) Write(p []byte) (int, error) {
	s.mu.Lock()
	n, err := s.stderr.Write(p)
	text, told := s.stderr.String(), s.onStderr
	s.mu.Unlock()
	if told != nil {
		told(text)
	}
	return n, err
}

// onTerminal makes both output streams terminals.
func (b *bench) onTerminal() { b.terminals = []any{outStream{b}, errStream{b}} }

// run runs one command line.
func (b *bench) run(t *testing.T, args ...string) run {
	t.Helper()
	root := &cobra.Command{Use: "mediagauge", SilenceErrors: true, SilenceUsage: true}
	root.SetFlagErrorFunc(newRoot().FlagErrorFunc())
	root.AddCommand(jobCommand(b.machine), pipelineCommand(b.machine), keyCommand(b.machine), callbackCommand(b.machine),
		assetCommand(b.machine), storageCommand(b.machine), userCommand(b.machine), policyCommand(b.machine), roleCommand(b.machine), accountCommand(b.machine), nodeCommand(b.machine), loadTestCommand(b.machine))
	root.SetArgs(args)
	root.SetIn(b.stdin)
	root.SetOut(outStream{b})
	root.SetErr(errStream{b})
	r := run{err: root.ExecuteContext(b.ctx)}
	r.stdout, r.stderr = b.stdout.String(), b.stderr.String()
	if all := r.String(); strings.Contains(all, testSecret) {
		t.Errorf("the secret shows:\n%s", all)
	}
	return r
}

// golden compares got with testdata/name.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, got, want)
	}
}
