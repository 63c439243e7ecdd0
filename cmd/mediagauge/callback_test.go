package main

import (
	"net/url"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func TestCallback(t *testing.T) {
	t.Parallel()
	const hook = "https://receiver.example/hook"
	get := []string{ims.GetEventCallback}
	set := []string{ims.SetEventCallback}
	list := []string{ims.ListCallbackDeliveries, ims.ListCallbackDeliveries}
	for _, c := range []struct {
		name    string
		args    []string
		actions []string
		first   url.Values
	}{
		{"callback-get", []string{"get"}, get, url.Values{}},
		{"callback-get-json", []string{"get", "-o", "json"}, get, url.Values{}},
		{"callback-set", []string{"set", hook}, set, url.Values{"CallbackType": {"HTTP"}, "CallbackURL": {hook}, "EventTypeList": {"VideoAnalysisComplete"}, "AuthSwitch": {"off"}}},
		{"callback-set-key", []string{"set", "--auth-key", "TestKey001", "--events", "", hook}, set, url.Values{"CallbackType": {"HTTP"}, "CallbackURL": {hook}, "EventTypeList": {""}, "AuthSwitch": {"on"}, "AuthKey": {"TestKey001"}}},
		{"callback-set-none", []string{"set"}, nil, nil},
		{"callback-clear", []string{"clear"}, set, url.Values{}},
		{"callback-deliveries", []string{"deliveries"}, list, url.Values{"PageSize": {"100"}, "Status": {""}}},
		{"callback-deliveries-id", []string{"deliveries", "--status", "Dead", "-o", "id"}, list, url.Values{"PageSize": {"100"}, "Status": {"Dead"}}},
		{"callback-deliveries-limit", []string{"deliveries", "--limit", "0"}, nil, nil},
		{"callback-replay", []string{"replay", "7", "8"}, []string{ims.ReplayCallbackDelivery, ims.ReplayCallbackDelivery}, url.Values{"DeliveryId": {"7"}}},
		{"callback-replay-dead", []string{"replay", "--dead"}, append(list[:2:2], ims.ReplayCallbackDelivery, ims.ReplayCallbackDelivery), url.Values{"PageSize": {"100"}, "Status": {"Dead"}}},
		{"callback-replay-none", []string{"replay"}, nil, nil},
		{"callback-replay-both", []string{"replay", "--dead", "7"}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t)
			f.answers[ims.GetEventCallback] = func(url.Values) (int, any) {
				return 200, ims.EventCallbackOf("R", ims.EventCallback{CallbackType: "HTTP", CallbackURL: hook, AuthSwitch: true, AuthKey: "TestKey001"}, "whsec_c2VjcmV0")
			}
			done := func(url.Values) (int, any) { return 200, ims.SuccessResponse{RequestId: "R", Success: true} }
			f.answers[ims.SetEventCallback], f.answers[ims.ReplayCallbackDelivery] = done, done
			f.answers[ims.ListCallbackDeliveries] = func(p url.Values) (int, any) { // one on each of two pages
				page := ims.CallbackDeliveryListResponse{RequestId: "R", NextPageToken: "next"}
				d := ims.Delivery{No: 7, Message: "msg_7", Target: hook, Status: "Dead", Attempts: 12, Last: "status 500", Created: testTime, Finished: testTime.Add(time.Hour)}
				if p.Get("NextPageToken") != "" {
					page.NextPageToken, d.No = "", 8
				}
				page.DeliveryList = []ims.CallbackDelivery{ims.CallbackDeliveryOf(d)}
				return 200, page
			}
			golden(t, c.name, newBench(t, f).run(t, append([]string{"callback"}, c.args...)...).String())
			if len(f.requests) != len(c.actions) {
				t.Fatalf("called %v, want %v", f.requests, c.actions)
			}
			for i, r := range f.requests {
				if r.action != c.actions[i] || r.version != ims.VersionICE || i == 0 && r.params.Encode() != c.first.Encode() {
					t.Errorf("call %d: %s with %v", i, r.action, r.params)
				}
			}
		})
	}
}
