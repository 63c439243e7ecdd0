package server

import (
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// TestEventCallback: what is set comes back, to its account alone.
func TestEventCallback(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	params := map[string]string{
		"CallbackType": "HTTP", "CallbackURL": "https://receiver.example/hook", "EventTypeList": "VideoAnalysisComplete",
		"AuthSwitch": "on", "AuthKey": "TestKey001",
	}
	if m := decode(t, r.call(t, ims.SetEventCallback, params)); m["Success"] != true {
		t.Fatalf("set: %v", m)
	}
	m := decode(t, r.call(t, ims.GetEventCallback, nil))
	for k, v := range params {
		if m[k] != v {
			t.Errorf("%s is %v, want %s", k, m[k], v)
		}
	}
	if s, _ := m["WebhookSecret"].(string); !strings.HasPrefix(s, "whsec_") || len(s) < 40 {
		t.Errorf("secret %q", s)
	}
	if strings.Contains(r.log.String(), "TestKey001") {
		t.Error("the key is in the log")
	}
	a := r.call(t, ims.SetEventCallback, map[string]string{"CallbackType": "HTTP"})
	checkError(t, a, 400, "MissingParameter")
	if decode(t, r.call(t, ims.GetEventCallback, nil))["AuthKey"] != "TestKey001" {
		t.Error("a refused call changed something")
	}
}

// TestCallbackDeliveries: a finished job's message is listed, page by page, and can be replayed; what is
// not there looks like what is another's.
func TestCallbackDeliveries(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if m := decode(t, r.call(t, ims.ListCallbackDeliveries, nil)); len(m["DeliveryList"].([]any)) != 0 || m["NextPageToken"] != nil {
		t.Fatalf("at first: %v", m)
	}
	finish(t, r.queue)
	for range 3 {
		r.call(t, ims.SubmitSyncMediaInfoJob, map[string]string{"Input": okInput, "UserData": `{"NotifyAddress":"https://receiver.example/hook?key=secret"}`})
	}
	seen, token := map[string]bool{}, ""
	for range 5 {
		m := decode(t, r.call(t, ims.ListCallbackDeliveries, map[string]string{"PageSize": "2", "NextPageToken": token, "Status": "Pending"}))
		for _, d := range m["DeliveryList"].([]any) {
			d := d.(map[string]any)
			seen[d["DeliveryId"].(string)] = true
			if d["Target"] != "https://receiver.example/hook?…" || d["Status"] != "Pending" || d["Attempts"] != 0.0 {
				t.Errorf("delivery %v", d)
			}
		}
		if token, _ = m["NextPageToken"].(string); token == "" {
			break
		}
	}
	if len(seen) != 3 {
		t.Errorf("listed %d", len(seen))
	}
	if m := decode(t, r.call(t, ims.ListCallbackDeliveries, map[string]string{"Status": "Dead"})); len(m["DeliveryList"].([]any)) != 0 {
		t.Errorf("dead: %v", m)
	}
	for id := range seen {
		if m := decode(t, r.call(t, ims.ReplayCallbackDelivery, map[string]string{"DeliveryId": id})); m["Success"] != true {
			t.Errorf("replay: %v", m)
		}
	}
	absent := r.call(t, ims.ReplayCallbackDelivery, map[string]string{"DeliveryId": "99999"})
	checkError(t, absent, 404, "ResourceNotFound")
	for id := range seen {
		theirs := r.do(t, v3(r.host, otherKey, otherHush, ims.ReplayCallbackDelivery, map[string]string{"DeliveryId": id}, "", nil))
		checkError(t, theirs, 404, "ResourceNotFound")
		list := decode(t, r.do(t, v3(r.host, otherKey, otherHush, ims.ListCallbackDeliveries, nil, "", nil)))
		if len(list["DeliveryList"].([]any)) != 0 {
			t.Errorf("another account sees %v", list)
		}
	}
}

// TestNoQueuesWithoutAnEndpoint: a queue that nobody serves is refused, not kept in silence.
func TestNoQueuesWithoutAnEndpoint(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	a := r.call(t, ims.SetEventCallback, map[string]string{"CallbackType": "MNS", "CallbackQueueName": "ice-callback-q"})
	checkError(t, a, 400, "InvalidParameter")
	if !strings.Contains(string(a.body), "callback-queue-endpoint") {
		t.Errorf("%s", a.body)
	}
}
