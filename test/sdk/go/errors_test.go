package sdk

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

const absent = "00000000000000000000000000000000"

func (s *session) testErrors(t *testing.T) {
	good := input(s.samples + samples[0])
	for _, c := range []struct {
		call
		code    string
		status  int
		message string
	}{
		{call{action: "SubmitMediaInfoJob"}, "MissingParameter", 400, `"Input"`},
		{call{action: "GetMediaInfoJob"}, "MissingParameter", 400, `"JobId"`},
		{call{action: "CreatePipeline", params: map[string]string{"Speed": "Standard"}}, "MissingParameter", 400, `"Name"`},
		{call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": "[object Object]"}}, "InvalidParameter", 400, `"Input"`},
		{call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": `{"Type":"FTP","Media":"oss://b/x"}`}}, "InvalidParameter", 400, `"Input.Type"`},
		{call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": input("ftp://example.com/x")}}, "InvalidParameter", 400, `"Input.Media"`},
		{call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": good, "ScheduleConfig": `{"Priority":11}`}}, "InvalidParameter", 400, `"ScheduleConfig.Priority"`},
		{call{action: "ListMediaInfoJobs", params: map[string]string{"PageSize": "101"}}, "InvalidParameter", 400, `"PageSize"`},
		{call{action: "ListMediaInfoJobs", params: map[string]string{"NextPageToken": "x"}}, "InvalidParameter", 400, `"NextPageToken"`},
		{call{action: "CreatePipeline", params: map[string]string{"Name": "x", "Speed": "Warp"}}, "InvalidParameter", 400, `"Speed"`},
		{call{action: "GetMediaInfoJob", params: map[string]string{"JobId": absent}}, "ResourceNotFound", 404, absent},
		{call{action: "GetPipeline", params: map[string]string{"PipelineId": absent}}, "ResourceNotFound", 404, absent},
		{call{action: "DeletePipeline", params: map[string]string{"PipelineId": absent}}, "ResourceNotFound", 404, absent},
		{call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": good, "ScheduleConfig": `{"PipelineId":"` + absent + `"}`}}, "ResourceNotFound", 404, absent},
		{call{action: "NoSuchAction"}, "InvalidAction.NotFound", 404, ""},
		{call{action: "GetMediaInfoJob", version: "2010-01-01", params: map[string]string{"JobId": absent}}, "NoSuchVersion", 400, ""},
	} {
		s.refused(t, c.call, c.code, c.status, c.message)
	}
}

func (s *session) testKeys(t *testing.T) {
	in := call{action: "SubmitMediaInfoJob", params: map[string]string{"Input": input(s.samples + samples[0]), "Name": awkward}}
	for _, c := range []struct{ id, secret, code, message string }{
		{"LTAInobody", keySecret, "InvalidAccessKeyId.NotFound", ""},
		{keyID, keySecret + "x", "SignatureDoesNotMatch", "server string to sign is:"},
	} {
		do, err := s.client.connect(s.addr, c.id, c.secret)
		if err != nil {
			t.Fatal(err)
		}
		status := map[string]int{"InvalidAccessKeyId.NotFound": 404, "SignatureDoesNotMatch": 400}[c.code]
		reply, err := do(in)
		e := check(t, in, reply, err, c.code, status, c.message)
		// The classic client compares the server's string to sign with its own, and knows by
		// their being equal that only the secret can be wrong.
		if strings.HasPrefix(s.client.name, "classic-") && c.code == "SignatureDoesNotMatch" &&
			!strings.HasPrefix(e.recommend, "InvalidAccessKeySecret") {
			t.Errorf("the client does not find the secret wrong, but: %s", e.recommend)
		}
	}
}

func (s *session) testTimestamp(t *testing.T) {
	if !s.client.stamps {
		t.Skip("this client sets the timestamp itself")
	}
	in := call{action: "ListPipelines"}
	for stamp, code := range map[string]string{
		time.Now().UTC().Add(-15*time.Minute - 5*time.Second).Format("2006-01-02T15:04:05Z"): "InvalidTimeStamp.Expired",
		time.Now().UTC().Add(15*time.Minute + 5*time.Second).Format("2006-01-02T15:04:05Z"):  "InvalidTimeStamp.Expired",
		"yesterday": "InvalidTimeStamp.Format",
	} {
		in.stamp = stamp
		s.refused(t, in, code, 400, "")
	}
	in.stamp = time.Now().UTC().Add(-14 * time.Minute).Format("2006-01-02T15:04:05Z")
	if _, err := s.do(in); err != nil {
		t.Errorf("14 minutes old: %v", err)
	}
}

// testReplay sends a request that the client made a second time, byte for byte.
func (s *session) testReplay(t *testing.T) {
	before := len(s.listAll(t, map[string]string{"PageSize": "100"}, s.count(t)))
	for action, params := range map[string]map[string]string{
		"SubmitMediaInfoJob": {"Input": input(s.samples + samples[0])},
		"ListPipelines":      {},
	} {
		r := record(t, s.addr)
		do, err := s.client.connect(r.addr, keyID, keySecret)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := do(call{action: action, params: params}); err != nil {
			t.Fatalf("%s through the recorder: %v", action, err)
		}
		raw := r.raw(t)
		for range 3 {
			if status, reply := replay(t, s.addr, raw); status != 400 || reply["Code"] != "SignatureNonceUsed" {
				t.Errorf("%s again: %d %v", action, status, reply)
			}
		}
		changed := bytes.Replace(raw, []byte("go-mp4"), []byte("go-mp5"), 1) // in the name of the sample
		if bytes.Equal(changed, raw) {
			continue
		}
		if status, reply := replay(t, s.addr, changed); status != 400 || reply["Code"] != "SignatureDoesNotMatch" {
			t.Errorf("%s changed: %d %v", action, status, reply)
		}
	}
	if after := s.count(t); after != before+1 {
		t.Errorf("%d jobs before, %d after: want one more", before, after)
	}
}

// count returns the number of jobs, which is below 100.
func (s *session) count(t *testing.T) int {
	t.Helper()
	return len(s.ok(t, "ListMediaInfoJobs", map[string]string{"PageSize": "100"})["Jobs"].([]any))
}
