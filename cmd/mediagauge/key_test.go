package main

import (
	"net/url"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func TestKey(t *testing.T) {
	t.Parallel()
	const id = "LTAI0123456789abcdefghij"
	done := func(url.Values) (int, any) { return 200, ims.EmptyResponse{RequestId: "R"} }
	for _, c := range []struct {
		name   string
		args   []string
		action string
		sent   url.Values
	}{
		{"key-create", []string{"create"}, ims.CreateAccessKey, url.Values{}},
		{"key-create-json", []string{"create", "-o", "json"}, ims.CreateAccessKey, url.Values{}},
		{"key-list", []string{"list"}, ims.ListAccessKeys, url.Values{}},
		{"key-list-json", []string{"list", "-o", "json"}, ims.ListAccessKeys, url.Values{}},
		{"key-enable", []string{"enable", id}, ims.UpdateAccessKey, url.Values{"UserAccessKeyId": {id}, "Status": {"Active"}}},
		{"key-disable", []string{"disable", id}, ims.UpdateAccessKey, url.Values{"UserAccessKeyId": {id}, "Status": {"Inactive"}}},
		{"key-delete", []string{"delete", id, "-o", "json"}, ims.DeleteAccessKey, url.Values{"UserAccessKeyId": {id}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t)
			f.answers[ims.UpdateAccessKey], f.answers[ims.DeleteAccessKey] = done, done
			f.answers[ims.CreateAccessKey] = func(url.Values) (int, any) {
				return 200, ims.AccessKeyResponse{RequestId: "R", AccessKey: ims.AccessKeyOf(id, "NewSecretShownOnce", true, testTime)}
			}
			f.answers[ims.ListAccessKeys] = func(url.Values) (int, any) {
				return 200, ims.AccessKeyListResponse{RequestId: "R", AccessKeys: ims.AccessKeys{AccessKey: []ims.AccessKey{
					ims.AccessKeyOf(id, "", true, testTime), ims.AccessKeyOf(testKeyID, "", false, testTime)}}}
			}
			golden(t, c.name, newBench(t, f).run(t, append([]string{"key"}, c.args...)...).String())
			if len(f.requests) != 1 || f.requests[0].action != c.action || f.requests[0].version != ims.VersionRAM || f.requests[0].params.Encode() != c.sent.Encode() {
				t.Errorf("called %v, want %s with %v", f.requests, c.action, c.sent)
			}
		})
	}
}
