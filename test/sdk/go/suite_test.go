package sdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// session is a client connected to a server of its own.
type session struct {
	*service
	client client
	do     func(call) (map[string]any, error)
}

func (s *session) ok(t *testing.T, action string, params map[string]string) map[string]any {
	t.Helper()
	reply, err := s.do(call{action: action, params: params})
	if err != nil {
		t.Fatalf("%s %v: %v", action, params, err)
	}
	if str(reply, "RequestId") == "" {
		t.Errorf("%s: no RequestId in %v", action, reply)
	}
	return reply
}

func object(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func input(url string) string { return object(map[string]string{"Type": "OSS", "Media": url}) }

// finished polls until the job has ended.
func (s *session) finished(t *testing.T, id string) map[string]any {
	t.Helper()
	var job map[string]any
	until(t, "job "+id, func() bool {
		job, _ = s.ok(t, "GetMediaInfoJob", map[string]string{"JobId": id})["MediaInfoJob"].(map[string]any)
		return str(job, "Status") != "Init"
	})
	return job
}

func TestClients(t *testing.T) {
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			s := &session{service: start(t), client: c}
			var err error
			if s.do, err = c.connect(s.addr, keyID, keySecret); err != nil {
				t.Fatal(err)
			}
			// In this order: the first three leave jobs that the list then finds.
			t.Run("submit", s.testSubmit)
			t.Run("sync", s.testSync)
			t.Run("fail", s.testFail)
			t.Run("list", s.testList)
			t.Run("pipelines", s.testPipelines)
			t.Run("errors", s.testErrors)
			t.Run("keys", s.testKeys)
			t.Run("assets", s.testAssets)
			t.Run("storage", s.testStorage)
			t.Run("callbacks", s.testCallbacks)
			t.Run("extensions", s.testExtensions)
			t.Run("timestamp", s.testTimestamp)
			t.Run("replay", s.testReplay)
		})
	}
}

const awkward = `Zürich <视频> 1+1=2 ~*!'() & % "q" \ /`

func (s *session) testSubmit(t *testing.T) {
	ids := map[string]string{}
	for _, sample := range samples {
		reply := s.ok(t, "SubmitMediaInfoJob", map[string]string{
			"Input": input(s.samples + sample), "Name": awkward, "UserData": awkward + "\n", "ScheduleConfig": object(map[string]any{"Priority": 9}),
		})
		job := reply["MediaInfoJob"]
		for key, want := range map[string]string{
			"Name": awkward, "UserData": awkward + "\n", "TriggerSource": "API", "Async": "true",
		} {
			if got := str(job, key); got != want {
				t.Errorf("%s is %q, want %q", key, got, want)
			}
		}
		if str(job, "Input", "Media") != s.samples+sample || str(job, "Input", "Type") != "OSS" {
			t.Errorf("input %v", dig(job, "Input"))
		}
		if str(job, "ScheduleConfig", "Priority") != "9" || str(job, "ScheduleConfig", "PipelineId") == "" {
			t.Errorf("schedule %v", dig(job, "ScheduleConfig"))
		}
		if _, isObject := dig(job, "SubmitResultJson").(map[string]any); !isObject {
			t.Errorf("SubmitResultJson is %v", dig(job, "SubmitResultJson"))
		}
		ids[sample] = str(job, "JobId")
	}
	for sample, id := range ids {
		job := s.finished(t, id)
		if str(job, "Status") != "Success" {
			t.Errorf("%s: %s", sample, object(job))
			continue
		}
		if str(job, "JobId") != id || str(job, "Name") != awkward {
			t.Errorf("%s: job %s", sample, object(job))
		}
		for _, key := range []string{"SubmitTime", "FinishTime"} {
			if at, err := time.Parse("2006-01-02T15:04:05Z", str(job, key)); err != nil || time.Since(at).Abs() > 5*time.Minute {
				t.Errorf("%s: %s is %q", sample, key, str(job, key))
			}
		}
		checkFacts(t, sample, dig(job, "MediaInfoProperty"))
	}
}

func (s *session) testSync(t *testing.T) {
	job := s.ok(t, "SubmitSyncMediaInfoJob", map[string]string{"Input": input(s.samples + samples[0])})["MediaInfoJob"]
	if str(job, "Status") != "Success" || str(job, "Async") != "false" {
		t.Fatalf("job %s", object(job))
	}
	checkFacts(t, samples[0], dig(job, "MediaInfoProperty"))
}

func (s *session) testFail(t *testing.T) {
	for media, code := range map[string]string{"no-such-file.mp4": "SourceNotFound", broken: ""} {
		id := str(s.ok(t, "SubmitMediaInfoJob", map[string]string{"Input": input(s.samples + media)}), "MediaInfoJob", "JobId")
		job := s.finished(t, id)
		got := str(job, "SubmitResultJson", "Code")
		if str(job, "Status") != "Fail" || got == "" || code != "" && got != code || str(job, "SubmitResultJson", "Message") == "" {
			t.Errorf("%s: job %s, want Fail %s", media, object(job), code)
		}
		if dig(job, "MediaInfoProperty") != nil {
			t.Errorf("%s: a failed job has properties", media)
		}
	}
}

// testList pages through all jobs: each once, in order, both ways, with and without filters.
func (s *session) testList(t *testing.T) {
	want := len(samples) + 3 // of the tests before
	newest := s.listAll(t, map[string]string{"PageSize": "4"}, want)
	oldest := s.listAll(t, map[string]string{"PageSize": "3", "OrderBy": "CreateTimeAsc"}, want)
	slices.Reverse(oldest)
	if !slices.Equal(newest, oldest) {
		t.Errorf("newest first %q, oldest first, reversed, %q", newest, oldest)
	}
	s.listAll(t, map[string]string{"PageSize": "2", "Status": "Success"}, want-2)
	s.listAll(t, map[string]string{"PageSize": "1", "Status": "Fail"}, 2)
	s.listAll(t, map[string]string{"PageSize": "100"}, want)
	s.listAll(t, map[string]string{}, want)
	one := s.listAll(t, map[string]string{"JobId": newest[3]}, 1)
	if one[0] != newest[3] {
		t.Errorf("filter by id found %q", one)
	}
	stamp := func(d time.Duration) string { return time.Now().UTC().Add(d).Format("2006-01-02T15:04:05Z") }
	s.listAll(t, map[string]string{"StartOfCreateTime": stamp(-time.Hour), "EndOfCreateTime": stamp(time.Hour)}, want)
	s.listAll(t, map[string]string{"StartOfCreateTime": stamp(time.Hour)}, 0)
	s.listAll(t, map[string]string{"EndOfCreateTime": stamp(-time.Hour)}, 0)
}

func (s *session) listAll(t *testing.T, params map[string]string, want int) (ids []string) {
	t.Helper()
	for page := 0; ; page++ {
		reply := s.ok(t, "ListMediaInfoJobs", params)
		jobs, isList := reply["Jobs"].([]any)
		if !isList {
			t.Fatalf("Jobs is %v", reply["Jobs"])
		}
		for _, j := range jobs {
			id := str(j, "JobId")
			if slices.Contains(ids, id) {
				t.Fatalf("%v: job %s twice", params, id)
			}
			ids = append(ids, id)
		}
		next := str(reply, "NextPageToken")
		if next == "" {
			break
		}
		if size := params["PageSize"]; size != "" && fmt.Sprint(len(jobs)) != size || page > want {
			t.Fatalf("%v: page %d has %d jobs and is not the last", params, page, len(jobs))
		}
		params["NextPageToken"] = next
	}
	if len(ids) != want {
		t.Fatalf("%v: %d jobs, want %d", params, len(ids), want)
	}
	return ids
}

func (s *session) testPipelines(t *testing.T) {
	names := func(params map[string]string) (names []string) {
		pipelines, isList := s.ok(t, "ListPipelines", params)["PipelineList"].([]any)
		if !isList {
			t.Fatal("PipelineList is no list")
		}
		for _, p := range pipelines {
			names = append(names, str(p, "Name"))
		}
		return names
	}
	if got := names(nil); !slices.Equal(got, []string{"default"}) {
		t.Errorf("pipelines at first: %q", got)
	}
	made := s.ok(t, "CreatePipeline", map[string]string{"Name": awkward, "Speed": "Boost", "Priority": "3"})["Pipeline"]
	id := str(made, "PipelineId")
	want := func(p any, name, priority, status string) {
		t.Helper()
		if str(p, "PipelineId") != id || str(p, "Name") != name || str(p, "Speed") != "Boost" || str(p, "Priority") != priority ||
			str(p, "Status") != status || str(p, "CreateTime") == "" || str(p, "ModifiedTime") == "" {
			t.Errorf("pipeline %s, want %q with priority %s, %s", object(p), name, priority, status)
		}
		if _, isNumber := dig(p, "Priority").(json.Number); !isNumber {
			t.Errorf("priority %v is no number", dig(p, "Priority"))
		}
	}
	want(made, awkward, "3", "Active")
	get := func() any {
		return s.ok(t, "GetPipeline", map[string]string{"PipelineId": id})["Pipeline"]
	}
	want(get(), awkward, "3", "Active")
	if got := names(nil); len(got) != 2 || !slices.Contains(got, awkward) {
		t.Errorf("pipelines: %q", got)
	}
	if got := names(map[string]string{"Speed": "Boost"}); !slices.Equal(got, []string{awkward}) {
		t.Errorf("pipelines of speed Boost: %q", got)
	}
	yes := func(action string, params map[string]string) {
		t.Helper()
		if params["PipelineId"] = id; s.ok(t, action, params)["Success"] != true {
			t.Errorf("%s %v: no Success", action, params)
		}
	}
	yes("UpdatePipeline", map[string]string{"Name": "other", "Priority": "8", "Status": "Paused"})
	want(get(), "other", "8", "Paused")

	// A paused pipeline takes jobs and runs none; they run once it is active again.
	held := str(s.ok(t, "SubmitMediaInfoJob", map[string]string{
		"Input": input(s.samples + samples[0]), "ScheduleConfig": object(map[string]any{"PipelineId": id}),
	}), "MediaInfoJob", "JobId")
	s.ok(t, "SubmitSyncMediaInfoJob", map[string]string{"Input": input(s.samples + samples[0])}) // another one passes it
	job := s.ok(t, "GetMediaInfoJob", map[string]string{"JobId": held})["MediaInfoJob"]
	if str(job, "Status") != "Init" || str(job, "ScheduleConfig", "Priority") != "8" {
		t.Errorf("job in a paused pipeline: %s", object(job))
	}
	yes("UpdatePipeline", map[string]string{"Status": "Active"})
	if job := s.finished(t, held); str(job, "Status") != "Success" {
		t.Errorf("job after the pause: %s", object(job))
	}
	yes("DeletePipeline", map[string]string{})
	s.refused(t, call{action: "GetPipeline", params: map[string]string{"PipelineId": id}}, "ResourceNotFound", 404, id)
	if got := names(nil); !slices.Equal(got, []string{"default"}) {
		t.Errorf("pipelines at last: %q", got)
	}
}

// refused wants the client's own error with this code, status and a part of the message.
func (s *session) refused(t *testing.T, c call, code string, status int, message string) *apiError {
	t.Helper()
	reply, err := s.do(c)
	return check(t, c, reply, err, code, status, message)
}

func check(t *testing.T, c call, reply any, err error, code string, status int, message string) *apiError {
	t.Helper()
	var e *apiError
	if !errors.As(err, &e) {
		t.Errorf("%s: reply %v, error %v, want %s", c.action, reply, err, code)
		return &apiError{}
	}
	if e.code != code || e.status != status || !strings.Contains(e.message, message) {
		t.Errorf("%s: got %v, want %d %s with %q", c.action, e, status, code, message)
	}
	return e
}
