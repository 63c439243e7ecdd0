package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// TestHistogram holds quantiles against sorted samples of several shapes.
func TestHistogram(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func() time.Duration{
		"uniform":     func() time.Duration { return time.Duration(rand.Int64N(int64(time.Second))) },
		"exponential": func() time.Duration { return time.Duration(rand.ExpFloat64() * float64(30*time.Millisecond)) },
		"tiny":        func() time.Duration { return time.Duration(rand.Int64N(int64(200 * time.Microsecond))) },
		"long":        func() time.Duration { return time.Duration(rand.Int64N(int64(time.Hour))) },
	} {
		var h histogram
		var all []time.Duration
		for range 20_000 {
			d := draw()
			h.add(d)
			all = append(all, d)
		}
		slices.Sort(all)
		for _, p := range []float64{0.01, 0.5, 0.9, 0.99, 0.999, 1} {
			want := all[max(int(p*float64(len(all))+0.999999)-1, 0)]
			got := h.quantile(p)
			if got < want || float64(got) > float64(want)*1.02+float64(2*time.Microsecond) {
				t.Errorf("%s: quantile %v is %v, want %v", name, p, got, want)
			}
		}
		if h.total() != 20_000 || h.largest() != all[len(all)-1] {
			t.Errorf("%s: %d counted, largest %v", name, h.total(), h.largest())
		}
	}
	var empty histogram
	if empty.quantile(0.5) != 0 || empty.mean() != 0 {
		t.Error("an empty histogram says something")
	}
	for us := uint64(0); us < 4_000_000_000; us = us*21/20 + 1 {
		if b := bucketOf(us); upTo(b) < us || b > 0 && upTo(b-1) >= us {
			t.Fatalf("%d µs is in bucket %d, which ends at %d", us, b, upTo(b))
		}
	}
}

func TestPickIsExact(t *testing.T) {
	t.Parallel()
	mix, err := parseMix("submit=80, get=15,list=5")
	if err != nil {
		t.Fatal(err)
	}
	count, first := map[string]int{}, map[string]bool{}
	for n := range 1000 {
		call := pick(mix, n)
		count[call]++
		if n < 40 {
			first[call] = true
		}
	}
	if count["submit"] != 800 || count["get"] != 150 || count["list"] != 50 || len(first) != 3 {
		t.Errorf("%v, of the first forty %v", count, first)
	}
}

// slow answers after a time and counts.
type slow struct {
	takes time.Duration
	calls atomic.Int64
}

func (s *slow) Call(ctx context.Context, _, action string, _ map[string]string, out any) error {
	s.calls.Add(1)
	time.Sleep(s.takes)
	if action == ims.SubmitMediaInfoJob {
		return json.Unmarshal([]byte(`{"MediaInfoJob":{"JobId":"x"}}`), out)
	}
	return nil
}

// A stall of the server is measured from when calls were due, although none was made meanwhile.
func TestStallsAreNotLeftOut(t *testing.T) {
	t.Parallel()
	b := &loadTest{rate: 1000, concurrency: 1, duration: 200 * time.Millisecond, media: []string{"oss://b/x"}, mix: []share{{"submit", 1}}}
	g := newGenerator(b, &slow{takes: 50 * time.Millisecond})
	if err := g.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := g.result()
	// About four calls were made; each came later after its time than the one before.
	if m := r.Calls["submit"]; m.Max < 100 || r.LateP99 < 50 {
		t.Errorf("%+v, late %v ms", m, r.LateP99)
	}
}

func TestBench(t *testing.T) {
	t.Parallel()
	newServer := func() *fakeServer {
		f := newFakeServer(t)
		f.answers[ims.SubmitMediaInfoJob] = func(url.Values) (int, any) {
			return 200, map[string]any{"RequestId": "R", "MediaInfoJob": map[string]any{"JobId": "01a21e7ec0c678189d81cd16fc4dc22b"}}
		}
		f.answers[ims.GetMediaInfoJob] = func(v url.Values) (int, any) {
			return 200, map[string]any{"RequestId": "R", "MediaInfoJob": map[string]any{"Status": "Success", "SubmitResultJson": map[string]any{"QueueMs": 3, "ProbeMs": 4}}}
		}
		return f
	}
	t.Run("counts", func(t *testing.T) {
		f := newServer()
		path := filepath.Join(t.TempDir(), "report.json")
		out, errs, code := runBench(t, f, "--media", "oss://b/x", "--mix", "submit=6,get=3,list=1", "--warmup", "0s", "--count", "100", "--concurrency", "4", "--wait", "--report", path)
		if code != 0 {
			t.Fatalf("exit code %d: %s%s", code, out, errs)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r result
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		if r.Calls["submit"].Count != 60 || r.Calls["get"].Count != 30 || r.Calls["list"].Count != 10 || r.Failed != 0 || r.Jobs["Success"] != 60 || r.Done.Count != 60 || r.Done.P50 < 6.9 || r.Done.P50 > 7.2 {
			t.Errorf("%s", data)
		}
		for _, want := range []string{"0 failed", "submit to end", "Success", "60"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is missing in\n%s", want, out)
			}
		}
	})
	t.Run("errors", func(t *testing.T) {
		f := newServer()
		var n atomic.Int64
		f.answers[ims.SubmitMediaInfoJob] = func(url.Values) (int, any) {
			if n.Add(1)%4 == 0 {
				return 503, map[string]any{"RequestId": "R", "Code": "Throttling.User", "Message": "slow down"}
			}
			return 200, map[string]any{"RequestId": "R", "MediaInfoJob": map[string]any{"JobId": "x"}}
		}
		args := []string{"--media", "oss://b/x", "--warmup", "0s", "--count", "40", "--concurrency", "2", "-o", "json"}
		out, _, code := runBench(t, f, args...)
		var r result
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
		if code != 1 || r.Failed != 10 || r.Errors["Throttling.User"] != 10 || r.Calls["submit"].Count != 40 {
			t.Errorf("exit code %d: %s", code, out)
		}
		if _, _, code := runBench(t, f, append(args, "--max-errors", "10")...); code != 0 {
			t.Errorf("exit code %d with as many errors as may be", code)
		}
	})
	for text, args := range map[string][]string{
		"--media is needed":     {},
		"--mix \"shout=1\"":     {"--mix", "shout=1"},
		"submit is there twice": {"--mix", "submit=1,submit=2"},
		"--priority \"11\"":     {"--media", "oss://b/x", "--priority", "11"},
		"--rate -1":             {"--media", "oss://b/x", "--rate=-1"},
		"--concurrency 0":       {"--media", "oss://b/x", "--concurrency", "0"},
		"nothing is submitted":  {"--mix", "list=1", "--wait"},
		"--duration must be":    {"--media", "oss://b/x", "--duration", "0s"},
	} {
		out, errs, code := runBench(t, newServer(), args...)
		if code != 2 || !strings.Contains(errs, text) {
			t.Errorf("%v: exit code %d, %s%s", args, code, out, errs)
		}
	}
}

// runBench runs "bench" against f.
func runBench(t *testing.T, f *fakeServer, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	r := newBench(t, f).run(t, append([]string{"bench"}, args...)...)
	var coded interface{ ExitCode() int }
	switch {
	case r.err == nil:
	case errors.As(r.err, &coded):
		code = coded.ExitCode()
	default:
		code = exitFailed
	}
	if r.err != nil {
		r.stderr += r.err.Error()
	}
	return r.stdout, r.stderr, code
}
