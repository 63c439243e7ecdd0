package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/differential"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// probed is what "probe" prints.
type probed struct {
	property
	Stats *struct {
		Engine    string
		Requests  int
		BytesRead int64
		WallMs    int64
	}
}

func runProbe(t *testing.T, o rig.Options, args ...string) probed {
	t.Helper()
	stdout, stderr, code := rig.Command(t, o, append([]string{"probe"}, args...)...)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var p probed
	if err := json.Unmarshal([]byte(stdout), &p); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	return p
}

// oneLine holds a message on standard error to one line that begins with the program's name.
func oneLine(t *testing.T, stderr string, words ...string) {
	t.Helper()
	line := strings.TrimSuffix(stderr, "\n")
	if !strings.HasPrefix(line, "mediagauge: ") || strings.Contains(line, "\n") {
		t.Errorf("want one line that begins with the program's name: %q", stderr)
	}
	for _, w := range words {
		if !strings.Contains(line, w) {
			t.Errorf("%q does not tell %q", line, w)
		}
	}
}

// TestProbe describes files and URLs without a server.
func TestProbe(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Files(t, "/media/", filepath.Join(testmedia.Root(), "files"))
	allowed := rig.Options{Allow: []string{origin.Allow()}}

	for _, name := range []string{small, "wrong-name__go-mp4_sample.mp3", "wrong-name__tinytag_multi_stream.wav", clipA} {
		s := sampleOf(t, name)
		got := runProbe(t, rig.Options{}, "--stats", s.Path)
		want := expected(readRecorded(t, s.Recorded), s.Name, "file://"+s.Path, "")
		if diff := differences(got.property, want, []string{"Region"}); len(diff) > 0 {
			t.Errorf("%s:\n%s", name, strings.Join(diff, "\n"))
		}
		if got.Stats == nil || got.Stats.Engine == "" || got.Stats.Requests < 1 || got.Stats.BytesRead < 1 {
			t.Errorf("%s: stats %+v", name, got.Stats)
		}
		got = runProbe(t, allowed, origin.URL+"/media/"+name)
		want = expected(readRecorded(t, s.Recorded), s.Name, origin.URL+"/media/"+name, "")
		if diff := differences(got.property, want, []string{"Region"}); len(diff) > 0 {
			t.Errorf("%s by URL:\n%s", name, strings.Join(diff, "\n"))
		}
		if got.Stats != nil {
			t.Error("stats, although nobody asked")
		}
	}
	if out, _, code := rig.Command(t, rig.Options{}, "probe", "-o", "table", sampleOf(t, small).Path); code != 0 || !strings.Contains(out, "h264") {
		t.Errorf("table: exit code %d: %s", code, out)
	}
}

// TestProbeContainers describes one file of each format that has a reader of our own, in the spelling of
// the wire, without ffprobe.
func TestProbeContainers(t *testing.T) {
	t.Parallel()
	list, err := differential.Samples()
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := differential.AllAllowed()
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s testmedia.Sample) bool {
		if s.Fails {
			return false
		}
		for key := range allowed {
			if key[0] == s.Name && key[1] != "format bit_rate" && key[1] != "format duration" {
				return false
			}
		}
		return true
	}
	for _, container := range differential.Containers() {
		t.Run(strings.Split(container, ",")[0], func(t *testing.T) {
			at := slices.IndexFunc(list, func(s testmedia.Sample) bool { return s.Container == container && plain(s) })
			if at < 0 {
				if container != "ttml" { // which ffprobe does not know
					t.Error("no sample")
				}
				return
			}
			s := list[at]
			ignored := []string{"Region"}
			switch container {
			case "hls", "dash": // the rate of the text; the vendor's name of the format
				ignored = append(ignored, "Bitrate", "FormatName")
			case "srt", "webvtt", "ass": // of which ffprobe tells none
				ignored = append(ignored, "Duration")
			}
			got := runProbe(t, rig.Options{}, "--engine", "native", "--stats", s.Path)
			recorded := readRecorded(t, s.Recorded)
			if stillPicture(recorded) {
				ignored = append(ignored, stillFields...)
			}
			want := expected(recorded, filepath.Base(s.Path), "file://"+s.Path, "")
			if diff := differences(got.property, want, ignored); len(diff) > 0 {
				t.Errorf("%s:\n%s", s.Name, strings.Join(diff, "\n"))
			}
			if got.Stats == nil || got.Stats.Engine != "native" {
				t.Errorf("%s: stats %+v", s.Name, got.Stats)
			}
		})
	}
}

// TestProbeFailures wants exit code 1 and one clear line for what cannot be described, 2 for
// what cannot be meant.
func TestProbeFailures(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	origin, canary := rig.NewOrigin(t), rig.NewCanary(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.mp4")
	if err := os.WriteFile(text, []byte("Nothing to see.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		code  int
		args  []string
		words []string
	}{
		{"missing file", 1, []string{"/absent/movie.mp4"}, []string{"/absent/movie.mp4", "no such file"}},
		{"folder", 1, []string{dir}, []string{"not a regular file"}},
		{"text", 1, []string{text}, []string{"notes.mp4", "format"}},
		{"404", 1, []string{origin.URL + "/absent"}, []string{"SourceNotFound", "404"}},
		{"denied", 1, []string{fmt.Sprintf("http://127.0.0.1:%d/x", canary.Port)}, []string{"not allowed"}},
		{"unknown bucket", 1, []string{"oss://nobodys/x.mp4"}, []string{"nobodys"}},
		{"native cannot", 1, []string{"--engine", "native", sampleOf(t, exotic).Path}, []string{"format"}},
		{"no argument", 2, nil, nil},
		{"two arguments", 2, []string{"a", "b"}, nil},
		{"flag", 2, []string{"--nonsense", "a"}, []string{"nonsense"}},
		{"engine", 2, []string{"--engine", "magic", "a"}, []string{"magic"}},
		{"output", 2, []string{"-o", "yaml", "a"}, []string{"yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := rig.Command(t, rig.Options{Allow: []string{origin.Allow()}}, append([]string{"probe"}, c.args...)...)
			if code != c.code || stdout != "" {
				t.Errorf("exit code %d, want %d; standard output %q", code, c.code, stdout)
			}
			oneLine(t, stderr, c.words...)
		})
	}
	if n := canary.Connections(); n != 0 {
		t.Errorf("%d connections to a forbidden port", n)
	}
}

var jobID = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

// TestJobCommands drives a server from the command line.
func TestJobCommands(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Handle("/clip.mp4", rig.Content(sampleFile(t, small)))
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	remote := rig.Options{Env: map[string]string{"MEDIAGAUGE_ENDPOINT": server.URL}}
	ctx := within(t, time.Minute)

	out, stderr, code := rig.Command(t, remote, "job", "submit", "--wait", "--name", "from the shell", origin.URL+"/clip.mp4")
	if code != 0 || !strings.Contains(out, "Success") || !strings.Contains(out, "h264") {
		t.Errorf("submit --wait: exit code %d: %s%s", code, out, stderr)
	}
	first := jobID.FindString(out)
	if j, err := server.API().Get(ctx, first); err != nil || j.Name != "from the shell" || j.Status != "Success" {
		t.Errorf("job %q: %v %+v", first, err, j)
	}

	// Many at once, by pipe as in a shell.
	var urls strings.Builder
	for n := range 60 {
		fmt.Fprintf(&urls, "%s/absent/%d\n", origin.URL, n)
	}
	ids, stderr, code := rig.CommandIn(t, remote, strings.NewReader(urls.String()), "job", "submit", "-")
	if code != 0 || len(jobID.FindAllString(ids, -1)) != 60 || strings.Count(ids, "\n") != 60 {
		t.Fatalf("submit -: exit code %d, %d lines: %s", code, strings.Count(ids, "\n"), stderr)
	}
	out, stderr, code = rig.CommandIn(t, remote, strings.NewReader(ids), "job", "wait", "-")
	if code != 1 || strings.Count(out, "SourceNotFound") != 60 || !strings.Contains(stderr, "60 of 60") {
		t.Errorf("wait -: exit code %d, %d ended: %s", code, strings.Count(out, "SourceNotFound"), stderr)
	}

	out, stderr, code = rig.Command(t, remote, "job", "list", "--limit", "0", "-o", "ids")
	listed := strings.Fields(out)
	if code != 0 || len(listed) != 61 || listed[60] != first {
		t.Errorf("list: exit code %d, %d ids: %s", code, len(listed), stderr)
	}
	slices.Sort(listed)
	if len(slices.Compact(listed)) != 61 {
		t.Error("list: a job comes twice")
	}
	if out, _, code = rig.Command(t, remote, "job", "list", "--status", "Success"); code != 0 || strings.Count(out, "\n") != 2 {
		t.Errorf("list --status: exit code %d:\n%s", code, out)
	}
	out, _, code = rig.Command(t, remote, "job", "get", first)
	var reply struct{ MediaInfoJob rig.Job }
	if err := json.Unmarshal([]byte(out), &reply); code != 0 || err != nil || reply.MediaInfoJob.JobId != first {
		t.Errorf("get: exit code %d, %v: %s", code, err, out)
	}
	_, stderr, code = rig.Command(t, remote, "job", "get", strings.Repeat("0", 32))
	if code != 1 {
		t.Errorf("get of nothing: exit code %d", code)
	}
	oneLine(t, stderr, "ResourceNotFound")
	_, stderr, code = rig.Command(t, remote, "job", "submit", "ftp://x/y")
	if code != 2 {
		t.Errorf("submit of ftp: exit code %d", code)
	}
	oneLine(t, stderr, "ftp://x/y")
	_, stderr, code = rig.Command(t, rig.Options{Env: map[string]string{"MEDIAGAUGE_ENDPOINT": fmt.Sprintf("http://127.0.0.1:%d", closedPort(t))}}, "job", "list")
	if code != 1 {
		t.Errorf("nobody there: exit code %d", code)
	}
	oneLine(t, stderr, "mediagauge serve")
}

// TestPipelineCommands makes, pauses, resumes and deletes a pipeline from the command line.
func TestPipelineCommands(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	remote := rig.Options{Env: map[string]string{"MEDIAGAUGE_ENDPOINT": server.URL}}
	run := func(want int, args ...string) string {
		t.Helper()
		out, stderr, code := rig.Command(t, remote, args...)
		if code != want {
			t.Fatalf("%v: exit code %d, want %d: %s", args, code, want, stderr)
		}
		return strings.TrimSpace(out)
	}
	id := run(0, "pipeline", "create", "--priority", "9", "urgent")
	if jobID.FindString(id) != id {
		t.Fatalf("create printed %q", id)
	}
	if out := run(0, "pipeline", "list"); !strings.Contains(out, id) || !strings.Contains(out, "default") || !strings.Contains(out, "urgent") {
		t.Errorf("list:\n%s", out)
	}
	run(0, "pipeline", "pause", id)
	if out := run(0, "pipeline", "get", id); !strings.Contains(out, "Paused") {
		t.Errorf("get:\n%s", out)
	}
	job := run(0, "job", "submit", "--pipeline", id, origin.URL+"/absent")
	run(3, "job", "wait", "--timeout", "100ms", job)
	run(1, "pipeline", "delete", id) // it has work
	run(0, "pipeline", "resume", id)
	run(1, "job", "wait", "--timeout", "30s", job) // it fails, and so it ended
	run(0, "pipeline", "update", "--name", "calm", "--priority", "2", id)
	if out := run(0, "pipeline", "get", id); !strings.Contains(out, "calm") {
		t.Errorf("get:\n%s", out)
	}
	run(0, "pipeline", "delete", id)
	run(1, "pipeline", "get", id)
}

// TestKeyCommands makes a key, uses it, and takes it away again.
func TestKeyCommands(t *testing.T) {
	t.Parallel()
	server := rig.Start(t, rig.Options{})
	remote := rig.Options{Env: map[string]string{"MEDIAGAUGE_ENDPOINT": server.URL}}
	ctx := within(t, time.Minute)
	out, _, code := rig.Command(t, remote, "key", "create", "-o", "json")
	var reply struct {
		AccessKey struct{ AccessKeyId, AccessKeySecret string }
	}
	if err := json.Unmarshal([]byte(out), &reply); code != 0 || err != nil {
		t.Fatalf("create: exit code %d, %v", code, err)
	}
	key := reply.AccessKey
	api := rig.NewAPI(server.URL, key.AccessKeyId, key.AccessKeySecret)
	if _, err := api.DefaultPipeline(ctx); err != nil {
		t.Errorf("new key: %v", err)
	}
	for _, step := range []struct{ verb, code string }{
		{"disable", "InvalidAccessKeyId.Inactive"},
		{"enable", ""},
		{"delete", "InvalidAccessKeyId.NotFound"},
	} {
		if _, stderr, code := rig.Command(t, remote, "key", step.verb, key.AccessKeyId); code != 0 {
			t.Fatalf("%s: exit code %d: %s", step.verb, code, stderr)
		}
		if _, err := api.DefaultPipeline(ctx); rig.Code(err) != step.code || step.code == "" && err != nil {
			t.Errorf("after %s: %v, want %q", step.verb, err, step.code)
		}
	}
	if out, _, code = rig.Command(t, remote, "key", "list"); code != 0 || !strings.Contains(out, rig.RootKeyID) || strings.Contains(out, key.AccessKeyId) {
		t.Errorf("list: exit code %d:\n%s", code, out)
	}
	if log := server.Logs(); strings.Contains(log, key.AccessKeySecret) || strings.Contains(log, rig.RootKeySecret) {
		t.Error("the log holds a secret")
	}
	noSecretOnDisk(t, server.DataDir, key.AccessKeySecret, "")
	noSecretOnDisk(t, server.DataDir, rig.RootKeySecret, "")
}

// TestDoctor asks the machine how it is, without and with a server.
func TestDoctor(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	out, stderr, code := rig.Command(t, rig.Options{}, "doctor", "--data-dir", dir, "--listen", fmt.Sprintf("127.0.0.1:%d", closedPort(t)))
	if code != 0 || !strings.Contains(out, "synchronous=") || !strings.Contains(out, "ffprobe") || strings.Contains(out, "fail ") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	if left, _ := filepath.Glob(filepath.Dir(dir) + "/.mediagauge-doctor-*"); len(left) != 0 {
		t.Errorf("the doctor left %v", left)
	}
	server := rig.Start(t, rig.Options{})
	out, stderr, code = rig.Command(t, rig.Options{}, "doctor", "--data-dir", server.DataDir, "--listen", strings.TrimPrefix(server.URL, "http://"))
	if code != 0 || !strings.Contains(out, "ready at") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	out, stderr, code = rig.Command(t, rig.Options{}, "doctor", "--data-dir", "/proc/nowhere")
	if code != 1 || !strings.Contains(out, "fail") {
		t.Errorf("no data folder possible, and yet exit code %d: %s%s", code, out, stderr)
	}
}

// TestVersionAndUsage asks what every program is asked.
func TestVersionAndUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code int
		word string // on standard output for 0, on standard error for 2
		args []string
	}{
		{0, "mediagauge ", []string{"version"}},
		{0, "serve", []string{"--help"}},
		{0, "MEDIAGAUGE_LISTEN", []string{"serve", "--help"}},
		{0, "submit", []string{"job"}},
		{2, "nonsense", []string{"nonsense"}},
		{2, "nonsense", []string{"job", "nonsense"}},
		{2, "nonsense", []string{"serve", "--nonsense"}},
		{2, "", []string{"serve", "unexpected"}},
	} {
		stdout, stderr, code := rig.Command(t, rig.Options{}, c.args...)
		text := stdout
		if c.code != 0 {
			text = stderr
		}
		if code != c.code || !strings.Contains(text, c.word) {
			t.Errorf("%v: exit code %d, want %d; %q", c.args, code, c.code, text)
		}
	}
}

// TestUserCommands makes a user, a policy and a role from the command line, and works with their keys there.
func TestUserCommands(t *testing.T) {
	t.Parallel()
	server := rig.Start(t, rig.Options{})
	remote := rig.Options{Env: map[string]string{"MEDIAGAUGE_ENDPOINT": server.URL}}
	run := func(o rig.Options, words ...string) string {
		t.Helper()
		out, stderr, code := rig.Command(t, o, words...)
		if code != 0 {
			t.Fatalf("%v: exit code %d: %s", words, code, stderr)
		}
		return out
	}
	refused := func(o rig.Options, says string, words ...string) {
		t.Helper()
		if _, stderr, code := rig.Command(t, o, words...); code != 1 || !strings.Contains(stderr, says) {
			t.Errorf("%v: exit code %d: %s", words, code, stderr)
		}
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run(remote, "user", "create", "ann")
	run(remote, "policy", "create", "readers", file("policy", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["ice:Get*","ice:List*"],"Resource":"*"}]}`))
	var made struct {
		AccessKey struct{ AccessKeyId, AccessKeySecret string }
	}
	if err := json.Unmarshal([]byte(run(remote, "key", "create", "--user", "ann", "-o", "json")), &made); err != nil {
		t.Fatal(err)
	}
	with := func(id, secret, token string) rig.Options {
		return rig.Options{Env: map[string]string{"MEDIAGAUGE_ENDPOINT": server.URL, "MEDIAGAUGE_ACCESS_KEY_ID": id, "MEDIAGAUGE_ACCESS_KEY_SECRET": secret, "MEDIAGAUGE_SECURITY_TOKEN": token}}
	}
	ann := with(made.AccessKey.AccessKeyId, made.AccessKey.AccessKeySecret, "")
	refused(ann, "Forbidden", "pipeline", "list")
	run(remote, "user", "attach", "ann", "readers")
	run(ann, "pipeline", "list")
	refused(ann, "Forbidden", "pipeline", "create", "mine")
	account := run(remote, "account", "whoami")
	number := regexp.MustCompile(`acs:ram::(\d+):root`).FindStringSubmatch(account)
	if number == nil {
		t.Fatalf("whoami: %s", account)
	}
	run(remote, "role", "create", "ci", file("trust", `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["`+number[0]+`"]}}]}`))
	run(remote, "role", "attach", "ci", "readers")
	session := regexp.MustCompile(`MEDIAGAUGE_ACCESS_KEY_ID='(.*)'\n.*MEDIAGAUGE_ACCESS_KEY_SECRET='(.*)'\n.*MEDIAGAUGE_SECURITY_TOKEN='(.*)'`).
		FindStringSubmatch(run(remote, "role", "assume", "acs:ram::"+number[1]+":role/ci", "--session", "build-17"))
	if session == nil {
		t.Fatal("assume printed no key")
	}
	ci := with(session[1], session[2], session[3])
	run(ci, "job", "list")
	if out := run(ci, "account", "whoami"); !strings.Contains(out, "assumed-role/ci/build-17") {
		t.Errorf("whoami: %s", out)
	}
	refused(ci, "Forbidden", "pipeline", "create", "mine")
	refused(with(session[1], session[2], ""), "MissingSecurityToken", "job", "list")
	run(remote, "storage", "add", "clips", "--endpoint", "https://oss.example.com", "--key-id", "id", "--secret-file", file("secret", "bucket-secret"))
	if out := run(remote, "storage", "list"); !strings.Contains(out, "clips") || strings.Contains(out, "bucket-secret") {
		t.Errorf("storage list: %s", out)
	}
	noSecretOnDisk(t, server.DataDir, "bucket-secret", "")
}
