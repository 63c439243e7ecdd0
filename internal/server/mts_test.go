package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

const mtsInput = `{"Bucket":"bucket","Location":"oss-cn-shanghai","Object":"dir%2Fa%20b.mp4"}`

// mts calls the older product as its clients do: signed the older way.
func (r *rig) mts(t testing.TB, action string, params map[string]string) answer {
	t.Helper()
	own := map[string]string{"Version": ims.VersionMTS}
	for k, v := range params {
		own[k] = v
	}
	return r.get(t, v1("GET", keyID, secret, action, own))
}

func (r *rig) goodMts(t testing.TB, action string, params map[string]string) map[string]any {
	t.Helper()
	a := r.mts(t, action, params)
	if a.status != 200 {
		t.Fatalf("%s: %d %s", action, a.status, a.body)
	}
	return decode(t, a)
}

func TestOlderProductsJobs(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config, _ *Timeouts) { c.SyncWait = 20 * time.Second })
	j := r.goodMts(t, ims.SubmitMediaInfoJob, map[string]string{"Input": mtsInput, "Async": "true", "UserData": "testid-001", "PipelineId": r.pipeline})["MediaInfoJob"].(map[string]any)
	if j["State"] != "Analyzing" || j["Async"] != true || j["PipelineId"] != r.pipeline || j["UserData"] != "testid-001" ||
		fmt.Sprint(j["Input"]) != "map[Bucket:bucket Location:oss-cn-shanghai Object:dir%2Fa+b.mp4]" {
		t.Fatalf("%v", j)
	}
	// The same job in the newer product's words.
	newer := decode(t, r.call(t, ims.GetMediaInfoJob, map[string]string{"JobId": j["JobId"].(string)}))["MediaInfoJob"].(map[string]any)
	if newer["Input"].(map[string]any)["Media"] != "oss://bucket/dir/a b.mp4" {
		t.Errorf("%v", newer)
	}
	finish(t, r.queue)
	done := r.goodMts(t, ims.SubmitMediaInfoJob, map[string]string{"Input": mtsInput})["MediaInfoJob"].(map[string]any)
	p := done["Properties"].(map[string]any)
	if done["State"] != "Success" || done["Async"] != false || p["FileFormat"] != "mp4" || p["Format"].(map[string]any)["NumStreams"] != "0" {
		t.Errorf("%v", done)
	}
	if lists := p["Streams"].(map[string]any); fmt.Sprint(lists) != "map[AudioStreamList:map[AudioStream:[]] SubtitleStreamList:map[SubtitleStream:[]] VideoStreamList:map[VideoStream:[]]]" {
		t.Errorf("%v", lists)
	}
	list := r.goodMts(t, ims.QueryMediaInfoJobList, map[string]string{"MediaInfoJobIds": fmt.Sprint(j["JobId"], ",", r.theirs, ",x,", done["JobId"])})
	jobs := list["MediaInfoJobList"].(map[string]any)["MediaInfoJob"].([]any)
	if len(jobs) != 2 || jobs[0].(map[string]any)["JobId"] != done["JobId"] || fmt.Sprint(list["NonExistMediaInfoJobIds"]) != "map[String:["+r.theirs+" x]]" {
		t.Errorf("%v", list)
	}
}

func TestOlderProductsPipelines(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	p := r.goodMts(t, ims.AddPipeline, map[string]string{"Name": "older", "NotifyConfig": `{"QueueName":"q"}`})["Pipeline"].(map[string]any)
	id := p["Id"].(string)
	if p["State"] != "Active" || p["Speed"] != "Standard" || p["Name"] != "older" {
		t.Errorf("%v", p)
	}
	p = r.goodMts(t, ims.UpdatePipeline, map[string]string{"PipelineId": id, "Name": "new", "State": "Paused"})["Pipeline"].(map[string]any)
	if p["State"] != "Paused" || p["Name"] != "new" {
		t.Errorf("%v", p)
	}
	list := r.goodMts(t, ims.QueryPipelineList, map[string]string{"PipelineIds": id + "," + r.foreign})
	if len(list["PipelineList"].(map[string]any)["Pipeline"].([]any)) != 1 || fmt.Sprint(list["NonExistPids"]) != "map[String:["+r.foreign+"]]" {
		t.Errorf("%v", list)
	}
	for state, want := range map[string]float64{"": 3, "All": 3, "Active": 2, "Paused": 1} {
		m := r.goodMts(t, ims.SearchPipeline, map[string]string{"State": state, "PageSize": "2"})
		if m["TotalCount"] != want || float64(len(m["PipelineList"].(map[string]any)["Pipeline"].([]any))) != min(want, 2) {
			t.Errorf("%q: %v", state, m)
		}
	}
	if m := r.goodMts(t, ims.SearchPipeline, map[string]string{"PageNumber": "2", "PageSize": "2"}); len(m["PipelineList"].(map[string]any)["Pipeline"].([]any)) != 1 {
		t.Errorf("%v", m)
	}
	if m := r.goodMts(t, ims.DeletePipeline, map[string]string{"PipelineId": id}); m["PipelineId"] != id {
		t.Errorf("%v", m)
	}
}

func TestOlderProductRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	input := func(bucket, location, object string) string {
		return `Input={"Bucket":"` + bucket + `","Location":"` + location + `","Object":"` + object + `"}`
	}
	good := input("bucket", "oss-cn-shanghai", "a.mp4")
	for _, c := range []struct {
		action, params string
		status         int
		code           string
	}{
		{ims.SubmitMediaInfoJob, "", 400, "MissingParameter"},
		{ims.SubmitMediaInfoJob, "Input=x", 400, "InvalidParameter.JsonObjectFormatInvalid"},
		{ims.SubmitMediaInfoJob, `Input={"Bucket":"bucket","Location":"oss-cn-shanghai"}`, 400, "MissingParameter"},
		{ims.SubmitMediaInfoJob, input("B", "oss-cn-shanghai", "a.mp4"), 400, "InvalidParameter.BucketNameInvalid"},
		{ims.SubmitMediaInfoJob, input("bucket", "cn-shanghai", "a.mp4"), 400, "InvalidParameter.LocationInvalid"},
		{ims.SubmitMediaInfoJob, input("bucket", "oss-cn-shanghai", "%zz"), 400, "InvalidParameter.ObjectKeyInvalid"},
		{ims.SubmitMediaInfoJob, input("bucket", "oss-cn-shanghai", "a%0Db"), 400, "InvalidParameter.ObjectKeyInvalid"},
		{ims.SubmitMediaInfoJob, input("bucket", "oss-cn-shanghai", strings.Repeat("a", 1025)), 400, "InvalidParameter.ObjectKeyInvalid"},
		{ims.SubmitMediaInfoJob, input("unknown-bucket", "oss-cn-shanghai", "a.mp4"), 400, "InvalidParameter"},
		{ims.SubmitMediaInfoJob, good + "&UserData=" + strings.Repeat("a", 1025), 400, "InvalidParameter"},
		{ims.SubmitMediaInfoJob, good + "&Async=maybe", 400, "InvalidParameter"},
		{ims.SubmitMediaInfoJob, good + "&PipelineId=x", 404, "InvalidParameter.ResourceNotFound"},
		{ims.SubmitMediaInfoJob, good + "&PipelineId=" + r.foreign, 404, "InvalidParameter.ResourceNotFound"},
		{ims.QueryMediaInfoJobList, "", 400, "InvalidParameter"},
		{ims.QueryMediaInfoJobList, "MediaInfoJobIds=1,2,3,4,5,6,7,8,9,10,11", 400, "InvalidParameter"},
		{ims.AddPipeline, "", 400, "MissingParameter"},
		{ims.AddPipeline, "Name=" + strings.Repeat("a", 129), 400, "InvalidParameter"},
		{ims.AddPipeline, "Name=n&Speed=Fast", 400, "InvalidParameter"},
		{ims.UpdatePipeline, "Name=n&State=Active", 400, "MissingParameter"},
		{ims.UpdatePipeline, "PipelineId=" + r.pipeline + "&State=Active", 400, "MissingParameter"},
		{ims.UpdatePipeline, "PipelineId=" + r.pipeline + "&Name=n", 400, "MissingParameter"},
		{ims.UpdatePipeline, "PipelineId=" + r.pipeline + "&Name=n&State=On", 400, "InvalidParameter"},
		{ims.UpdatePipeline, "PipelineId=" + r.foreign + "&Name=n&State=Active", 404, "InvalidParameter.ResourceNotFound"},
		{ims.QueryPipelineList, "", 400, "InvalidParameter"},
		{ims.SearchPipeline, "State=On", 400, "InvalidParameter"},
		{ims.SearchPipeline, "PageSize=101", 400, "InvalidParameter"},
		{ims.SearchPipeline, "PageNumber=0", 400, "InvalidParameter"},
		{ims.DeletePipeline, "", 400, "MissingParameter"},
		{ims.DeletePipeline, "PipelineId=" + r.foreign, 404, "InvalidParameter.ResourceNotFound"},
	} {
		params := map[string]string{}
		for _, p := range strings.Split(c.params, "&") {
			if name, value, ok := strings.Cut(p, "="); ok {
				params[name] = value
			}
		}
		checkError(t, r.mts(t, c.action, params), c.status, c.code)
		if t.Failed() {
			t.Fatalf("%s %.100s", c.action, c.params)
		}
	}
}
