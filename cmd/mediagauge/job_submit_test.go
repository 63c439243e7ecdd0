package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// accept answers submissions: the number in the URL becomes that of the job, and some are
// refused.
func accept(status ims.Status) func(url.Values) (int, any) {
	return func(params url.Values) (int, any) {
		var in ims.Input
		if err := json.Unmarshal([]byte(params.Get("Input")), &in); err != nil {
			return refusal(ims.Invalid("Input", err.Error()))
		}
		n := 0
		if _, err := fmt.Sscanf(in.Media, "oss://bucket/%d.mp4", &n); err != nil {
			return refusal(ims.Invalid("Input.Media", "The bucket is not configured."))
		}
		j := sampleJob(n, status)
		j.Input = in
		return 200, ims.MediaInfoJobResponse{RequestId: "SUBMIT-1", MediaInfoJob: j}
	}
}

func TestJobSubmit(t *testing.T) {
	t.Parallel()
	const one, two = "oss://bucket/1.mp4", "oss://bucket/2.mp4"
	for _, c := range []struct {
		name, stdin string
		args        []string
	}{
		{"submit-one", "", []string{one}},
		{"submit-two", "", []string{one, two}},
		{"submit-json", "", []string{one, "-o", "json"}},
		{"submit-stdin", "\n " + one + "\r\n\n" + two + "\n", []string{"-"}},
		{"submit-refused-one", "", []string{"oss://other/1.mp4"}},
		{"submit-refused-some", "", []string{one, "http://h/p?Signature=hidden", two}},
		{"submit-stdin-bad", one + "\nmovie.mp4\n" + two + "\n", []string{"-"}},
		{"submit-nothing", "", nil},
		{"submit-file", "", []string{"movie.mp4"}},
		{"submit-priority", "", []string{"--priority", "11", one}},
		{"submit-priority-text", "", []string{"--priority", "high", one}},
		{"submit-timeout", "", []string{"--timeout", "3s", one}},
		{"submit-sync-wait", "", []string{"--sync", "--wait", one}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t)
			f.answers[ims.SubmitMediaInfoJob] = accept(ims.StatusInit)
			b := newBench(t, f)
			b.stdin = strings.NewReader(c.stdin)
			golden(t, c.name, b.run(t, append([]string{"job", "submit"}, c.args...)...).String())
		})
	}
}

func TestJobSubmitParameters(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	f.answers[ims.SubmitMediaInfoJob] = accept(ims.StatusInit)
	b := newBench(t, f)
	got := b.run(t, "job", "submit", "--name", "n & m", "--user-data", `{"a":"<b>"}`, "--pipeline", examplePipelineID, "--priority", "9", "oss://bucket/1.mp4?a=1&b=2")
	if got.err != nil {
		t.Fatal(got)
	}
	want := url.Values{
		"Input":          {`{"Type":"OSS","Media":"oss://bucket/1.mp4?a=1&b=2"}`},
		"Name":           {"n & m"},
		"UserData":       {`{"a":"<b>"}`},
		"ScheduleConfig": {`{"PipelineId":"` + examplePipelineID + `","Priority":9}`},
	}
	calls := f.calls(ims.SubmitMediaInfoJob)
	if len(calls) != 1 || calls[0].params.Encode() != want.Encode() || calls[0].version != ims.VersionICE || calls[0].key != testKeyID {
		t.Errorf("got %v, want %v", calls, want)
	}
}

func TestJobSubmitMediaIDs(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	f.answers[ims.SubmitMediaInfoJob] = func(url.Values) (int, any) {
		return 200, ims.MediaInfoJobResponse{RequestId: "R", MediaInfoJob: sampleJob(1, ims.StatusInit)}
	}
	if got := newBench(t, f).run(t, "job", "submit", "--media-id", "aa", "--media-id", "bb"); got.err != nil {
		t.Fatal(got)
	}
	var inputs []string
	for _, r := range f.calls(ims.SubmitMediaInfoJob) {
		if len(r.params) != 1 {
			t.Errorf("more than Input: %v", r.params)
		}
		inputs = append(inputs, r.params.Get("Input"))
	}
	slices.Sort(inputs)
	if want := []string{`{"Type":"Media","Media":"aa"}`, `{"Type":"Media","Media":"bb"}`}; !slices.Equal(inputs, want) {
		t.Errorf("got %q, want %q", inputs, want)
	}
}

// TestJobSubmitMany: eight at a time, printed in the order of the input.
func TestJobSubmitMany(t *testing.T) {
	t.Parallel()
	const jobs = 64
	f := newFakeServer(t)
	var mu sync.Mutex
	open, most := 0, 0
	full := make(chan struct{}) // closed when as many are open as may be
	answer := accept(ims.StatusInit)
	f.answers[ims.SubmitMediaInfoJob] = func(params url.Values) (int, any) {
		mu.Lock()
		if open++; open > most {
			if most = open; most == inFlight {
				close(full)
			}
		}
		mu.Unlock()
		<-full
		defer func() { mu.Lock(); open--; mu.Unlock() }()
		return answer(params)
	}
	b := newBench(t, f)
	var in, want strings.Builder
	for n := range jobs {
		fmt.Fprintf(&in, "oss://bucket/%d.mp4\n", n)
		fmt.Fprintln(&want, sampleJob(n, ims.StatusInit).JobId)
	}
	b.stdin = strings.NewReader(in.String())
	got := b.run(t, "job", "submit", "-")
	if got.err != nil || got.stdout != want.String() {
		t.Errorf("not all ids in order: %s", got)
	}
	if most != inFlight {
		t.Errorf("%d requests at the same time, want %d", most, inFlight)
	}
}

// TestJobSubmitStops: what concerns all inputs ends the command, but not before the requests
// under way are accounted for.
func TestJobSubmitStops(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	answer := accept(ims.StatusInit)
	f.answers[ims.SubmitMediaInfoJob] = func(params url.Values) (int, any) {
		if strings.Contains(params.Get("Input"), "/3.mp4") {
			return refusal(ims.NewError(ims.InvalidAccessKeyInactive))
		}
		return answer(params)
	}
	b := newBench(t, f)
	args := []string{"job", "submit", "--wait"}
	for n := range 500 {
		args = append(args, fmt.Sprintf("oss://bucket/%d.mp4", n))
	}
	got := b.run(t, args...)
	calls := len(f.calls(ims.SubmitMediaInfoJob))
	ids := strings.Count(got.stdout, "\n")
	want := fmt.Sprintf("stopped after %d accepted: InvalidAccessKeyId.Inactive: Specified access key is disabled. (request REFUSED-1)", ids)
	if got.err == nil || got.err.Error() != want || got.code() != 1 || ids != calls-1 || calls > 3+1+inFlight {
		t.Errorf("%d calls, %d ids, %v", calls, ids, got.err)
	}
}

func TestJobSubmitInterrupted(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	b := newBench(t, f)
	ctx, interrupt := context.WithCancel(t.Context())
	b.ctx = ctx
	gone := make(chan struct{})
	t.Cleanup(func() { close(gone) })
	f.answers[ims.SubmitMediaInfoJob] = func(url.Values) (int, any) {
		interrupt()
		<-gone
		return 500, nil
	}
	got := b.run(t, "job", "submit", "oss://bucket/1.mp4")
	if got.code() != 130 || got.err.Error() != "interrupted" {
		t.Errorf("got %s", got)
	}
}

// TestJobSubmitThrottled: a call that was turned away is made again, a bounded number of times.
func TestJobSubmitThrottled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ refusals, calls, code int }{{2, 3, 0}, {1000, throttleTries, 1}} {
		f := newFakeServer(t)
		calls := 0
		answer := accept(ims.StatusInit)
		f.answers[ims.SubmitMediaInfoJob] = func(params url.Values) (int, any) {
			if calls++; calls <= c.refusals {
				return refusal(ims.NewError(ims.ThrottlingUser))
			}
			return answer(params)
		}
		b := newBench(t, f)
		got := b.run(t, "job", "submit", "oss://bucket/1.mp4")
		if calls != c.calls || got.code() != c.code || len(b.pauses) != calls-1 {
			t.Errorf("%d calls, %d pauses, want %d calls: %s", calls, len(b.pauses), c.calls, got)
		}
	}
}

func TestJobSubmitSync(t *testing.T) {
	t.Parallel()
	for _, status := range []ims.Status{ims.StatusSuccess, ims.StatusFail, ims.StatusInit} {
		f := newFakeServer(t)
		f.answers[ims.SubmitSyncMediaInfoJob] = accept(status)
		got := newBench(t, f).run(t, "job", "submit", "--sync", "oss://bucket/1.mp4", "oss://bucket/2.mp4")
		golden(t, "submit-sync-"+strings.ToLower(string(status)), got.String())
	}
}

// TestJobSubmitWait: jobs are submitted, then followed to their end.
func TestJobSubmitWait(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		ends ims.Status
	}{
		{"submit-wait-success", []string{"oss://bucket/1.mp4"}, ims.StatusSuccess},
		{"submit-wait-fail", []string{"oss://bucket/1.mp4"}, ims.StatusFail},
		{"submit-wait-json", []string{"oss://bucket/1.mp4", "-o", "json"}, ims.StatusSuccess},
		{"submit-wait-refused", []string{"oss://bucket/1.mp4", "oss://other/1.mp4"}, ims.StatusSuccess},
		{"submit-wait-all-refused", []string{"oss://other/2.mp4", "oss://other/1.mp4"}, ims.StatusSuccess},
		{"submit-wait-both", []string{"oss://bucket/1.mp4", "oss://other/1.mp4"}, ims.StatusFail},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t, sampleJob(1, c.ends))
			f.answers[ims.SubmitMediaInfoJob] = accept(ims.StatusInit)
			golden(t, c.name, newBench(t, f).run(t, append([]string{"job", "submit", "--wait"}, c.args...)...).String())
		})
	}
}
