package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/media"
)

const (
	document = `{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ice:*", "Resource": "*"}]}`
	assetID  = "c321b3a0041a71eda1590674a2ce0000"
	roleARN  = "acs:ram::1000000000000001:role/ci"
)

// plainAnswers are what the server says to the commands that make one call.
func plainAnswers() map[string]any {
	user := ims.UserOf("214", "ann", "Ann, builds", "", testTime, testTime)
	role := ims.RoleOf("215", "ci", roleARN, "builds", document, time.Hour, testTime, testTime)
	policies := ims.PolicyListResponse{RequestId: "R", Policies: ims.Policies{Policy: []ims.Policy{
		ims.PolicyOf("readers", "Custom", "who reads", 2, testTime, testTime, testTime), ims.PolicyOf("AdministratorAccess", "System", "everything", 1, testTime, testTime, time.Time{})}}}
	asset := ims.MediaAssetOf(&ims.AssetFacts{ID: assetID, URL: "https://example.com/a.mp4?sig=REDACTED", MediaType: "video", Title: "Movie", Status: "Normal", Tags: []string{"a", "b"},
		Created: testTime, Modified: testTime, Result: resultOf()}, ims.AssetWholeFile)
	empty, success := ims.EmptyResponse{RequestId: "R"}, ims.SuccessResponse{RequestId: "R", Success: true}
	return map[string]any{
		ims.CreateUser: ims.UserResponse{RequestId: "R", User: user}, ims.DeleteUser: empty, ims.AttachPolicyToUser: empty, ims.DetachPolicyFromUser: empty,
		ims.ListUsers: ims.UserListResponse{RequestId: "R", Users: ims.Users{User: []ims.User{user}}}, ims.ListPoliciesForUser: policies,
		ims.CreatePolicy: ims.PolicyResponse{RequestId: "R"}, ims.CreatePolicyVersion: ims.PolicyVersionResponse{RequestId: "R"}, ims.DeletePolicy: empty, ims.ListPolicies: policies,
		ims.GetPolicy:  ims.PolicyDocumentResponse{RequestId: "R", DefaultPolicyVersion: ims.PolicyVersionOf(2, document, testTime)},
		ims.CreateRole: ims.RoleResponse{RequestId: "R", Role: role}, ims.GetRole: ims.RoleResponse{RequestId: "R", Role: role}, ims.DeleteRole: empty,
		ims.ListRoles: ims.RoleListResponse{RequestId: "R", Roles: ims.Roles{Role: []ims.Role{role}}}, ims.AttachPolicyToRole: empty, ims.DetachPolicyFromRole: empty, ims.ListPoliciesForRole: policies,
		ims.AssumeRole:        ims.AssumeRoleResponse{RequestId: "R", Credentials: ims.CredentialsOf("STS.id", "secret", "CAIStoken", testTime)},
		ims.GetCallerIdentity: ims.CallerIdentityResponse{RequestId: "R", IdentityType: "RAMUser", AccountId: "1000000000000001", Arn: "acs:ram::1000000000000001:user/ann"},
		ims.CreateAccount:     ims.AccountResponse{RequestId: "R", Account: ims.AccountOf(1000000000000002, "team", testTime), AccessKey: ims.AccessKeyOf("LTAIteam", "NewSecretShownOnce", true, testTime)},
		ims.ListAccounts:      ims.AccountListResponse{RequestId: "R", AccountList: []ims.Account{ims.AccountOf(1000000000000002, "team", testTime)}},
		ims.ListNodes:         ims.NodeListResponse{RequestId: "R", NodeList: []ims.Node{ims.NodeOf(12, "mediagauge-api-1", "api", "v1.2.3", 0, testTime, testTime), ims.NodeOf(13, "mediagauge-worker-1", "worker,callback", "v1.2.3", 8, testTime, testTime)}},
		ims.AddStorage:        success, ims.RemoveStorage: success, ims.SetDefaultStorageLocation: success,
		ims.GetStorageList:            ims.StorageListResponse{RequestId: "R", StorageInfoList: []ims.StorageInfo{ims.StorageInfoOf(ims.StorageS3, "clips", "", true, testTime, testTime, "https://s3.example.com", "eu-1", true)}},
		ims.GetDefaultStorageLocation: ims.StorageLocationResponse{RequestId: "R", Status: "notExist"},
		ims.RegisterMediaInfo:         ims.MediaIDResponse{RequestId: "R", MediaId: assetID}, ims.UpdateMediaInfo: ims.MediaIDResponse{RequestId: "R", MediaId: assetID},
		ims.GetMediaInfo:        ims.MediaInfoResponse{RequestId: "R", MediaInfo: asset},
		ims.ListMediaBasicInfos: ims.ListMediaBasicInfosResponse{RequestId: "R", MediaInfos: []ims.MediaAsset{asset}, TotalCount: 2, MaxResults: 1, NextToken: "next"},
		ims.DeleteMediaInfos:    ims.DeleteMediaInfosResponse{RequestId: "R", IgnoredList: []string{"x"}},
		ims.CancelMediaInfoJob:  ims.MediaInfoJobResponse{RequestId: "R"}, ims.CreateAccessKey: ims.AccessKeyResponse{RequestId: "R", AccessKey: ims.AccessKeyOf("LTAIann", "NewSecretShownOnce", true, testTime)},
	}
}

func TestPlainCommands(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "document")
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	const ram, sts, ice = ims.VersionRAM, ims.VersionSTS, ims.VersionICE
	for _, c := range []struct{ name, args, version, action, sent string }{
		{"user-create", "user create ann --display-name Ann", ram, ims.CreateUser, "DisplayName=Ann&UserName=ann"},
		{"user-list", "user list", ram, ims.ListUsers, "MaxItems=1000"},
		{"user-delete", "user delete ann", ram, ims.DeleteUser, "UserName=ann"},
		{"user-attach", "user attach ann readers", ram, ims.AttachPolicyToUser, "PolicyName=readers&PolicyType=Custom&UserName=ann"},
		{"user-detach", "user detach ann AdministratorAccess --type System -o json", ram, ims.DetachPolicyFromUser, "PolicyName=AdministratorAccess&PolicyType=System&UserName=ann"},
		{"user-policies", "user policies ann", ram, ims.ListPoliciesForUser, "UserName=ann"},
		{"policy-create", "policy create readers FILE", ram, ims.CreatePolicy, "PolicyDocument=DOCUMENT&PolicyName=readers"},
		{"policy-update", "policy update readers FILE", ram, ims.CreatePolicyVersion, "PolicyDocument=DOCUMENT&PolicyName=readers&SetAsDefault=true"},
		{"policy-get", "policy get readers", ram, ims.GetPolicy, "PolicyName=readers&PolicyType=Custom"},
		{"policy-list", "policy list", ram, ims.ListPolicies, "MaxItems=1000"},
		{"policy-delete", "policy delete readers", ram, ims.DeletePolicy, "PolicyName=readers"},
		{"policy-no-file", "policy create readers", "", "", ""},
		{"role-create", "role create ci FILE --max-session 7200", ram, ims.CreateRole, "AssumeRolePolicyDocument=DOCUMENT&MaxSessionDuration=7200&RoleName=ci"},
		{"role-get", "role get ci", ram, ims.GetRole, "RoleName=ci"},
		{"role-list", "role list", ram, ims.ListRoles, "MaxItems=1000"},
		{"role-delete", "role delete ci", ram, ims.DeleteRole, "RoleName=ci"},
		{"role-attach", "role attach ci readers", ram, ims.AttachPolicyToRole, "PolicyName=readers&PolicyType=Custom&RoleName=ci"},
		{"role-detach", "role detach ci readers", ram, ims.DetachPolicyFromRole, "PolicyName=readers&PolicyType=Custom&RoleName=ci"},
		{"role-policies", "role policies ci", ram, ims.ListPoliciesForRole, "RoleName=ci"},
		{"role-assume", "role assume " + roleARN + " --session build-17 --seconds 900 --policy FILE", sts, ims.AssumeRole, "DurationSeconds=900&Policy=DOCUMENT&RoleArn=" + url.QueryEscape(roleARN) + "&RoleSessionName=build-17"},
		{"account-create", "account create team", ram, ims.CreateAccount, "AccountName=team"},
		{"account-list", "account list", ram, ims.ListAccounts, "MaxItems=1000"},
		{"node-list", "node list", ice, ims.ListNodes, ""},
		{"account-whoami", "account whoami", sts, ims.GetCallerIdentity, ""},
		{"storage-add", "storage add clips --type s3_bucket --endpoint https://s3.example.com --key-id ID --secret-file FILE", ice, ims.AddStorage,
			"Bucket=clips&Endpoint=https%3A%2F%2Fs3.example.com&StorageAccessKeyId=ID&StorageAccessKeySecret=DOCUMENT&StorageType=s3_bucket"},
		{"storage-list", "storage list", ice, ims.GetStorageList, ""},
		{"storage-remove", "storage remove clips", ice, ims.RemoveStorage, "Bucket=clips"},
		{"storage-set-default", "storage set-default clips --path new/", ice, ims.SetDefaultStorageLocation, "Bucket=clips&Path=new%2F"},
		{"storage-get-default", "storage get-default", ice, ims.GetDefaultStorageLocation, ""},
		{"asset-register", "asset register oss://bucket/a.mp4 --title Movie --tags a,b --overwrite true", ice, ims.RegisterMediaInfo, "InputURL=oss%3A%2F%2Fbucket%2Fa.mp4&MediaTags=a%2Cb&Overwrite=true&Title=Movie"},
		{"asset-get", "asset get " + assetID, ice, ims.GetMediaInfo, "MediaId=" + assetID},
		{"asset-list", "asset list --type video --limit 1", ice, ims.ListMediaBasicInfos, "IncludeFileBasicInfo=true&MaxResults=1&MediaType=video"},
		{"asset-update", "asset update " + assetID + " --title New", ice, ims.UpdateMediaInfo, "MediaId=" + assetID + "&Title=New"},
		{"asset-delete", "asset delete " + assetID + ",x", ice, ims.DeleteMediaInfos, "MediaIds=" + assetID + "%2Cx"},
		{"job-cancel", "job cancel " + assetID, ice, ims.CancelMediaInfoJob, "JobId=" + assetID},
		{"key-create-user", "key create --user ann", ram, ims.CreateAccessKey, "UserName=ann"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t)
			for action, reply := range plainAnswers() {
				f.answers[action] = func(url.Values) (int, any) { return 200, reply }
			}
			words := strings.Fields(strings.ReplaceAll(c.args, "FILE", file))
			golden(t, c.name, newBench(t, f).run(t, words...).String())
			if c.action == "" {
				if len(f.requests) != 0 {
					t.Errorf("called %v", f.requests)
				}
				return
			}
			want, err := url.ParseQuery(strings.ReplaceAll(c.sent, "DOCUMENT", url.QueryEscape(document)))
			if err != nil {
				t.Fatal(err)
			}
			if len(f.requests) != 1 || f.requests[0].action != c.action || f.requests[0].version != c.version || f.requests[0].params.Encode() != want.Encode() {
				t.Errorf("called %v, want %s %s with %v", f.requests, c.version, c.action, want)
			}
		})
	}
}

func resultOf() *job.Result {
	return &job.Result{Object: job.Object{Name: "a.mp4", Size: 1 << 20}, Info: &media.Info{Format: media.Format{Name: "mov"},
		Tracks: []media.Track{{Kind: media.KindVideo, Codec: media.Codec{Name: "h264"}, Video: &media.Video{Width: 848, Height: 478, AverageFrameRate: media.Rational{Num: 25, Den: 1}}},
			{Index: 1, Kind: media.KindAudio, Codec: media.Codec{Name: "aac"}, Audio: &media.Audio{SampleRate: 44100, Channels: 2, ChannelLayout: "stereo"}}}}}
}
