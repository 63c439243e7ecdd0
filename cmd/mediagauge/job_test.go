package main

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func sampleJobs() []ims.MediaInfoJob {
	signed := sampleJob(4, ims.StatusSuccess)
	signed.Input.Media = "https://h.example/m.mp4?Signature=hidden"
	signed.MediaInfoProperty.FileBasicInfo.FileName = "evil\x1b[2J\tname"
	return []ims.MediaInfoJob{
		sampleJob(1, ims.StatusSuccess), sampleJob(2, ims.StatusFail), sampleJob(3, ims.StatusInit), signed,
	}
}

func TestJobGet(t *testing.T) {
	t.Parallel()
	jobs := sampleJobs()
	jobs[0].Name, jobs[0].UserData = "nightly", `{"a":1}`
	jobs[0].SubmitResultJson.Warnings = []string{"moov at the end"}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"job-get-success", []string{"-o", "table", jobs[0].JobId}},
		{"job-get-fail", []string{"-o", "table", jobs[1].JobId}},
		{"job-get-init", []string{"--output=table", jobs[2].JobId}},
		{"job-get-unsafe", []string{"-o", "table", jobs[3].JobId}},
		{"job-get-unknown", []string{"ffffffffffffffffffffffffffffffff"}},
		{"job-get-no-id", nil},
		{"job-get-output", []string{"-o", "yaml", jobs[0].JobId}},
		{"job-get-flag", []string{"--nope"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, newFakeServer(t, jobs...))
			golden(t, c.name, b.run(t, append([]string{"job", "get"}, c.args...)...).String())
		})
	}
}

func TestJobGetJSON(t *testing.T) {
	t.Parallel()
	const reply = `{"RequestId":"R","MediaInfoJob":{"JobId":"x","Extra":{"Kept":1.50}}}`
	f := newFakeServer(t)
	f.answers[ims.GetMediaInfoJob] = func(url.Values) (int, any) { return 200, json.RawMessage(reply) }
	if got := newBench(t, f).run(t, "job", "get", "x"); got.stdout != reply+"\n" || got.err != nil {
		t.Errorf("piped: %s", got)
	}
	b := newBench(t, f)
	b.onTerminal()
	if got := b.run(t, "job", "get", "x"); !strings.HasPrefix(got.stdout, "{\n  \"RequestId\": \"R\",\n") || !strings.Contains(got.stdout, "1.50") {
		t.Errorf("on a terminal: %s", got)
	}
}

func TestJobList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
	}{
		{"job-list-table", nil},
		{"job-list-oldest-ids", []string{"--oldest", "-o", "ids"}},
		{"job-list-failed", []string{"--status", "fail", "-o", "ids"}},
		{"job-list-limit", []string{"--limit", "2"}},
		{"job-list-range", []string{"--since", "2026-07-01T12:00:02Z", "--until", "2026-07-01T20:00:03+08:00", "-o", "ids"}},
		{"job-list-nothing", []string{"--since", "2027-01-01T00:00:00Z"}},
		{"job-list-status", []string{"--status", "Running"}},
		{"job-list-since", []string{"--since", "yesterday"}},
		{"job-list-negative", []string{"--limit", "-1"}},
		{"job-list-words", []string{"more"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, newFakeServer(t, sampleJobs()...))
			golden(t, c.name, b.run(t, append([]string{"job", "list"}, c.args...)...).String())
		})
	}
}

// TestJobListPages: all pages are followed, the last one asks for no more than is wanted, and
// JSON is one reply for each page.
func TestJobListPages(t *testing.T) {
	t.Parallel()
	var jobs []ims.MediaInfoJob
	for n := range 250 {
		jobs = append(jobs, sampleJob(n, ims.StatusInit))
	}
	for _, c := range []struct{ limit, sizes, jobs string }{
		{"0", "100 100 100", "250"},
		{"120", "100 20", "120"},
		{"100", "100", "100"},
		{"7", "7", "7"},
	} {
		f := newFakeServer(t, jobs...)
		got := newBench(t, f).run(t, "job", "list", "--limit", c.limit, "-o", "json")
		if got.err != nil {
			t.Fatal(got.err)
		}
		var sizes []string
		for _, r := range f.calls(ims.ListMediaInfoJobs) {
			sizes = append(sizes, r.params.Get("PageSize"))
		}
		listed := map[string]bool{}
		pages := 0
		for d := json.NewDecoder(strings.NewReader(got.stdout)); d.More(); pages++ {
			var page ims.ListMediaInfoJobsResponse
			if err := d.Decode(&page); err != nil {
				t.Fatal(err)
			}
			for _, j := range page.Jobs {
				listed[j.JobId] = true
			}
		}
		if s := strings.Join(sizes, " "); s != c.sizes || pages != len(sizes) || itoa(len(listed)) != c.jobs {
			t.Errorf("limit %s: pages of %q, %d replies, %d jobs; want %q, %s jobs", c.limit, s, pages, len(listed), c.sizes, c.jobs)
		}
	}
}

func itoa(n int) string { data, _ := json.Marshal(n); return string(data) }

func TestParseMoment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"2026-07-01T08:00:00Z", "2026-07-01T08:00:00Z"},
		{"2026-07-01T08:00:00.5+08:00", "2026-07-01T00:00:00Z"},
		{"90m", "2026-07-01T10:30:00Z"},
		{"0s", "2026-07-01T12:00:00Z"},
		{"1d", "2026-06-30T12:00:00Z"},
		{"30d", "2026-06-01T12:00:00Z"},
		{"-2h", ""}, {"-1d", ""}, {"d", ""}, {"1.5d", ""}, {"2026-07-01", ""}, {"", ""},
	} {
		at, err := parseMoment(c.text, testTime)
		if (err != nil) != (c.want == "") || err == nil && wireTime(at) != c.want {
			t.Errorf("parseMoment(%q) = %s, %v; want %q", c.text, wireTime(at), err, c.want)
		}
	}
}

func TestHuman(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{humanSize("0"), "0 B"},
		{humanSize("1023"), "1023 B"},
		{humanSize("1024"), "1.0 KiB"},
		{humanSize("31737"), "31.0 KiB"},
		{humanSize("1048575"), "1.0 MiB"},
		{humanSize("9223372036854775807"), "8192.0 PiB"},
		{humanSize("?"), "?"},
		{humanSize("-1"), "-1"},
		{humanSeconds("0.000000"), "0.00s"},
		{humanSeconds("5.024000"), "5.02s"},
		{humanSeconds("59.994"), "59.99s"},
		{humanSeconds("59.999"), "1m0s"},
		{humanSeconds("403.039999"), "6m43s"},
		{humanSeconds("9000"), "2h30m0s"},
		{humanSeconds(""), ""},
		{humanSeconds("NaN"), "NaN"},
		{humanElapsed(1500 * time.Millisecond), "1.5s"},
		{humanElapsed(75 * time.Second), "1m15s"},
		{kilobits("888.563"), "888.6 kbit/s"},
		{kilobits("0.f"), "0.f"},
		{safe("a\tb\x1b[0m\u202ec 漢é"), "a?b?[0m?c 漢é"},
		{shortMedia("http://h/p?Signature=s"), "http://h/p?…"},
		{count(1, "job"), "1 job"},
		{count(0, "job"), "0 jobs"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
