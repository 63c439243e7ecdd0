package main

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func TestJobWait(t *testing.T) {
	t.Parallel()
	ok, fail := sampleJob(1, ims.StatusSuccess), sampleJob(2, ims.StatusFail)
	for _, c := range []struct {
		name, stdin string
		args        []string
	}{
		{"wait-success", "", []string{ok.JobId}},
		{"wait-fail", "", []string{fail.JobId}},
		{"wait-stdin", ok.JobId + "\n\n" + ok.JobId + "\n", []string{"-"}},
		{"wait-no-ids", "\n", []string{"-"}},
		{"wait-json", "", []string{"-o", "json", ok.JobId}},
		{"wait-unknown", "", []string{"00000000000000000000000000000000"}},
		{"wait-nothing", "", nil},
		{"wait-timeout-negative", "", []string{"--timeout", "-1s", ok.JobId}},
		{"wait-output", "", []string{"-o", "table", ok.JobId}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, newFakeServer(t, ok, fail))
			b.stdin = strings.NewReader(c.stdin)
			golden(t, c.name, b.run(t, append([]string{"job", "wait"}, c.args...)...).String())
		})
	}
}

// TestJobWaitHolds: the server is asked to hold the request, and one that cannot is not asked
// without a pause.
func TestJobWaitHolds(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t, sampleJob(1, ims.StatusInit))
	asked := 0
	f.answers[ims.GetMediaInfoJob] = func(params url.Values) (int, any) {
		if asked++; asked == 3 {
			f.set(func(jobs []ims.MediaInfoJob) { jobs[0] = sampleJob(1, ims.StatusSuccess) })
		}
		return f.get(params)
	}
	b := newBench(t, f)
	got := b.run(t, "job", "wait", f.jobs[0].JobId)
	if got.err != nil || asked != 3 || len(b.pauses) != 2 || b.pauses[0] != idle {
		t.Errorf("asked %d times, pauses %v: %s", asked, b.pauses, got)
	}
	for _, r := range f.calls(ims.GetMediaInfoJob) {
		if r.params.Get("WaitSeconds") != "20" {
			t.Errorf("WaitSeconds %q", r.params.Get("WaitSeconds"))
		}
	}
}

func TestJobWaitTimeout(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t, sampleJob(1, ims.StatusFail), sampleJob(2, ims.StatusInit))
	gone := make(chan struct{})
	t.Cleanup(func() { close(gone) })
	f.answers[ims.GetMediaInfoJob] = func(params url.Values) (int, any) {
		if params.Get("JobId") == f.jobs[1].JobId {
			<-gone // as a server holds a request
		}
		return f.get(params)
	}
	b := newBench(t, f)
	golden(t, "wait-timeout", b.run(t, "job", "wait", "--timeout", "300ms", f.jobs[0].JobId, f.jobs[1].JobId).String())
}

func TestJobWaitInterrupted(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t, sampleJob(1, ims.StatusInit))
	b := newBench(t, f)
	b.onTerminal()
	ctx, interrupt := context.WithCancel(t.Context())
	b.ctx = ctx
	gone := make(chan struct{})
	t.Cleanup(func() { close(gone) })
	f.answers[ims.GetMediaInfoJob] = func(url.Values) (int, any) {
		interrupt()
		<-gone
		return 500, nil
	}
	got := b.run(t, "job", "wait", f.jobs[0].JobId)
	if got.code() != 130 || !strings.HasSuffix(got.stderr, "\r"+eraseRest) {
		t.Errorf("not interrupted, or the progress line stays: %s", got)
	}
}

// TestJobWaitTerminal: a line that is drawn over itself, taken away for what failed and at the
// end.
func TestJobWaitTerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		last ims.Status
	}{{"wait-terminal-success", ims.StatusSuccess}, {"wait-terminal-fail", ims.StatusFail}} {
		f := newFakeServer(t, sampleJob(1, ims.StatusSuccess), sampleJob(2, c.last))
		b := newBench(t, f)
		b.onTerminal()
		drawn := make(chan struct{})
		b.onStderr = func(text string) {
			if strings.HasSuffix(text, "1/2 done  0.0s"+eraseRest) {
				close(drawn)
			}
		}
		f.answers[ims.GetMediaInfoJob] = func(params url.Values) (int, any) {
			if params.Get("JobId") == f.jobs[1].JobId {
				<-drawn
				_ = b.pause(t.Context(), 4*idle) // moves the clock
			}
			return f.get(params)
		}
		golden(t, c.name, b.run(t, "job", "wait", f.jobs[0].JobId, f.jobs[1].JobId).String())
	}
}

// TestJobWaitMany: many jobs are followed through the list, a page at a time; asking for each
// is left for the few that stay, and for what does not exist.
func TestJobWaitMany(t *testing.T) {
	t.Parallel()
	var jobs []ims.MediaInfoJob
	var ids strings.Builder
	for n := range 350 {
		j := sampleJob(n, ims.StatusInit)
		if n < 200 {
			j = sampleJob(n, ims.StatusSuccess)
		}
		jobs = append(jobs, j)
		if n >= 20 && n < 320 { // others of the account lie before and after
			ids.WriteString(j.JobId + "\n")
		}
	}
	ids.WriteString("019f1d8cf1a070008000ffffffffffff\n") // within the stretch, but no job
	f := newFakeServer(t, jobs...)
	pages := 0
	f.answers[ims.ListMediaInfoJobs] = func(params url.Values) (int, any) {
		if params.Get("NextPageToken") == "" {
			pages = 0
		}
		status, page := f.list(params)
		if pages++; page.(ims.ListMediaInfoJobsResponse).NextPageToken == "" {
			// All the others end between one sweep and the next.
			f.set(func(jobs []ims.MediaInfoJob) {
				for n := 200; n < len(jobs); n++ {
					jobs[n] = sampleJob(n, ims.StatusSuccess)
				}
				jobs[319] = sampleJob(319, ims.StatusFail)
			})
		}
		return status, page
	}
	b := newBench(t, f)
	b.stdin = strings.NewReader(ids.String())
	got := b.run(t, "job", "wait", "-")

	if got.code() != 1 || got.err.Error() != "2 of 301 jobs failed" || !strings.Contains(got.stderr, "ffffffffffff: ResourceNotFound: ") {
		t.Errorf("%v\n%s", got.err, got.stderr)
	}
	if lines := strings.Split(strings.TrimSpace(got.stdout), "\n"); len(lines) != 300 {
		t.Errorf("%d lines", len(lines))
	} else {
		seen := map[string]bool{}
		for _, line := range lines {
			seen[line[:32]] = true
		}
		if len(seen) != 300 {
			t.Errorf("%d different jobs", len(seen))
		}
	}
	lists, gets := f.calls(ims.ListMediaInfoJobs), f.calls(ims.GetMediaInfoJob)
	if len(gets) != 1 || len(lists) != 4+2 {
		t.Errorf("%d lists and %d gets, want 4 and 2 lists, and 1 get for the id that does not exist", len(lists), len(gets))
	}
	if p := lists[0].params; p.Get("StartOfCreateTime") != jobs[4].SubmitTime && p.Get("StartOfCreateTime") != jobs[20].SubmitTime || p.Get("PageSize") != "100" {
		t.Errorf("first list: %v", p)
	}
	if len(b.pauses) == 0 {
		t.Error("no pause between the sweeps")
	}
}

// TestJobWaitScattered: jobs far apart among very many others are not searched in the list for
// ever.
func TestJobWaitScattered(t *testing.T) {
	t.Parallel()
	var jobs []ims.MediaInfoJob
	var ids strings.Builder
	for n := range 70 * 130 {
		j := sampleJob(n, ims.StatusSuccess)
		jobs = append(jobs, j)
		if n%130 == 0 {
			ids.WriteString(j.JobId + "\n")
		}
	}
	f := newFakeServer(t, jobs...)
	b := newBench(t, f)
	b.stdin = strings.NewReader(ids.String())
	got := b.run(t, "job", "wait", "-")
	lists, gets := len(f.calls(ims.ListMediaInfoJobs)), len(f.calls(ims.GetMediaInfoJob))
	if got.err != nil || strings.Count(got.stdout, "\n") != 70 || lists != 70 || gets == 0 || gets > 70 {
		t.Errorf("%v after %d lists and %d gets", got.err, lists, gets)
	}
}

// TestJobWaitForeignIDs: ids that tell no time are asked for one by one.
func TestJobWaitForeignIDs(t *testing.T) {
	t.Parallel()
	var jobs []ims.MediaInfoJob
	args := []string{"job", "wait"}
	for n := range 100 {
		j := sampleJob(n, ims.StatusSuccess)
		j.JobId = strings.Replace(j.JobId, "7000", "4000", 1)
		jobs = append(jobs, j)
		args = append(args, j.JobId)
	}
	f := newFakeServer(t, jobs...)
	got := newBench(t, f).run(t, args...)
	if lists, gets := len(f.calls(ims.ListMediaInfoJobs)), len(f.calls(ims.GetMediaInfoJob)); got.err != nil || lists != 0 || gets != 100 {
		t.Errorf("%v after %d lists and %d gets", got.err, lists, gets)
	}
}

// TestJobWaitRestart: a server that was there may be away for a while; one that never answered
// may not, and no patience lasts for ever.
func TestJobWaitRestart(t *testing.T) {
	t.Parallel()
	busy := func() (int, any) { return refusal(ims.NewError(ims.ServiceUnavailable)) }
	for _, c := range []struct {
		name        string
		first, away int // answers before, and refusals after
		code        int
	}{
		{"comes back", 1, 30, 0},
		{"never was there", 0, 30, 1},
		{"stays away", 1, 1 << 30, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t, sampleJob(1, ims.StatusInit))
			asked := 0
			f.answers[ims.GetMediaInfoJob] = func(params url.Values) (int, any) {
				asked++
				switch {
				case asked <= c.first:
					return f.get(params)
				case asked <= c.first+c.away:
					return busy()
				}
				f.set(func(jobs []ims.MediaInfoJob) { jobs[0] = sampleJob(1, ims.StatusSuccess) })
				return f.get(params)
			}
			got := newBench(t, f).run(t, "job", "wait", f.jobs[0].JobId)
			if got.code() != c.code || asked > 200 {
				t.Errorf("asked %d times: %s", asked, got)
			}
		})
	}
}
