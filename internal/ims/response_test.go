package ims

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

const requestID = "31E30781-9495-5E2D-A84D-759B0A01E262"

var submitted = time.Date(2022, 1, 12, 8, 49, 41, 123456789, time.UTC)

func exampleJob(state job.State) *job.Job {
	id, err := job.ParseID("ab4802364a2e49208c99efab82dfa8e8")
	if err != nil {
		panic(err)
	}
	j := &job.Job{
		ID: id, Account: 1, State: state, Created: submitted,
		Spec: job.Spec{
			Name: "job-name", UserData: `<&>"数据`, Trigger: "API", Async: true,
			Input:      job.Input{Type: job.InputOSS, Media: "oss://bucket/path/to/video.mp4?a=1&b=2"},
			PipelineID: "e37ebee5d98b4781897f6086e89f9c56", Priority: 5,
			RequestID: "4879B9DE-E4B6-19DC-91F5-9D5F4DCE4168",
		},
	}
	if state.Terminal() {
		j.Finished = submitted.Add(2 * time.Second)
		j.Run = job.Run{
			Engine: "native", Requests: 2, BytesRead: 65536, QueueTime: 3 * time.Millisecond,
			ProbeTime: 4500 * time.Microsecond, Attempts: 1, Warnings: []string{"moov at 8: one"},
		}
	}
	switch state {
	case job.Succeeded:
		j.Result = mediaCases["h264_aac"]
	case job.Failed:
		j.Failure = &job.Failure{Code: job.SourceNotFound, Message: `the object "a.mp4" does not exist`}
	case job.Cancelled:
		j.Run = job.Run{}
		j.Failure = &job.Failure{Code: job.CancelledByUser, Message: "cancelled"}
	}
	return j
}

func examplePipeline() Pipeline {
	return PipelineOf(&job.Pipeline{
		ID: "e37ebee5d98b4781897f6086e89f9c56", Name: "test-pipeline", Speed: job.SpeedStandard,
		State: job.Active, Priority: 6, Created: submitted, Modified: submitted,
	})
}

func exampleResponses() map[string]any {
	bare := exampleJob(job.Queued)
	bare.Spec.Name, bare.Spec.UserData = "", ""
	return map[string]any{
		"SubmitMediaInfoJob":        MediaInfoJobResponse{requestID, MediaInfoJobOf(exampleJob(job.Queued))},
		"SubmitMediaInfoJob_bare":   MediaInfoJobResponse{requestID, MediaInfoJobOf(bare)},
		"SubmitSyncMediaInfoJob":    MediaInfoJobResponse{requestID, MediaInfoJobOf(exampleJob(job.Succeeded))},
		"GetMediaInfoJob_running":   MediaInfoJobResponse{requestID, MediaInfoJobOf(exampleJob(job.Running))},
		"GetMediaInfoJob_failed":    MediaInfoJobResponse{requestID, MediaInfoJobOf(exampleJob(job.Failed))},
		"GetMediaInfoJob_cancelled": MediaInfoJobResponse{requestID, MediaInfoJobOf(exampleJob(job.Cancelled))},
		"ListMediaInfoJobs":         ListMediaInfoJobsOf(requestID, []*job.Job{exampleJob(job.Succeeded), exampleJob(job.Queued)}, "token"),
		"ListMediaInfoJobs_empty":   ListMediaInfoJobsOf(requestID, nil, ""),
		"CreatePipeline":            PipelineResponse{requestID, examplePipeline()},
		"GetPipeline":               PipelineResponse{requestID, examplePipeline()},
		"ListPipelines":             PipelineListResponse{requestID, []Pipeline{examplePipeline(), examplePipeline()}},
		"ListPipelines_empty":       PipelineListResponse{requestID, []Pipeline{}},
		"UpdatePipeline":            SuccessResponse{requestID, true},
		"DeletePipeline":            SuccessResponse{requestID, true},
		"CreateAccessKey":           AccessKeyResponse{requestID, AccessKeyOf("keyid", "secret", true, submitted)},
		"ListAccessKeys":            AccessKeyListResponse{requestID, AccessKeys{[]AccessKey{AccessKeyOf("a", "", true, submitted), AccessKeyOf("b", "", false, submitted)}}},
		"UpdateAccessKey":           EmptyResponse{requestID},
		"DeleteAccessKey":           EmptyResponse{requestID},
		"SetEventCallback":          SuccessResponse{requestID, true},
		"GetEventCallback_none":     EventCallbackOf(requestID, EventCallback{}, "whsec_c2VjcmV0"),
		"GetEventCallback":          EventCallbackOf(requestID, EventCallback{"HTTP", "http://xxx.yyy/callback", "ice-callback-queue", []string{"ProduceMediaComplete", "TranscodeComplete"}, true, "TestKey001"}, "whsec_c2VjcmV0"),
		"ListCallbackDeliveries": CallbackDeliveryListResponse{requestID, DeliveryToken(1000), []CallbackDelivery{
			CallbackDeliveryOf(Delivery{7, "msg_7", exampleJob(job.Failed).ID, "https://xxx.yyy/callback?token=secret", "Pending", 2, "status 500", submitted, submitted.Add(time.Minute), time.Time{}, []byte(`{"EventType":"x"}`)}),
			CallbackDeliveryOf(Delivery{8, "msg_8", exampleJob(job.Failed).ID, "https://xxx.yyy/callback", "Delivered", 1, "200", submitted, time.Time{}, submitted.Add(time.Second), nil}),
		}},
		"ListCallbackDeliveries_empty": CallbackDeliveryListResponse{requestID, "", []CallbackDelivery{}},
		"ReplayCallbackDelivery":       SuccessResponse{requestID, true},

		"RegisterMediaInfo": MediaIDResponse{requestID, "c321b3a0041a71eda1590674a2ce0000"}, "UpdateMediaInfo": MediaIDResponse{requestID, "c321b3a0041a71eda1590674a2ce0000"},
		"GetMediaInfo":           MediaInfoResponse{requestID, MediaAssetOf(exampleAsset("subtitles"), AssetWholeFile)},
		"GetMediaInfo_video":     MediaInfoResponse{requestID, MediaAssetOf(exampleAsset("h264_aac"), AssetWholeFile)},
		"GetMediaInfo_preparing": MediaInfoResponse{requestID, MediaAssetOf(&AssetFacts{ID: "c321b3a0041a71eda1590674a2ce0000", URL: "oss://bucket/a.mp4", Title: "t", Status: "Preparing", Created: submitted, Modified: submitted}, AssetWholeFile)},
		"BatchGetMediaInfos":     MediaInfosResponse{requestID, []MediaAsset{MediaAssetOf(exampleAsset("h264_aac"), AssetNoFile)}, []string{"x"}},
		"DeleteMediaInfos":       DeleteMediaInfosResponse{requestID, []string{}, []string{"x"}},
		"ListMediaBasicInfos":    ListMediaBasicInfosResponse{requestID, []MediaAsset{MediaAssetOf(exampleAsset("h264_aac"), AssetFileBasics)}, 11, 1, "token"},
		"SubmitMediaInfoJobs":    MediaInfoJobsResponse{requestID, []MediaInfoJob{MediaInfoJobOf(exampleJob(job.Queued))}},
		"CancelMediaInfoJob":     MediaInfoJobResponse{requestID, MediaInfoJobOf(exampleJob(job.Cancelled))},
		"AddStorage":             SuccessResponse{requestID, true}, "RemoveStorage": SuccessResponse{requestID, true},
		"SetDefaultStorageLocation": SuccessResponse{requestID, true},
		"GetStorageList": StorageListResponse{requestID, []StorageInfo{
			StorageInfoOf(StorageOSS, "bucket", "", true, time.Time{}, time.Time{}, "", "cn-shanghai", true),
			StorageInfoOf(StorageHTTP, "assets", "new/", false, submitted, submitted, "https://media.example.com/assets", "", false)}},
		"GetDefaultStorageLocation":      StorageLocationResponse{requestID, StorageOSS, "bucket", "new/", "Normal"},
		"GetDefaultStorageLocation_none": StorageLocationResponse{requestID, "", "", "", "notExist"},

		"Mts.SubmitMediaInfoJob":           MtsJobResponse{requestID, MtsJobOf(exampleJob(job.Succeeded))},
		"Mts.SubmitMediaInfoJob_analyzing": MtsJobResponse{requestID, MtsJobOf(exampleJob(job.Queued))},
		"Mts.QueryMediaInfoJobList":        MtsJobListResponse{requestID, MtsStrings{[]string{"x"}}, MtsJobs{[]MtsJob{MtsJobOf(exampleJob(job.Failed))}}},
		"Mts.AddPipeline":                  MtsPipelineResponse{requestID, exampleMtsPipeline()},
		"Mts.UpdatePipeline":               MtsPipelineResponse{requestID, exampleMtsPipeline()},
		"Mts.QueryPipelineList":            MtsPipelineListResponse{requestID, MtsStrings{[]string{}}, MtsPipelines{[]MtsPipeline{exampleMtsPipeline()}}},
		"Mts.SearchPipeline":               MtsPipelineSearchResponse{requestID, 1, 1, 10, MtsPipelines{[]MtsPipeline{exampleMtsPipeline()}}},
		"Mts.DeletePipeline":               MtsPipelineIDResponse{requestID, "e37ebee5d98b4781897f6086e89f9c56"},
		"CreateAccount":                    AccountResponse{requestID, AccountOf(1234567890123456, "team", submitted), AccessKeyOf("keyid", "secret", true, submitted)},
		"ListAccounts":                     AccountListResponse{requestID, false, "", []Account{AccountOf(1234567890123456, "team", submitted)}},
		"ListNodes":                        NodeListResponse{requestID, []Node{NodeOf(7, "mediagauge-worker-1", "worker,callback", "v1.2.3", 8, submitted, submitted)}},
		"ListNodes_none":                   NodeListResponse{requestID, []Node{}},
		"CreateUser":                       UserResponse{requestID, exampleUser()},
		"GetUser":                          UserResponse{requestID, exampleUser()},
		"ListUsers":                        UserListResponse{requestID, true, "214", Users{[]User{exampleUser(), exampleUser()}}},
		"ListUsers_empty":                  UserListResponse{requestID, false, "", Users{[]User{}}},
		"DeleteUser":                       EmptyResponse{requestID},
		"CreateRole":                       RoleResponse{requestID, exampleRole(`{"Version": "1"}`)},
		"GetRole":                          RoleResponse{requestID, exampleRole(`{"Version": "1"}`)},
		"ListRoles":                        RoleListResponse{requestID, false, "", Roles{[]Role{exampleRole("")}}},
		"DeleteRole":                       EmptyResponse{requestID},
		"CreatePolicy":                     PolicyResponse{requestID, examplePolicy()},
		"CreatePolicyVersion":              PolicyVersionResponse{requestID, PolicyVersionOf(2, `{"Version": "1"}`, submitted)},
		"GetPolicy":                        PolicyDocumentResponse{requestID, examplePolicy(), PolicyVersionOf(1, `{"Version": "1"}`, submitted)},
		"ListPolicies":                     PolicyListResponse{requestID, true, "Custom.x", Policies{[]Policy{examplePolicy()}}},
		"DeletePolicy":                     EmptyResponse{requestID},
		"AttachPolicyToUser":               EmptyResponse{requestID},
		"DetachPolicyFromUser":             EmptyResponse{requestID},
		"ListPoliciesForUser":              PolicyListResponse{requestID, false, "", Policies{[]Policy{PolicyOf("x", "System", "d", 1, time.Time{}, time.Time{}, submitted)}}},
		"AttachPolicyToRole":               EmptyResponse{requestID},
		"DetachPolicyFromRole":             EmptyResponse{requestID},
		"ListPoliciesForRole":              PolicyListResponse{requestID, false, "", Policies{[]Policy{}}},
		"AssumeRole": AssumeRoleResponse{requestID, AssumedRoleUser{"acs:ram::1:assumed-role/r/s", "2:s"},
			CredentialsOf("STS.x", "secret", "CAISx", submitted)},
		"GetCallerIdentity": CallerIdentityResponse{requestID, "RAMUser", "1", "2", "2", "", "acs:ram::1:user/ann"},
	}
}

func exampleAsset(result string) *AssetFacts {
	return &AssetFacts{ID: "c321b3a0041a71eda1590674a2ce0000", URL: "oss://bucket/a.mp4", MediaType: "video", BusinessType: "general", Source: "oss", Title: "t",
		Description: "d", Category: "c", CoverURL: "https://example.com/c.jpg", UserData: "u", Status: "Normal", Reference: "my-ref-1", CategoryID: 7,
		Tags: []string{"a", "b"}, Created: submitted, Modified: submitted, Result: mediaCases[result]}
}

func exampleMtsPipeline() MtsPipeline {
	return MtsPipelineOf(&job.Pipeline{ID: "e37ebee5d98b4781897f6086e89f9c56", Name: "test-pipeline", Speed: job.SpeedStandard, State: job.Paused, Created: submitted})
}

func exampleUser() User { return UserOf("214", "ann", "Ann", "", submitted, submitted) }

func exampleRole(trust string) Role {
	return RoleOf("215", "reader", "acs:ram::1:role/reader", "reads", trust, time.Hour, submitted, submitted)
}

func examplePolicy() Policy {
	return PolicyOf("x", "Custom", "d", 1, submitted, submitted, time.Time{})
}

func TestResponses(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for name, v := range exampleResponses() {
		action, _, _ := strings.Cut(name, "_")
		older := strings.HasPrefix(action, "Mts.") // its jobs have a Code, which no client takes amiss that deep
		covered[action] = true
		t.Run(name, func(t *testing.T) {
			body, contentType, err := Encode(JSON, action+"Response", v)
			if err != nil || contentType != "application/json;charset=utf-8" {
				t.Fatalf("content type %q, error %v", contentType, err)
			}
			if bytes.Contains(body, []byte(`"Code"`)) && !strings.HasSuffix(name, "failed") && action != "CancelMediaInfoJob" && !older && !strings.HasSuffix(name, "cancelled") {
				t.Error("a success carries a Code; one client takes that for an error")
			}
			golden(t, name+".json.golden", body)
			body, contentType, err = Encode(XML, action+"Response", v)
			if err != nil || contentType != "text/xml;charset=utf-8" {
				t.Fatalf("content type %q, error %v", contentType, err)
			}
			wellFormedXML(t, body)
			golden(t, name+".xml.golden", body)
		})
	}
	for _, a := range Actions() {
		name := a.Name
		if a.Version == VersionMTS {
			name = "Mts." + name
		}
		if !covered[name] {
			t.Errorf("no golden response for %s", a.Name)
		}
	}
}

func TestErrorResponses(t *testing.T) {
	t.Parallel()
	for _, k := range ErrorKinds() {
		t.Run(string(k.Code), func(t *testing.T) {
			args := make([]any, strings.Count(k.Message, "%s"))
			for i := range args {
				args[i] = `Inp"ut<&`
			}
			r := NewError(k.Code, args...).Response(requestID, "mediagauge", "http://127.0.0.1:8080/docs/errors")
			for format, ext := range map[string]string{JSON: ".json", XML: ".xml"} {
				body, _, err := Encode(format, "Error", r)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, "error_"+string(k.Code)+ext+".golden", body)
			}
		})
	}
}

func TestErrorTableIsSortedAndWhole(t *testing.T) {
	t.Parallel()
	kinds := ErrorKinds()
	for i, k := range kinds {
		if i > 0 && kinds[i-1].Code >= k.Code {
			t.Errorf("%s comes after %s", k.Code, kinds[i-1].Code)
		}
		if k.Status < 400 || k.Message == "" || k.Cause == "" {
			t.Errorf("row %s lacks something: %+v", k.Code, k)
		}
	}
}

func TestActionTableIsSorted(t *testing.T) {
	t.Parallel()
	all := Actions()
	for i := range all {
		if i > 0 && (all[i-1].Name > all[i].Name || all[i-1].Name == all[i].Name && all[i-1].Version >= all[i].Version) {
			t.Errorf("%s comes after %s", all[i].Name, all[i-1].Name)
		}
		got, err := LookUp(&Request{Action: all[i].Name, Version: all[i].Version})
		if err != nil || got.Name != all[i].Name || got.Version != all[i].Version {
			t.Errorf("LookUp(%s) = %q, %v", all[i].Name, got.Name, err)
		}
	}
}

func wellFormedXML(t *testing.T, doc []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %q", err, doc)
		}
	}
}

// XML has no way to write most control characters, and JSON no way to write broken UTF-8;
// neither may break a reply.
func TestXMLOfAnyText(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for b := range 256 {
		all.WriteByte(byte(b))
	}
	all.WriteString("\uffff\ufffe]]>&<\u2028")
	body, _, err := Encode(XML, "Error", ErrorResponse{Message: all.String()})
	if err != nil {
		t.Fatal(err)
	}
	wellFormedXML(t, body)
	if bytes.ContainsAny(body, "\x00\x01\x1f") {
		t.Error("a control character is left")
	}
}
