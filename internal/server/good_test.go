package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/media"
)

const okInput = `{"Type":"OSS","Media":"oss://bucket/a b+c~*.mp4"}`

func TestSubmitGetList(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	params := map[string]string{
		"Input": okInput, "Name": "a*b~c+d e", "UserData": "",
		"ScheduleConfig": `{"PipelineId":"` + r.pipeline + `","Priority":3}`,
	}
	form := url.Values{"Input": {okInput}, "Name": {"a*b~c+d e"}, "ScheduleConfig": {params["ScheduleConfig"]}}.Encode()
	dotted := map[string]string{
		"Input.Type": "OSS", "Input.Media": "oss://bucket/a b+c~*.mp4", "Name": "a*b~c+d e",
		"ScheduleConfig.PipelineId": r.pipeline, "ScheduleConfig.Priority": "3",
	}
	chunked := v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, nil, form, nil)
	chunked.Body, chunked.ContentLength = io.NopCloser(strings.NewReader(form)), -1
	post := func(query, body url.Values) *http.Request {
		req := must[*http.Request](t)(http.NewRequest("POST", r.url+"/?"+query.Encode(), strings.NewReader(body.Encode())))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return req
	}
	for name, req := range map[string]*http.Request{
		"v3 query":        v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, params, "", nil),
		"v3 form":         v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, nil, form, nil),
		"v3 chunked form": chunked,
		"v3 dotted":       v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, dotted, "", nil),
		"v1 get":          must[*http.Request](t)(http.NewRequest("GET", r.url+"/?"+v1("GET", keyID, secret, ims.SubmitMediaInfoJob, params).Encode(), nil)),
		"v1 post query":   post(v1("POST", keyID, secret, ims.SubmitMediaInfoJob, params), nil),
		"v1 post form":    post(nil, v1("POST", keyID, secret, ims.SubmitMediaInfoJob, params)),
		"v1 dotted":       post(v1("POST", keyID, secret, ims.SubmitMediaInfoJob, dotted), nil),
	} {
		a := r.do(t, req)
		m := decode(t, a)
		j, _ := m["MediaInfoJob"].(map[string]any)
		if a.status != 200 || j["Status"] != "Init" || j["Name"] != "a*b~c+d e" || j["Async"] != true || j["RequestId"] != m["RequestId"] {
			t.Fatalf("%s: %d %s", name, a.status, a.body)
		}
		if in := j["Input"].(map[string]any); in["Media"] != "oss://bucket/a b+c~*.mp4" {
			t.Errorf("%s: input %v", name, in)
		}
		if c := j["ScheduleConfig"].(map[string]any); c["PipelineId"] != r.pipeline || c["Priority"] != 3.0 {
			t.Errorf("%s: schedule %v", name, c)
		}
		got := decode(t, r.call(t, ims.GetMediaInfoJob, map[string]string{"JobId": j["JobId"].(string)}))
		if g := got["MediaInfoJob"].(map[string]any); g["JobId"] != j["JobId"] || g["RequestId"] != j["RequestId"] {
			t.Errorf("%s: got %v", name, got)
		}
	}
	seen := map[string]bool{}
	token := ""
	for page := 0; page < 20; page++ {
		m := decode(t, r.call(t, ims.ListMediaInfoJobs, map[string]string{"PageSize": "2", "NextPageToken": token, "Status": "Init"}))
		for _, j := range m["Jobs"].([]any) {
			seen[j.(map[string]any)["JobId"].(string)] = true
		}
		if token, _ = m["NextPageToken"].(string); token == "" {
			break
		}
	}
	if len(seen) != 9 || !seen[r.job] {
		t.Errorf("listed %d jobs", len(seen))
	}
}

// finish runs one worker that ends every job it gets.
func finish(t *testing.T, q *queue.Queue) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ran, worked := make(chan error, 1), make(chan struct{})
	go func() { ran <- q.Run(ctx) }()
	go func() {
		defer close(worked)
		for {
			claims, err := q.Claim(ctx, 10)
			if err != nil {
				return
			}
			for _, c := range claims {
				result := &job.Result{Object: job.Object{Name: "a.mp4", Size: 9}, Info: &media.Info{Format: media.Format{Name: "hls"}}}
				// What was claimed is ended also when the test is over: the queue waits for it.
				if err := q.Complete(context.WithoutCancel(ctx), c, result, job.Run{Engine: "native", Attempts: 1}); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-worked
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

func TestSyncAndWait(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config, _ *Timeouts) { c.SyncWait = 20 * time.Second })
	finish(t, r.queue)
	m := decode(t, r.call(t, ims.SubmitSyncMediaInfoJob, map[string]string{"Input": okInput}))
	j := m["MediaInfoJob"].(map[string]any)
	p, _ := j["MediaInfoProperty"].(map[string]any)
	if j["Status"] != "Success" || j["Async"] != false || j["FinishTime"] == "" || p["FileBasicInfo"].(map[string]any)["FormatName"] != "hls,applehttp" {
		t.Errorf("sync: %v", m)
	}
	if s := j["SubmitResultJson"].(map[string]any); s["Engine"] != "native" || s["Attempts"] != 1.0 {
		t.Errorf("outcome: %v", s)
	}
	m = decode(t, r.call(t, ims.GetMediaInfoJob, map[string]string{"JobId": r.job, "WaitSeconds": "20"}))
	if m["MediaInfoJob"].(map[string]any)["Status"] != "Success" {
		t.Errorf("wait: %v", m)
	}
}

// When time is out the reply is the job as it stands, which can then be asked for.
func TestSyncTimeout(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config, _ *Timeouts) { c.SyncWait = 50 * time.Millisecond })
	m := decode(t, r.call(t, ims.SubmitSyncMediaInfoJob, map[string]string{"Input": okInput}))
	j := m["MediaInfoJob"].(map[string]any)
	if j["Status"] != "Init" {
		t.Fatalf("got %v", m)
	}
	if _, there := j["MediaInfoProperty"]; there {
		t.Error("an unfinished job has a MediaInfoProperty")
	}
	if a := r.call(t, ims.GetMediaInfoJob, map[string]string{"JobId": j["JobId"].(string)}); a.status != 200 {
		t.Errorf("get: %d %s", a.status, a.body)
	}
}

func TestPipelines(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	a := r.call(t, ims.CreatePipeline, map[string]string{"Name": "管道", "Speed": "NarrowBandHDV2", "Priority": "9"})
	p := decode(t, a)["Pipeline"].(map[string]any)
	id := p["PipelineId"].(string)
	if p["Name"] != "管道" || p["Speed"] != "NarrowBandHDV2" || p["Priority"] != 9.0 || p["Status"] != "Active" {
		t.Fatalf("created %v", p)
	}
	if m := decode(t, r.call(t, ims.UpdatePipeline, map[string]string{"PipelineId": id, "Name": "n", "Priority": "1", "Status": "Paused"})); m["Success"] != true {
		t.Fatalf("updated %v", m)
	}
	p = decode(t, r.call(t, ims.GetPipeline, map[string]string{"PipelineId": id}))["Pipeline"].(map[string]any)
	if p["Name"] != "n" || p["Priority"] != 1.0 || p["Status"] != "Paused" {
		t.Errorf("got %v", p)
	}
	if list := decode(t, r.call(t, ims.ListPipelines, nil))["PipelineList"].([]any); len(list) != 3 {
		t.Errorf("listed %v", list)
	}
	if list := decode(t, r.call(t, ims.ListPipelines, map[string]string{"Speed": "NarrowBandHDV2"}))["PipelineList"].([]any); len(list) != 1 {
		t.Errorf("listed by speed %v", list)
	}
	if m := decode(t, r.call(t, ims.DeletePipeline, map[string]string{"PipelineId": id})); m["Success"] != true {
		t.Errorf("deleted %v", m)
	}
	checkError(t, r.call(t, ims.GetPipeline, map[string]string{"PipelineId": id}), 404, "ResourceNotFound")
}

func TestAccessKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	made := decode(t, r.call(t, ims.CreateAccessKey, nil))["AccessKey"].(map[string]any)
	id, hush := made["AccessKeyId"].(string), made["AccessKeySecret"].(string)
	use := func() answer {
		return r.do(t, v3(r.host, id, hush, ims.ListPipelines, nil, "", nil))
	}
	if a := use(); a.status != 200 {
		t.Fatalf("the new key does not work: %s", a.body)
	}
	list := r.call(t, ims.ListAccessKeys, nil)
	keys := decode(t, list)["AccessKeys"].(map[string]any)["AccessKey"].([]any)
	if len(keys) != 3 || strings.Contains(string(list.body), hush) || strings.Contains(string(list.body), otherKey) {
		t.Errorf("listed %s", list.body)
	}
	r.call(t, ims.UpdateAccessKey, map[string]string{"UserAccessKeyId": id, "Status": "Inactive"})
	checkError(t, use(), 400, "InvalidAccessKeyId.Inactive")
	r.call(t, ims.UpdateAccessKey, map[string]string{"UserAccessKeyId": id, "Status": "Active"})
	if a := use(); a.status != 200 {
		t.Errorf("the key does not work again: %s", a.body)
	}
	r.call(t, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": id})
	checkError(t, use(), 404, "InvalidAccessKeyId.NotFound")
	if strings.Contains(r.log.String(), hush) || strings.Contains(r.log.String(), secret) {
		t.Error("a secret is in the log")
	}
}

// Every action can answer in XML, whose root is the action's.
func TestXMLReplies(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	a := r.get(t, v1("GET", keyID, secret, ims.GetMediaInfoJob, map[string]string{"JobId": r.job, "Format": "-"}))
	if a.status != 200 || a.header.Get("Content-Type") != ims.TypeXML || !strings.Contains(string(a.body), "<GetMediaInfoJobResponse><RequestId>") {
		t.Errorf("default: %v %s", a.header, a.body)
	}
	a = r.get(t, v1("GET", keyID, secret, ims.GetMediaInfoJob, map[string]string{"JobId": "x", "Format": "xml"}))
	checkError(t, a, 404, "ResourceNotFound")
	if !strings.Contains(string(a.body), "<Error><RequestId>") || a.header.Get("Content-Type") != "text/xml;charset=utf-8" {
		t.Errorf("error: %s", a.body)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var fault error
	s := New(Config{Ready: func() error { return fault }})
	r := &rig{Server: s}
	ask := func(path string) int {
		w := &recorder{header: http.Header{}}
		s.ServeHTTP(w, must[*http.Request](t)(http.NewRequest("GET", "http://h"+path, nil)))
		return w.status
	}
	if ask("/healthz") != 200 || ask("/readyz") != 200 {
		t.Error("not healthy from the start")
	}
	fault = errors.New("database down")
	if ask("/healthz") != 200 || ask("/readyz") != 503 {
		t.Error("a fault does not show")
	}
	fault = nil
	r.Drain()
	if ask("/healthz") != 200 || ask("/readyz") != 503 {
		t.Error("draining does not show")
	}
}

type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *recorder) Header() http.Header { return r.header }
func (r *recorder) WriteHeader(s int)   { r.status = s }
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = 200
	}
	r.body = append(r.body, p...)
	return len(p), nil
}

// A fault tells the client its RequestId and the log the cause.
func TestPanicAndFault(t *testing.T) {
	t.Parallel()
	fault := func() error { return errors.New("disk at /tmp/db is full of " + secret) }
	r := newRig(t, func(c *Config, _ *Timeouts) {
		c.CheckInput = func(context.Context, job.AccountID, job.Input) error { return fault() }
	})
	a := r.call(t, ims.SubmitMediaInfoJob, map[string]string{"Input": okInput})
	checkError(t, a, 500, "InternalError")
	if log := r.log.String(); !strings.Contains(log, "disk at") || !strings.Contains(log, decode(t, a)["RequestId"].(string)) {
		t.Errorf("the cause is not in the log: %s", log)
	}
	fault = func() error { panic("at the worst time") }
	checkError(t, r.call(t, ims.SubmitMediaInfoJob, map[string]string{"Input": okInput}), 500, "InternalError")
	if log := r.log.String(); !strings.Contains(log, "at the worst time") || !strings.Contains(log, "goroutine ") {
		t.Error("the panic is not in the log")
	}
	if r.jobs(t) != 1 {
		t.Error("a job was made")
	}
}

func TestErrorDocs(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	a := r.do(t, must[*http.Request](t)(http.NewRequest("GET", r.url+docsPath, nil)))
	for _, k := range ims.ErrorKinds() {
		if !strings.Contains(string(a.body), `<tr id="`+string(k.Code)+`">`) {
			t.Errorf("%s is not explained", k.Code)
		}
	}
}
