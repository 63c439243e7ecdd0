package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// ended waits until the asset's job has ended and returns what GetMediaInfo tells.
func (r *rig) ended(t testing.TB, k pair, id string) map[string]any {
	t.Helper()
	for {
		m := r.good(t, k, ims.GetMediaInfo, map[string]string{"MediaId": id})["MediaInfo"].(map[string]any)
		if m["MediaBasicInfo"].(map[string]any)["Status"] != "Preparing" {
			return m
		}
		jobs := r.good(t, k, ims.ListMediaInfoJobs, map[string]string{"Status": "Init"})["Jobs"].([]any)
		if len(jobs) > 0 {
			r.good(t, k, ims.GetMediaInfoJob, map[string]string{"JobId": jobs[0].(map[string]any)["JobId"].(string), "WaitSeconds": "20"})
		}
	}
}

func (r *rig) register(t testing.TB, k pair, params map[string]string) string {
	t.Helper()
	id, _ := r.good(t, k, ims.RegisterMediaInfo, params)["MediaId"].(string)
	return id
}

func TestAssets(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	params := map[string]string{"InputURL": "oss://bucket/a.mp4", "Title": "数据", "Description": "d", "MediaTags": "a, b,a", "UserData": `{"x": 1}`,
		"ReferenceId": "my-ref-1", "CateId": "7", "BusinessType": "general", "CoverURL": "https://example.com/c.jpg"}
	id := r.register(t, root, params)
	if len(id) != 32 {
		t.Fatalf("id %q", id)
	}
	m := r.good(t, root, ims.GetMediaInfo, map[string]string{"MediaId": id})["MediaInfo"].(map[string]any)
	basic := m["MediaBasicInfo"].(map[string]any)
	if basic["Status"] != "Preparing" || basic["Title"] != "数据" || basic["MediaTags"] != "a,b" || basic["MediaType"] != "video" || basic["CateId"] != 7.0 ||
		basic["ReferenceId"] != "my-ref-1" || basic["Source"] != "oss" || m["FileInfoList"] != nil {
		t.Fatalf("%v", m)
	}
	finish(t, r.queue)
	m = r.ended(t, root, id)
	files := m["FileInfoList"].([]any)
	if m["MediaBasicInfo"].(map[string]any)["Status"] != "Normal" || files[0].(map[string]any)["FileBasicInfo"].(map[string]any)["FormatName"] != "hls,applehttp" {
		t.Fatalf("%v", m)
	}
	for _, url := range []string{"oss://bucket/a.mp4", "OSS://bucket/a.mp4", "http://bucket.oss-cn-shanghai.aliyuncs.com/a.mp4", "https://BUCKET.oss-cn-shanghai.aliyuncs.com/a.mp4"} {
		if m := r.good(t, root, ims.GetMediaInfo, map[string]string{"InputURL": url})["MediaInfo"].(map[string]any); m["MediaId"] != id {
			t.Errorf("%s is %v", url, m["MediaId"])
		}
		a := r.call(t, ims.RegisterMediaInfo, map[string]string{"InputURL": url})
		checkError(t, a, 400, "InvalidParameter")
		if !strings.Contains(string(a.body), id) {
			t.Errorf("which asset it is, is not said: %s", a.body)
		}
	}
	checkError(t, r.call(t, ims.RegisterMediaInfo, map[string]string{"InputURL": "oss://bucket/b.mp4", "ReferenceId": "my-ref-1"}), 400, "InvalidParameter")
	second := r.register(t, root, map[string]string{"InputURL": "oss://bucket/a.mp4", "Overwrite": "true", "ReferenceId": "my-ref-1"})
	if second == id {
		t.Error("not registered anew")
	}
	checkError(t, r.call(t, ims.GetMediaInfo, map[string]string{"MediaId": id}), 404, "ResourceNotFound")
	r.ended(t, root, second)

	r.good(t, root, ims.UpdateMediaInfo, map[string]string{"MediaId": second, "Title": "new", "MediaTags": "x", "ReferenceId": "my-ref-2", "Category": "c"})
	r.good(t, root, ims.UpdateMediaInfo, map[string]string{"InputURL": "oss://bucket/a.mp4", "MediaTags": "x,y", "AppendTags": "true"})
	basic = r.ended(t, root, second)["MediaBasicInfo"].(map[string]any)
	if basic["Title"] != "new" || basic["MediaTags"] != "x,y" || basic["ReferenceId"] != "my-ref-2" || basic["Category"] != "c" || basic["MediaType"] != "video" {
		t.Errorf("%v", basic)
	}
	third := r.register(t, root, map[string]string{"InputURL": "oss://bucket/c.mp3", "ReferenceId": "my-ref-1"}) // is free again
	checkError(t, r.call(t, ims.UpdateMediaInfo, map[string]string{"MediaId": third, "ReferenceId": "my-ref-2"}), 400, "InvalidParameter")

	batch := r.good(t, root, ims.BatchGetMediaInfos, map[string]string{"MediaIds": second + "," + id + "," + third, "AdditionType": "FileInfo"})
	if infos := batch["MediaInfos"].([]any); len(infos) != 2 || fmt.Sprint(batch["IgnoredList"]) != "["+id+"]" || infos[0].(map[string]any)["FileInfoList"] == nil {
		t.Errorf("%v", batch)
	}
	out := r.good(t, root, ims.DeleteMediaInfos, map[string]string{"MediaIds": third + "," + id})
	if fmt.Sprint(out["IgnoredList"]) != "["+id+"]" {
		t.Errorf("%v", out)
	}
	out = r.good(t, root, ims.DeleteMediaInfos, map[string]string{"InputURLs": "oss://bucket/a.mp4,oss://bucket/none.mp4"})
	if fmt.Sprint(out["IgnoredList"]) != "[oss://bucket/none.mp4]" {
		t.Errorf("%v", out)
	}
	if m := r.good(t, root, ims.ListMediaBasicInfos, nil); m["TotalCount"] != 0.0 {
		t.Errorf("%v", m)
	}
}

func TestAssetsAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	long := strings.Repeat("x", 1025)
	for _, c := range []struct {
		action, params string
		status         int
		code           string
	}{
		{ims.RegisterMediaInfo, "", 400, "MissingParameter"},
		{ims.RegisterMediaInfo, "InputURL=a.mp4", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=ftp://x/a.mp4", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://unknown-bucket/a.mp4", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&MediaType=film", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&BusinessType=x", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&Title=" + long[:129], 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&Description=" + long, 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&CoverURL=" + long[:129], 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&UserData=" + long, 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&UserData={\"NotifyAddress\":\"x\"}", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&MediaTags=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&MediaTags=" + long[:33], 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&ReferenceId=short", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&Overwrite=maybe", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&CateId=x", 400, "InvalidParameter"},
		{ims.RegisterMediaInfo, "InputURL=oss://bucket/a.mp4&ClientToken=" + long[:65], 400, "InvalidParameter"},
		{ims.GetMediaInfo, "", 400, "MissingParameter"},
		{ims.GetMediaInfo, "MediaId=x", 404, "ResourceNotFound"},
		{ims.GetMediaInfo, "InputURL=oss://bucket/none.mp4", 404, "ResourceNotFound"},
		{ims.BatchGetMediaInfos, "", 400, "MissingParameter"},
		{ims.BatchGetMediaInfos, "MediaIds=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", 400, "InvalidParameter"},
		{ims.BatchGetMediaInfos, "MediaIds=1&AdditionType=All", 400, "InvalidParameter"},
		{ims.UpdateMediaInfo, "", 400, "MissingParameter"},
		{ims.UpdateMediaInfo, "MediaId=c321b3a0041a71eda1590674a2ce0000&Title=x", 404, "ResourceNotFound"},
		{ims.UpdateMediaInfo, "MediaId=c321b3a0041a71eda1590674a2ce0000&AppendTags=x", 400, "InvalidParameter"},
		{ims.DeleteMediaInfos, "", 400, "MissingParameter"},
		{ims.DeleteMediaInfos, "MediaIds=x&DeletePhysicalFiles=true", 400, "InvalidParameter"},
		{ims.ListMediaBasicInfos, "MaxResults=101", 400, "InvalidParameter"},
		{ims.ListMediaBasicInfos, "MaxResults=0", 400, "InvalidParameter"},
		{ims.ListMediaBasicInfos, "NextToken=x", 400, "InvalidParameter"},
		{ims.ListMediaBasicInfos, "Status=Done", 400, "InvalidParameter"},
		{ims.ListMediaBasicInfos, "SortBy=size", 400, "InvalidParameter"},
		{ims.ListMediaBasicInfos, "StartTime=yesterday", 400, "InvalidParameter"},
	} {
		params := map[string]string{}
		for _, p := range strings.Split(c.params, "&") {
			if name, value, ok := strings.Cut(p, "="); ok {
				params[name] = value
			}
		}
		a := r.call(t, c.action, params)
		checkError(t, a, c.status, c.code)
		if t.Failed() {
			t.Fatalf("%s %s", c.action, c.params)
		}
	}
}

func TestAssetLists(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	finish(t, r.queue)
	var ids []string
	for i := range 5 {
		ext := []string{"mp4", "mp3"}[i%2]
		ids = append(ids, r.register(t, root, map[string]string{"InputURL": fmt.Sprintf("oss://bucket/%d.%s", i, ext)}))
	}
	for _, id := range ids {
		r.ended(t, root, id)
	}
	walk := func(params map[string]string) (got string, total float64) {
		params["MaxResults"] = "2"
		for {
			m := r.good(t, root, ims.ListMediaBasicInfos, params)
			for _, a := range m["MediaInfos"].([]any) {
				for i, id := range ids {
					if a.(map[string]any)["MediaId"] == id {
						got += fmt.Sprint(i)
					}
				}
			}
			total = m["TotalCount"].(float64)
			next, _ := m["NextToken"].(string)
			if next == "" {
				return got, total
			}
			params["NextToken"] = next
		}
	}
	for _, c := range []struct {
		params map[string]string
		got    string
		total  float64
	}{
		{map[string]string{}, "43210", 5},
		{map[string]string{"SortBy": "asc"}, "01234", 5},
		{map[string]string{"MediaType": "audio"}, "31", 2},
		{map[string]string{"MediaType": "video", "SortBy": "asc", "Status": "Normal", "Source": "oss"}, "024", 3},
		{map[string]string{"MediaId": ids[2]}, "2", 1},
		{map[string]string{"StartTime": "2020-01-01T00:00:00Z", "EndTime": "2020-01-02T00:00:00Z"}, "", 0},
		{map[string]string{"StartTime": "2020-01-01T00:00:00Z"}, "43210", 5},
	} {
		if got, total := walk(c.params); got != c.got || total != c.total {
			t.Errorf("%v: %s of %v, want %s of %v", c.params, got, total, c.got, c.total)
		}
	}
	m := r.good(t, root, ims.ListMediaBasicInfos, map[string]string{"IncludeFileBasicInfo": "true", "MaxResults": "1"})
	file := m["MediaInfos"].([]any)[0].(map[string]any)["FileInfoList"].([]any)[0].(map[string]any)
	if file["FileBasicInfo"].(map[string]any)["FileName"] != "a.mp4" || file["VideoStreamInfoList"] != nil {
		t.Errorf("%v", file)
	}
	them := pair{otherKey, otherHush, ""}
	if m := r.good(t, them, ims.ListMediaBasicInfos, nil); m["TotalCount"] != 0.0 {
		t.Errorf("another account lists %v", m)
	}
}

// TestSameTokenSameThing: a call repeated under its token makes nothing new.
func TestSameTokenSameThing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	them := pair{otherKey, otherHush, ""}
	before := r.jobs(t)
	submit := map[string]string{"Input": okInput, "ClientToken": "token-1", "Name": "n"}
	jobOf := func(m map[string]any) string { return m["MediaInfoJob"].(map[string]any)["JobId"].(string) }
	id := jobOf(r.good(t, root, ims.SubmitMediaInfoJob, submit))
	for range 3 {
		if again := jobOf(r.good(t, root, ims.SubmitMediaInfoJob, submit)); again != id {
			t.Fatalf("job %s, then %s", id, again)
		}
	}
	if a := r.get(t, v1("GET", keyID, secret, ims.SubmitMediaInfoJob, submit)); jobOf(decode(t, a)) != id {
		t.Errorf("the older scheme makes another job: %s", a.body)
	}
	if n := r.jobs(t); n != before+1 {
		t.Errorf("%d jobs more", n-before)
	}
	checkError(t, r.call(t, ims.SubmitMediaInfoJob, map[string]string{"Input": okInput, "ClientToken": "token-1", "Name": "m"}), 400, "IdempotentParameterMismatch")
	checkError(t, r.call(t, ims.SubmitMediaInfoJob, map[string]string{"Input": okInput, "ClientToken": "to ken"}), 400, "InvalidParameter")
	if other := jobOf(r.good(t, them, ims.SubmitMediaInfoJob, submit)); other == id {
		t.Error("tokens of accounts are mixed up")
	}
	register := map[string]string{"InputURL": "oss://bucket/a.mp4", "ClientToken": "token-1"}
	asset := r.register(t, root, register)
	if again := r.register(t, root, register); again != asset {
		t.Errorf("asset %s, then %s", asset, again)
	}
	register["Title"] = "t"
	checkError(t, r.call(t, ims.RegisterMediaInfo, register), 400, "IdempotentParameterMismatch")
}

func TestCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	m := r.good(t, root, ims.CancelMediaInfoJob, map[string]string{"JobId": r.job})["MediaInfoJob"].(map[string]any)
	if m["Status"] != "Fail" || m["SubmitResultJson"].(map[string]any)["Code"] != "Cancelled" || m["FinishTime"] == nil {
		t.Errorf("%v", m)
	}
	if got := r.good(t, root, ims.GetMediaInfoJob, map[string]string{"JobId": r.job})["MediaInfoJob"]; fmt.Sprint(got) != fmt.Sprint(any(m)) {
		t.Errorf("told %v, stored %v", m, got)
	}
	checkError(t, r.call(t, ims.CancelMediaInfoJob, map[string]string{"JobId": r.job}), 403, "OperationDenied")
	checkError(t, r.call(t, ims.CancelMediaInfoJob, map[string]string{"JobId": r.theirs}), 404, "ResourceNotFound")
	checkError(t, r.call(t, ims.CancelMediaInfoJob, nil), 400, "MissingParameter")
}

func TestSubmitMany(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	before := r.jobs(t)
	one := `{"Input": ` + okInput + `, "Name": "n", "UserData": "u", "ScheduleConfig": {"Priority": 9}}`
	m := r.good(t, root, ims.SubmitMediaInfoJobs, map[string]string{"Jobs": "[" + one + ", {\"Input\": " + okInput + "}]"})
	jobs := m["Jobs"].([]any)
	if first := jobs[0].(map[string]any); len(jobs) != 2 || first["Name"] != "n" || first["UserData"] != "u" || first["ScheduleConfig"].(map[string]any)["Priority"] != 9.0 {
		t.Fatalf("%v", m)
	}
	if n := r.jobs(t); n != before+2 {
		t.Fatalf("%d jobs more", n-before)
	}
	for jobs, want := range map[string]struct{ code, says string }{
		"":                  {"MissingParameter", "Jobs"},
		"[]":                {"InvalidParameter", "1 to 100"},
		"{}":                {"InvalidParameter", "list"},
		"[" + one + ", 5]":  {"InvalidParameter", "Jobs.2"},
		"[" + one + ", {}]": {"MissingParameter", "Jobs.2.Input"},
		"[" + one + `, {"Input": {"Type": "OSS", "Media": "x"}}]`:                          {"InvalidParameter", "Jobs.2.Input.Media"},
		"[" + one + `, {"Input": ` + okInput + `, "ScheduleConfig": {"Priority": 11}}]`:    {"InvalidParameter", "Jobs.2.ScheduleConfig.Priority"},
		"[" + one + `, {"Input": {"Type": "OSS", "Media": "oss://unknown-bucket/a.mp4"}}]`: {"InvalidParameter", "unknown-bucket"},
		"[" + strings.Repeat(one+",", 100) + one + "]":                                     {"InvalidParameter", "1 to 100"},
	} {
		a := r.call(t, ims.SubmitMediaInfoJobs, map[string]string{"Jobs": jobs})
		checkError(t, a, 400, want.code)
		if !strings.Contains(decode(t, a)["Message"].(string), want.says) {
			t.Errorf("%.80s: %s, want it to say %s", jobs, a.body, want.says)
		}
	}
	a := r.call(t, ims.SubmitMediaInfoJobs, map[string]string{"Jobs": "[" + one + `, {"Input": ` + okInput + `, "ScheduleConfig": {"PipelineId": "` + r.foreign + `"}}]`})
	checkError(t, a, 404, "ResourceNotFound")
	if n := r.jobs(t); n != before+2 {
		t.Errorf("%d jobs more after refusals", n-before)
	}
}
