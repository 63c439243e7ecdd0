package ims

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/job"
)

// TestSetEventCallback: what may be set, and what each mistake is told.
func TestSetEventCallback(t *testing.T) {
	t.Parallel()
	const hook = "http://xxx.yyy/callback"
	for _, c := range []struct {
		params string
		code   Code
		param  string
	}{
		{"CallbackType=HTTP&CallbackURL=" + hook, "", ""},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&EventTypeList=VideoAnalysisComplete,+TranscodeComplete,&AuthSwitch=on&AuthKey=TestKey001", "", ""},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&CallbackQueueName=ice-callback-q", "", ""},
		{"", "", ""},
		{"CallbackType=http&CallbackURL=" + hook, InvalidParameter, "CallbackType"},
		{"CallbackType=MNS&CallbackQueueName=ice-callback-q", "", ""},
		{"CallbackType=MNS", MissingParameter, "CallbackQueueName"},
		{"CallbackType=MNS&CallbackQueueName=jobs", InvalidParameter, "CallbackQueueName"},
		{"CallbackType=HTTP", MissingParameter, "CallbackURL"},
		{"CallbackURL=" + hook, MissingParameter, "CallbackType"},
		{"CallbackType=HTTP&CallbackURL=ftp://xxx.yyy/", InvalidParameter, "CallbackURL"},
		{"CallbackType=HTTP&CallbackURL=http://user@xxx.yyy/", InvalidParameter, "CallbackURL"},
		{"CallbackType=HTTP&CallbackURL=http:///path", InvalidParameter, "CallbackURL"},
		{"CallbackType=HTTP&CallbackURL=" + hook + strings.Repeat("x", 256), InvalidParameter, "CallbackURL"},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&CallbackQueueName=queue", InvalidParameter, "CallbackQueueName"},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&EventTypeList=Nothing", InvalidParameter, "EventTypeList"},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&AuthSwitch=yes", InvalidParameter, "AuthSwitch"},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&AuthSwitch=on", MissingParameter, "AuthKey"},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&AuthKey=testkey001", InvalidParameter, "AuthKey"},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&AuthKey=TestKeyTest", InvalidParameter, "AuthKey"},
		{"CallbackType=HTTP&CallbackURL=" + hook + "&AuthKey=A1" + strings.Repeat("a", 31), InvalidParameter, "AuthKey"},
	} {
		values, err := url.ParseQuery(c.params)
		if err != nil {
			t.Fatal(err)
		}
		params := map[string]string{}
		for k := range values {
			params[k] = values.Get(k)
		}
		_, err = DecodeSetEventCallback(&Request{Params: params})
		if code(err) != c.code || err != nil && !strings.Contains(err.Error(), c.param) {
			t.Errorf("%s: %v, want %q about %q", c.params, err, c.code, c.param)
		}
	}
}

// TestJobEvent is the envelope of the documentation, around a job that ended well and one that did not.
func TestJobEvent(t *testing.T) {
	t.Parallel()
	golden(t, "event_success.json.golden", JobEvent(exampleJob(job.Succeeded)))
	golden(t, "event_failed.json.golden", JobEvent(exampleJob(job.Failed)))
}

// TestDeliveries: the filters of the list, and ids that are none.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	for params, want := range map[string]Code{
		"": "", "PageSize=100": "", "Status=Dead": "", "NextPageToken=rs": "",
		"PageSize=0": InvalidParameter, "PageSize=101": InvalidParameter, "PageSize=x": InvalidParameter,
		"Status=dead": InvalidParameter, "NextPageToken=-1": InvalidParameter, "NextPageToken=!": InvalidParameter,
	} {
		k, v, _ := strings.Cut(params, "=")
		if _, err := DecodeListCallbackDeliveries(&Request{Params: map[string]string{k: v}}); code(err) != want {
			t.Errorf("%s: %v", params, err)
		}
	}
	for id, want := range map[string]Code{"7": "", "": MissingParameter, "0": ResourceNotFound, "-1": ResourceNotFound, "x": ResourceNotFound} {
		if _, err := DecodeReplayCallbackDelivery(&Request{Params: map[string]string{"DeliveryId": id}}); code(err) != want {
			t.Errorf("%q: %v", id, err)
		}
	}
}
