package server

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// things are what another account has, and ids of the same form that nobody has.
type things map[string][2]string

// theirThings gives the other account one of each thing.
func (r *rig) theirThings(t *testing.T) things {
	t.Helper()
	them := pair{otherKey, otherHush, ""}
	r.good(t, them, ims.CreateUser, map[string]string{"UserName": "theiruser"})
	r.good(t, them, ims.CreateRole, map[string]string{"RoleName": "theirrole", "AssumeRolePolicyDocument": trusting(fmt.Sprintf("acs:ram::%d:root", stranger))})
	r.good(t, them, ims.CreatePolicy, map[string]string{"PolicyName": "theirpolicy", "PolicyDocument": reading})
	r.good(t, them, ims.AddStorage, map[string]string{"Bucket": "theirbucket"})
	key := keyOf(r.good(t, them, ims.CreateAccessKey, map[string]string{"UserName": "theiruser"})).id
	asset := r.register(t, them, map[string]string{"InputURL": "https://8.8.8.8/theirs.mp4", "ReferenceId": "their-reference"})
	return things{
		"job":      {r.theirs, "01890000000070008000000000000000"},
		"pipeline": {r.foreign, "0123456789abcdef0123456789abcdef"},
		"asset":    {asset, "0123456789abcdef0123456789abcdef"},
		"url":      {"https://8.8.8.8/theirs.mp4", "https://8.8.8.8/nobody.mp4"},
		"bucket":   {"theirbucket", "nobodysbuck"},
		"user":     {"theiruser", "nobodyuse"},
		"role":     {"theirrole", "nobodyrol"},
		"policy":   {"theirpolicy", "nobodyspoli"},
		"key":      {key, "LTAI" + strings.Repeat("x", len(key)-4)},
		"delivery": {r.theirDelivery(t), "999999"},
		"rolearn":  {fmt.Sprintf("acs:ram::%d:role/theirrole", stranger), fmt.Sprintf("acs:ram::%d:role/nobodyrol", stranger)},
		"input":    {`{"Type":"Media","Media":"` + asset + `"}`, `{"Type":"Media","Media":"0123456789abcdef0123456789abcdef"}`},
		"schedule": {`{"PipelineId":"` + r.foreign + `"}`, `{"PipelineId":"0123456789abcdef0123456789abcdef"}`},
		"jobs":     {`[{"Input":` + okInput + `,"ScheduleConfig":{"PipelineId":"` + r.foreign + `"}}]`, `[{"Input":` + okInput + `,"ScheduleConfig":{"PipelineId":"0123456789abcdef0123456789abcdef"}}]`},
	}
}

// theirDelivery makes a callback of the other account's job.
func (r *rig) theirDelivery(t *testing.T) string {
	t.Helper()
	id, err := job.ParseID(r.theirs)
	if err != nil {
		t.Fatal(err)
	}
	// A job of its own is cancelled, so that the one of the table stays as it is.
	j, err := r.queue.Submit(context.Background(), stranger, job.Spec{Input: job.Input{Type: job.InputOSS, Media: "oss://bucket/x.mp4"}, NotifyAddress: "https://receiver.example/hook"})
	if err != nil || j.ID == id {
		t.Fatal(err)
	}
	if _, err := r.queue.Cancel(context.Background(), stranger, j.ID); err != nil {
		t.Fatal(err)
	}
	list, err := r.store.Messages(context.Background(), stranger, store.MessageFilter{Limit: 1})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	return fmt.Sprint(list[0].No)
}

// named says which parameters of an action name something, and of what kind. An action that is not here
// fails the test; one that names nothing has no entries.
var named = map[string]map[string]string{
	"ice:SubmitMediaInfoJob": {"Input": "input", "ScheduleConfig": "schedule"}, "ice:SubmitSyncMediaInfoJob": {"Input": "input", "ScheduleConfig": "schedule"},
	"ice:SubmitMediaInfoJobs": {"Jobs": "jobs"}, "ice:CancelMediaInfoJob": {"JobId": "job"}, "ice:GetMediaInfoJob": {"JobId": "job"},
	"ice:ListMediaInfoJobs": {"JobId": "job"}, "ice:CreatePipeline": {}, "ice:GetPipeline": {"PipelineId": "pipeline"}, "ice:ListPipelines": {},
	"ice:UpdatePipeline": {"PipelineId": "pipeline"}, "ice:DeletePipeline": {"PipelineId": "pipeline"},
	"ice:RegisterMediaInfo": {}, "ice:GetMediaInfo": {"MediaId": "asset", "InputURL": "url"}, "ice:BatchGetMediaInfos": {"MediaIds": "asset"},
	"ice:UpdateMediaInfo": {"MediaId": "asset", "InputURL": "url"}, "ice:DeleteMediaInfos": {"MediaIds": "asset", "InputURLs": "url"}, "ice:ListMediaBasicInfos": {"MediaId": "asset"},
	"ice:ListNodes": {}, "ice:GetStorageList": {}, "ice:GetDefaultStorageLocation": {}, "ice:SetDefaultStorageLocation": {"Bucket": "bucket"}, "ice:AddStorage": {}, "ice:RemoveStorage": {"Bucket": "bucket"},
	"ice:SetEventCallback": {}, "ice:GetEventCallback": {}, "ice:ListCallbackDeliveries": {}, "ice:ReplayCallbackDelivery": {"DeliveryId": "delivery"},
	"ram:CreateAccessKey": {"UserName": "user"}, "ram:ListAccessKeys": {"UserName": "user"}, "ram:UpdateAccessKey": {"UserAccessKeyId": "key", "UserName": "user"}, "ram:DeleteAccessKey": {"UserAccessKeyId": "key", "UserName": "user"},
	"ram:CreateUser": {}, "ram:GetUser": {"UserName": "user"}, "ram:ListUsers": {}, "ram:DeleteUser": {"UserName": "user"},
	"ram:CreateRole": {}, "ram:GetRole": {"RoleName": "role"}, "ram:ListRoles": {}, "ram:DeleteRole": {"RoleName": "role"},
	"ram:CreatePolicy": {}, "ram:CreatePolicyVersion": {"PolicyName": "policy"}, "ram:GetPolicy": {"PolicyName": "policy"}, "ram:ListPolicies": {}, "ram:DeletePolicy": {"PolicyName": "policy"},
	"ram:AttachPolicyToUser": {"PolicyName": "policy", "UserName": "user"}, "ram:DetachPolicyFromUser": {"PolicyName": "policy", "UserName": "user"}, "ram:ListPoliciesForUser": {"UserName": "user"},
	"ram:AttachPolicyToRole": {"PolicyName": "policy", "RoleName": "role"}, "ram:DetachPolicyFromRole": {"PolicyName": "policy", "RoleName": "role"}, "ram:ListPoliciesForRole": {"RoleName": "role"},
	"mts:SubmitMediaInfoJob": {"PipelineId": "pipeline"}, "mts:QueryMediaInfoJobList": {"MediaInfoJobIds": "job"}, "mts:AddPipeline": {},
	"mts:UpdatePipeline": {"PipelineId": "pipeline"}, "mts:QueryPipelineList": {"PipelineIds": "pipeline"}, "mts:SearchPipeline": {}, "mts:DeletePipeline": {"PipelineId": "pipeline"},
	"ram:CreateAccount": {}, "ram:ListAccounts": {},
	"sts:AssumeRole": {"RoleArn": "rolearn"}, "sts:GetCallerIdentity": {},
}

// filling are parameters that let a call get as far as the thing that it names.
var filling = map[string]map[string]string{
	"ice:SubmitMediaInfoJob": {"Input": okInput}, "ice:SubmitSyncMediaInfoJob": {"Input": okInput},
	"ice:UpdatePipeline": {"Name": "n"}, "ice:UpdateMediaInfo": {"Title": "t"},
	"ram:UpdateAccessKey": {"UserAccessKeyId": keyID, "Status": "Inactive"}, "ram:DeleteAccessKey": {"UserAccessKeyId": keyID},
	"mts:SubmitMediaInfoJob": {"Input": mtsInput}, "mts:UpdatePipeline": {"Name": "n", "State": "Active"},
	"ram:CreatePolicyVersion": {"PolicyDocument": reading}, "ram:GetPolicy": {"PolicyType": "Custom"},
	"ram:AttachPolicyToUser":   {"PolicyType": "Custom", "PolicyName": "mine", "UserName": "mine"},
	"ram:DetachPolicyFromUser": {"PolicyType": "Custom", "PolicyName": "mine", "UserName": "mine"},
	"ram:AttachPolicyToRole":   {"PolicyType": "Custom", "PolicyName": "mine", "RoleName": "mine"},
	"ram:DetachPolicyFromRole": {"PolicyType": "Custom", "PolicyName": "mine", "RoleName": "mine"},
	"sts:AssumeRole":           {"RoleSessionName": "ci"},
}

// TestAnotherAccountsThingsAreAbsent: every action with every id of another account answers as with an id
// that nobody has, to the byte, and leaves the thing alone.
func TestAnotherAccountsThingsAreAbsent(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config, _ *Timeouts) {
		c.SyncWait = time.Millisecond
		check := c.CheckInput
		c.CheckInput = func(ctx context.Context, a job.AccountID, in job.Input) error {
			if in.Type == job.InputMedia {
				if _, err := c.Assets.URL(ctx, a, in.Media); err != nil {
					return fmt.Errorf("%w", job.ErrMediaNotFound)
				}
				return nil
			}
			return check(ctx, a, in)
		}
	})
	have := r.theirThings(t)
	r.good(t, root, ims.CreateUser, map[string]string{"UserName": "mine"})
	r.good(t, root, ims.CreatePolicy, map[string]string{"PolicyName": "mine", "PolicyDocument": reading})
	r.good(t, root, ims.CreateRole, map[string]string{"RoleName": "mine", "AssumeRolePolicyDocument": trusting(fmt.Sprintf("acs:ram::%d:root", account))})
	before := r.theirLists(t)
	tried := 0
	for _, a := range ims.Actions() {
		params, known := named[a.Permission()]
		if !known {
			t.Errorf("nobody said what %s names", a.Permission())
		}
		for param, kind := range params {
			var answers [2]string
			for i, id := range have[kind] {
				query := map[string]string{}
				for k, v := range filling[a.Permission()] {
					query[k] = v
				}
				query[param] = id
				own := map[string]string{"x-acs-version": a.Version}
				got := r.do(t, v3(r.host, keyID, secret, a.Name, query, "", own))
				answers[i] = strings.ReplaceAll(blank(got), inner(id), "ID")
				if len(id) < 8 { // a number that may occur elsewhere
					answers[i] = strings.ReplaceAll(blank(got), `\"`+id+`\"`, `\"ID\"`)
				}
			}
			if answers[0] != answers[1] {
				t.Errorf("%s by %s tells another account's %s from none:\n%s\n%s", a.Permission(), param, kind, answers[0], answers[1])
			}
			tried++
		}
	}
	if tried < 40 {
		t.Errorf("only %d tried", tried)
	}
	if after := r.theirLists(t); after != before {
		t.Errorf("something of the other account changed:\n%s\n%s", before, after)
	}
}

// inner is the id in a parameter that is a JSON document, else the parameter.
func inner(s string) string {
	for _, name := range []string{`"PipelineId":"`, `"Media":"`} {
		if i := strings.LastIndex(s, name); i >= 0 {
			rest := s[i+len(name):]
			return rest[:strings.IndexByte(rest, '"')]
		}
	}
	return s
}

// theirLists is all that the other account can list.
func (r *rig) theirLists(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, action := range []string{ims.ListMediaInfoJobs, ims.ListPipelines, ims.ListMediaBasicInfos, ims.GetStorageList, ims.GetDefaultStorageLocation, ims.GetEventCallback,
		ims.ListCallbackDeliveries, ims.ListUsers, ims.ListRoles, ims.ListPolicies, ims.ListAccessKeys} {
		b.WriteString(blank(r.as(t, pair{otherKey, otherHush, ""}, action, nil)) + "\n")
	}
	return b.String()
}
