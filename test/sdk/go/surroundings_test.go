package sdk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// surroundings are what stands around the job: assets, storage, callbacks, and our extensions. Every client
// drives each operation, once to success and once into each error that a caller can meet.

const mediaAbsent = absent

func (s *session) testAssets(t *testing.T) {
	url := s.samples + samples[0]
	id := str(s.ok(t, "RegisterMediaInfo", map[string]string{"InputURL": url, "Title": awkward[:40], "MediaTags": "a,b", "ReferenceId": "ref-000001", "UserData": `{"x":1}`}), "MediaId")
	var info map[string]any
	until(t, "asset "+id, func() bool {
		info, _ = s.ok(t, "GetMediaInfo", map[string]string{"MediaId": id})["MediaInfo"].(map[string]any)
		basic, _ := info["MediaBasicInfo"].(map[string]any)
		return str(basic, "Status") == "Normal"
	})
	files, _ := info["FileInfoList"].([]any)
	if len(files) != 1 {
		t.Fatalf("asset %v", info)
	}
	s.ok(t, "GetMediaInfo", map[string]string{"InputURL": url})
	s.ok(t, "UpdateMediaInfo", map[string]string{"MediaId": id, "Title": "new", "MediaTags": "c", "AppendTags": "true"})
	batch := s.ok(t, "BatchGetMediaInfos", map[string]string{"MediaIds": id + "," + mediaAbsent, "AdditionType": "FileInfo"})
	if found, _ := batch["MediaInfos"].([]any); len(found) != 1 || fmt.Sprint(batch["IgnoredList"]) != "["+mediaAbsent+"]" {
		t.Errorf("batch %v", batch)
	}
	list := s.ok(t, "ListMediaBasicInfos", map[string]string{"MaxResults": "1", "IncludeFileBasicInfo": "true"})
	if fmt.Sprint(list["TotalCount"]) != "1" {
		t.Errorf("list %v", list)
	}
	reply := s.ok(t, "SubmitSyncMediaInfoJob", map[string]string{"Input": object(map[string]string{"Type": "Media", "Media": id})})
	if job, _ := reply["MediaInfoJob"].(map[string]any); str(job, "Status") != "Success" {
		t.Errorf("job on the asset: %v", job)
	}
	for _, c := range []struct {
		call
		code    string
		status  int
		message string
	}{
		{call{action: "RegisterMediaInfo"}, "MissingParameter", 400, `"InputURL"`},
		{call{action: "RegisterMediaInfo", params: map[string]string{"InputURL": url}}, "InvalidParameter", 400, id},
		{call{action: "RegisterMediaInfo", params: map[string]string{"InputURL": url + "?2", "ReferenceId": "ref-000001"}}, "InvalidParameter", 400, `"ReferenceId"`},
		{call{action: "GetMediaInfo", params: map[string]string{"MediaId": mediaAbsent}}, "ResourceNotFound", 404, mediaAbsent},
		{call{action: "UpdateMediaInfo", params: map[string]string{"MediaId": mediaAbsent}}, "ResourceNotFound", 404, mediaAbsent},
		{call{action: "BatchGetMediaInfos"}, "MissingParameter", 400, `"MediaIds"`},
		{call{action: "DeleteMediaInfos"}, "MissingParameter", 400, `"MediaIds"`},
		{call{action: "ListMediaBasicInfos", params: map[string]string{"MaxResults": "101"}}, "InvalidParameter", 400, `"MaxResults"`},
		{call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": object(map[string]string{"Type": "Media", "Media": mediaAbsent})}}, "ResourceNotFound", 404, mediaAbsent},
	} {
		s.refused(t, c.call, c.code, c.status, c.message)
	}
	if out := s.ok(t, "DeleteMediaInfos", map[string]string{"MediaIds": id}); fmt.Sprint(out["IgnoredList"]) != "[]" {
		t.Errorf("delete %v", out)
	}
}

func (s *session) testStorage(t *testing.T) {
	s.ok(t, "AddStorage", map[string]string{"Bucket": "clips", "StorageType": "s3_bucket", "Endpoint": "https://s3.example.com", "StorageAccessKeyId": "id", "StorageAccessKeySecret": "canary-secret"})
	list := s.ok(t, "GetStorageList", map[string]string{"StorageType": "s3_bucket", "Status": "Normal"})
	if all, _ := list["StorageInfoList"].([]any); len(all) != 1 || strings.Contains(fmt.Sprint(list), "canary") {
		t.Errorf("list %v", list)
	}
	s.ok(t, "SetDefaultStorageLocation", map[string]string{"StorageType": "user_oss_bucket", "Bucket": "clips", "Path": "p/"})
	if d := s.ok(t, "GetDefaultStorageLocation", nil); str(d, "Bucket") != "clips" || str(d, "Status") != "Normal" {
		t.Errorf("default %v", d)
	}
	for _, c := range []struct {
		call
		code    string
		status  int
		message string
	}{
		{call{action: "AddStorage"}, "MissingParameter", 400, `"Bucket"`},
		{call{action: "AddStorage", params: map[string]string{"Bucket": "clips"}}, "InvalidParameter", 400, `"Bucket"`},
		{call{action: "SetDefaultStorageLocation", params: map[string]string{"Bucket": "absent"}}, "ResourceNotFound", 404, "absent"},
		{call{action: "RemoveStorage", params: map[string]string{"Bucket": "absent"}}, "ResourceNotFound", 404, "absent"},
		{call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": input("oss://absent/x.mp4")}}, "InvalidParameter", 400, "absent"},
	} {
		s.refused(t, c.call, c.code, c.status, c.message)
	}
	s.ok(t, "RemoveStorage", map[string]string{"Bucket": "clips"})
}

func (s *session) testCallbacks(t *testing.T) {
	hook := httptest.NewServer(http.NotFoundHandler()) // not in callback-allow: nothing reaches it
	defer hook.Close()
	s.ok(t, "SetEventCallback", map[string]string{"CallbackType": "HTTP", "CallbackURL": hook.URL + "/hook", "EventTypeList": "VideoAnalysisComplete", "AuthSwitch": "on", "AuthKey": "TestKey001"})
	if got := s.ok(t, "GetEventCallback", nil); str(got, "CallbackURL") != hook.URL+"/hook" || str(got, "AuthKey") != "TestKey001" || str(got, "AuthSwitch") != "on" {
		t.Errorf("callback %v", got)
	}
	s.ok(t, "SubmitSyncMediaInfoJob", map[string]string{"Input": input(s.samples + samples[0])})
	var found []any
	until(t, "a delivery", func() bool {
		found, _ = s.ok(t, "ListCallbackDeliveries", map[string]string{"PageSize": "10"})["DeliveryList"].([]any)
		return len(found) > 0
	})
	delivery, _ := found[0].(map[string]any)
	s.ok(t, "ReplayCallbackDelivery", map[string]string{"DeliveryId": str(delivery, "DeliveryId")})
	for _, c := range []struct {
		call
		code    string
		status  int
		message string
	}{
		{call{action: "SetEventCallback", params: map[string]string{"CallbackType": "HTTP"}}, "MissingParameter", 400, `"CallbackURL"`},
		{call{action: "SetEventCallback", params: map[string]string{"CallbackType": "MNS", "CallbackQueueName": "ice-callback-q"}}, "InvalidParameter", 400, "callback-queue-endpoint"},
		{call{action: "ReplayCallbackDelivery", params: map[string]string{"DeliveryId": "999999"}}, "ResourceNotFound", 404, "999999"},
		{call{action: "ListCallbackDeliveries", params: map[string]string{"Status": "Lost"}}, "InvalidParameter", 400, `"Status"`},
	} {
		s.refused(t, c.call, c.code, c.status, c.message)
	}
	s.ok(t, "SetEventCallback", nil)
}

func (s *session) testExtensions(t *testing.T) {
	url := s.samples + samples[0]
	submit := map[string]string{"Input": input(url), "ClientToken": "3ee8c1b883d344afa94f4e0ad82fd6cf"}
	jobOf := func(reply map[string]any) map[string]any {
		job, _ := reply["MediaInfoJob"].(map[string]any)
		return job
	}
	first := str(jobOf(s.ok(t, "SubmitMediaInfoJob", submit)), "JobId")
	if again := str(jobOf(s.ok(t, "SubmitMediaInfoJob", submit)), "JobId"); again != first {
		t.Errorf("job %s, then %s", first, again)
	}
	s.refused(t, call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": input(url), "ClientToken": submit["ClientToken"], "Name": "n"}}, "IdempotentParameterMismatch", 400, "")
	many := s.ok(t, "SubmitMediaInfoJobs", map[string]string{"Jobs": `[{"Input":` + input(url) + `},{"Input":` + input(url) + `}]`})
	if jobs, _ := many["Jobs"].([]any); len(jobs) != 2 {
		t.Errorf("jobs %v", many)
	}
	s.refused(t, call{action: "SubmitMediaInfoJobs", params: map[string]string{"Jobs": "[]"}}, "InvalidParameter", 400, `"Jobs"`)

	p, _ := s.ok(t, "CreatePipeline", map[string]string{"Name": "paused", "Speed": "Standard"})["Pipeline"].(map[string]any)
	s.ok(t, "UpdatePipeline", map[string]string{"PipelineId": str(p, "PipelineId"), "Status": "Paused"})
	waits := str(jobOf(s.ok(t, "SubmitMediaInfoJob", map[string]string{"Input": input(url), "ScheduleConfig": `{"PipelineId":"` + str(p, "PipelineId") + `","RefreshCache":true}`})), "JobId")
	if job := jobOf(s.ok(t, "CancelMediaInfoJob", map[string]string{"JobId": waits})); str(job, "Status") != "Fail" {
		t.Errorf("cancelled %v", job)
	}
	s.refused(t, call{action: "CancelMediaInfoJob", params: map[string]string{"JobId": waits}}, "OperationDenied", 403, "")
	s.refused(t, call{action: "CancelMediaInfoJob", params: map[string]string{"JobId": absent}}, "ResourceNotFound", 404, absent)
}
