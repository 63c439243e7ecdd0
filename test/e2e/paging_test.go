package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// TestPaging reads all pages while jobs arrive: each job that was there at the start comes
// exactly once, in order.
func TestPaging(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	api, ctx := server.API(), within(t, time.Minute)

	const before = 150
	var there []string // oldest first
	for n := range before {
		j, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/absent", Name: fmt.Sprint("before-", n)})
		if err != nil {
			t.Fatal(err)
		}
		there = append(there, j.JobId)
	}
	for _, order := range []string{"CreateTimeDesc", "CreateTimeAsc", ""} {
		stop := make(chan struct{})
		var wg sync.WaitGroup
		var arrived int
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/absent", Name: "later"}); err != nil {
					t.Error(err)
					return
				}
				arrived++
			}
		})
		params := map[string]string{"PageSize": "7"}
		if order != "" {
			params["OrderBy"] = order
		}
		seen := map[string]int{}
		var old []string
		for page := 0; ; page++ {
			jobs, next, err := api.List(ctx, params)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				if seen[j.JobId]++; seen[j.JobId] > 1 {
					t.Errorf("%s: %s comes twice", order, j.JobId)
				}
				if strings.HasPrefix(j.Name, "before-") {
					old = append(old, j.JobId)
				}
			}
			if next != "" && len(jobs) != 7 {
				t.Errorf("%s: a page of %d jobs and a token", order, len(jobs))
			}
			// Oldest first never ends while jobs arrive: what was there is enough.
			if next == "" || order == "CreateTimeAsc" && len(old) == before {
				break
			}
			params["NextPageToken"] = next
		}
		close(stop)
		wg.Wait()
		want := slices.Clone(there)
		if order != "CreateTimeAsc" {
			slices.Reverse(want)
		}
		if !slices.Equal(old, want) {
			t.Errorf("%s: %d of %d jobs, or out of order", order, len(old), before)
		}
		t.Logf("%q: %d jobs arrived meanwhile", order, arrived)
	}
}

// TestListFilters narrows the list down in each of the ways there are, and in none that are
// not.
func TestListFilters(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	gate := newGate(origin, "/held")
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	api, ctx := server.API(), within(t, time.Minute)

	ended, err := api.Run(ctx, rig.Spec{Media: origin.URL + "/absent", Name: "ended", UserData: "kept as it is <&>\"é"})
	if err != nil {
		t.Fatal(err)
	}
	if ended.UserData != "kept as it is <&>\"é" || ended.Name != "ended" || ended.TriggerSource != "API" {
		t.Errorf("echo: %+v", ended)
	}
	open, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/held", Name: "open"})
	if err != nil {
		t.Fatal(err)
	}
	if err := gate.entered(ctx); err != nil {
		t.Fatal(err)
	}
	hour := func(n int) string { return time.Now().UTC().Add(time.Duration(n) * time.Hour).Format(time.RFC3339) }
	for name, c := range map[string]struct {
		params map[string]string
		want   string // names, newest first
	}{
		"all":         {nil, "open ended"},
		"init":        {map[string]string{"Status": "Init"}, "open"},
		"fail":        {map[string]string{"Status": "Fail"}, "ended"},
		"success":     {map[string]string{"Status": "Success"}, ""},
		"id":          {map[string]string{"JobId": ended.JobId}, "ended"},
		"id, status":  {map[string]string{"JobId": ended.JobId, "Status": "Init"}, ""},
		"oldest":      {map[string]string{"OrderBy": "CreateTimeAsc"}, "ended open"},
		"since":       {map[string]string{"StartOfCreateTime": hour(-1)}, "open ended"},
		"until":       {map[string]string{"EndOfCreateTime": hour(-1)}, ""},
		"both ends":   {map[string]string{"StartOfCreateTime": open.SubmitTime, "EndOfCreateTime": open.SubmitTime, "Status": "Init"}, "open"},
		"in future":   {map[string]string{"StartOfCreateTime": hour(1)}, ""},
		"page of one": {map[string]string{"PageSize": "1"}, "open"},
	} {
		jobs, _, err := api.List(ctx, c.params)
		var names []string
		for _, j := range jobs {
			names = append(names, j.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != c.want {
			t.Errorf("%s: %q, want %q (%v)", name, got, c.want, err)
		}
	}
	_, token, err := api.List(ctx, map[string]string{"PageSize": "1"})
	if err != nil || token == "" {
		t.Fatalf("no token: %v", err)
	}
	for name, params := range map[string]map[string]string{
		"page of none":        {"PageSize": "0"},
		"page of 101":         {"PageSize": "101"},
		"status":              {"Status": "Running"},
		"order":               {"OrderBy": "Newest"},
		"time":                {"StartOfCreateTime": "yesterday"},
		"token of nobody":     {"NextPageToken": "0123456789abcdef0123456789abcdef"},
		"token, other filter": {"NextPageToken": token, "Status": "Fail"},
	} {
		if _, _, err := api.List(ctx, params); rig.Code(err) != "InvalidParameter" {
			t.Errorf("%s: %v, want InvalidParameter", name, err)
		}
	}
	if _, err := api.Get(ctx, strings.Repeat("0", 32)); rig.Code(err) != "ResourceNotFound" {
		t.Errorf("unknown job: %v", err)
	}
	gate.open()
	if _, err := api.Wait(ctx, open.JobId); err != nil {
		t.Error(err)
	}
}

// TestSync answers a synchronous submit with the job's end.
func TestSync(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Handle("/clip.mp4", rig.Content(sampleFile(t, small)))
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	var reply struct {
		RequestId    string
		MediaInfoJob rig.Job
	}
	params := map[string]string{"Input": `{"Type":"OSS","Media":"` + origin.URL + `/clip.mp4"}`, "Name": "now"}
	if err := server.API().Call(within(t, time.Minute), "SubmitSyncMediaInfoJob", params, &reply); err != nil {
		t.Fatal(err)
	}
	j := reply.MediaInfoJob
	if j.Async || j.RequestId != reply.RequestId {
		t.Errorf("Async %t, request %s inside %s", j.Async, j.RequestId, reply.RequestId)
	}
	s := sampleOf(t, small)
	checkSuccess(t, j, s, expected(readRecorded(t, s.Recorded), "clip.mp4", origin.URL+"/clip.mp4", region))
}
