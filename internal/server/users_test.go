package server

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/store"
)

// pair is a key to sign with; token is "" for a permanent one.
type pair struct{ id, secret, token string }

// as makes a V3 call with a key.
func (r *rig) as(t testing.TB, k pair, action string, query map[string]string) answer {
	t.Helper()
	own := map[string]string{}
	if k.token != "" {
		own["x-acs-security-token"], own["x-acs-accesskey-id"] = k.token, k.id
	}
	return r.do(t, v3(r.host, k.id, k.secret, action, query, "", own))
}

// good demands a success and decodes it.
func (r *rig) good(t testing.TB, k pair, action string, query map[string]string) map[string]any {
	t.Helper()
	a := r.as(t, k, action, query)
	if a.status != 200 {
		t.Fatalf("%s: %d %s", action, a.status, a.body)
	}
	return decode(t, a)
}

var root = pair{keyID, secret, ""}

// user makes a user with a key and a policy, unless it is "".
func (r *rig) user(t testing.TB, name, document string) pair {
	t.Helper()
	r.good(t, root, ims.CreateUser, map[string]string{"UserName": name})
	if document != "" {
		r.good(t, root, ims.CreatePolicy, map[string]string{"PolicyName": "of-" + name, "PolicyDocument": document})
		r.good(t, root, ims.AttachPolicyToUser, map[string]string{"PolicyType": "Custom", "PolicyName": "of-" + name, "UserName": name})
	}
	return keyOf(r.good(t, root, ims.CreateAccessKey, map[string]string{"UserName": name}))
}

func keyOf(m map[string]any) pair {
	k := m["AccessKey"].(map[string]any)
	return pair{k["AccessKeyId"].(string), k["AccessKeySecret"].(string), ""}
}

const reading = `{"Version": "1", "Statement": [{"Effect": "Allow", "Action": ["ice:Get*", "ice:List*"], "Resource": "*"}]}`

// TestUsersMayDoWhatTheirPoliciesSay: nothing without one, and at once when one comes, changes or goes.
func TestUsersMayDoWhatTheirPoliciesSay(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	ann := r.user(t, "ann", "")
	a := r.as(t, ann, ims.ListPipelines, nil)
	checkError(t, a, 403, "Forbidden")
	detail, _ := decode(t, a)["AccessDeniedDetail"].(map[string]any)
	want := map[string]any{"AuthAction": "ice:ListPipelines", "AuthPrincipalType": "SubUser", "AuthPrincipalOwnerId": fmt.Sprint(int64(account)),
		"AuthPrincipalDisplayName": "ann", "NoPermissionType": "ImplicitDeny", "PolicyType": "AccountLevelIdentityBasedPolicy"}
	if fmt.Sprint(detail) != fmt.Sprint(want) {
		t.Errorf("detail %v, want %v", detail, want)
	}
	checkError(t, r.as(t, ann, ims.ListUsers, nil), 403, "NoPermission")
	checkError(t, r.as(t, ann, ims.AssumeRole, nil), 403, "NoPermission")
	if m := r.good(t, ann, ims.GetCallerIdentity, nil); m["IdentityType"] != "RAMUser" || m["Arn"] != fmt.Sprintf("acs:ram::%d:user/ann", account) {
		t.Errorf("identity %v", m)
	}

	r.good(t, root, ims.CreatePolicy, map[string]string{"PolicyName": "p", "PolicyDocument": reading})
	attach := map[string]string{"PolicyType": "Custom", "PolicyName": "p", "UserName": "ann"}
	r.good(t, root, ims.AttachPolicyToUser, attach)
	r.good(t, ann, ims.ListPipelines, nil)
	r.good(t, ann, ims.GetMediaInfoJob, map[string]string{"JobId": r.job})
	checkError(t, r.as(t, ann, ims.SubmitMediaInfoJob, map[string]string{"Input": okInput}), 403, "Forbidden")
	checkError(t, r.as(t, ann, ims.SubmitMediaInfoJob, nil), 403, "Forbidden") // before parameters are looked at

	only := `{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ice:*", "Resource": "acs:ice:*:*:pipeline/` + r.pipeline + `"}]}`
	r.good(t, root, ims.CreatePolicyVersion, map[string]string{"PolicyName": "p", "PolicyDocument": only, "SetAsDefault": "true"})
	here := map[string]string{"Input": okInput, "ScheduleConfig": `{"PipelineId":"` + r.pipeline + `"}`}
	r.good(t, ann, ims.SubmitMediaInfoJob, here)
	r.good(t, ann, ims.GetPipeline, map[string]string{"PipelineId": r.pipeline})
	checkError(t, r.as(t, ann, ims.SubmitMediaInfoJob, map[string]string{"Input": okInput}), 403, "Forbidden")
	checkError(t, r.as(t, ann, ims.ListPipelines, nil), 403, "Forbidden")

	r.good(t, root, ims.AttachPolicyToUser, map[string]string{"PolicyType": "System", "PolicyName": "AliyunICEFullAccess", "UserName": "ann"})
	r.good(t, ann, ims.SubmitMediaInfoJob, map[string]string{"Input": okInput})
	r.good(t, root, ims.CreatePolicyVersion, map[string]string{"PolicyName": "p",
		"PolicyDocument": `{"Version": "1", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"acs:SecureTransport": "false"}, "IpAddress": {"acs:SourceIp": "127.0.0.0/8"}}}]}`})
	a = r.as(t, ann, ims.ListPipelines, nil)
	checkError(t, a, 403, "Forbidden")
	if detail, _ := decode(t, a)["AccessDeniedDetail"].(map[string]any); detail["NoPermissionType"] != "ExplicitDeny" {
		t.Errorf("detail %v", detail)
	}
	r.good(t, root, ims.DetachPolicyFromUser, attach)
	r.good(t, ann, ims.ListPipelines, nil)
}

func TestUsersPoliciesAndRoles(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	ann := r.user(t, "ann", reading)
	checkError(t, r.call(t, ims.CreateUser, map[string]string{"UserName": "ann"}), 409, "EntityAlreadyExists.User")
	checkError(t, r.call(t, ims.CreateUser, map[string]string{"UserName": "a n n"}), 400, "InvalidParameter")
	checkError(t, r.call(t, ims.CreateUser, nil), 400, "MissingParameter")
	checkError(t, r.call(t, ims.GetUser, map[string]string{"UserName": "bob"}), 404, "EntityNotExist.User")
	if u := r.good(t, root, ims.GetUser, map[string]string{"UserName": "ann"})["User"].(map[string]any); u["UserName"] != "ann" || u["DisplayName"] != "ann" {
		t.Errorf("user %v", u)
	}
	checkError(t, r.call(t, ims.CreatePolicy, map[string]string{"PolicyName": "of-ann", "PolicyDocument": reading}), 409, "EntityAlreadyExists.Policy")
	checkError(t, r.call(t, ims.CreatePolicy, map[string]string{"PolicyName": "AdministratorAccess", "PolicyDocument": reading}), 409, "EntityAlreadyExists.Policy")
	a := r.call(t, ims.CreatePolicy, map[string]string{"PolicyName": "x", "PolicyDocument": strings.Replace(reading, "Allow", "Alow", 1)})
	checkError(t, a, 400, "MalformedPolicyDocument")
	if !strings.Contains(string(a.body), `Statement 1: Effect: `) {
		t.Errorf("the reason is missing: %s", a.body)
	}
	checkError(t, r.call(t, ims.DeleteUser, map[string]string{"UserName": "ann"}), 409, "DeleteConflict.User.AccessKey")
	checkError(t, r.call(t, ims.DeletePolicy, map[string]string{"PolicyName": "of-ann"}), 409, "DeleteConflict.Policy.User")
	ref := map[string]string{"PolicyType": "Custom", "PolicyName": "of-ann", "UserName": "ann"}
	checkError(t, r.call(t, ims.AttachPolicyToUser, ref), 409, "EntityAlreadyExists.User.Policy")
	m := r.good(t, root, ims.ListPoliciesForUser, map[string]string{"UserName": "ann"})
	if fmt.Sprint(m["Policies"]) == "map[Policy:[]]" {
		t.Errorf("policies %v", m)
	}
	m = r.good(t, root, ims.GetPolicy, map[string]string{"PolicyType": "Custom", "PolicyName": "of-ann"})
	if m["DefaultPolicyVersion"].(map[string]any)["PolicyDocument"] != reading {
		t.Errorf("document %v", m)
	}

	// A user who may do everything makes keys of its own, and none of the account.
	boss := r.user(t, "boss", strings.Replace(reading, `["ice:Get*", "ice:List*"]`, `"*"`, 1))
	made := keyOf(r.good(t, boss, ims.CreateAccessKey, nil))
	if who := r.good(t, made, ims.GetCallerIdentity, nil); who["IdentityType"] != "RAMUser" {
		t.Errorf("a user made a key of %v", who)
	}
	checkError(t, r.as(t, boss, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": keyID}), 404, "ResourceNotFound")
	r.good(t, root, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": made.id, "UserName": "boss"})
	r.good(t, root, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": boss.id, "UserName": "boss"})
	r.good(t, root, ims.DetachPolicyFromUser, map[string]string{"PolicyType": "Custom", "PolicyName": "of-boss", "UserName": "boss"})
	r.good(t, root, ims.DeleteUser, map[string]string{"UserName": "boss"})

	// Keys of users: their own, and seen by the account under their names only.
	own := keyOf(r.good(t, root, ims.CreateAccessKey, nil))
	checkError(t, r.call(t, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": own.id, "UserName": "ann"}), 404, "ResourceNotFound")
	checkError(t, r.call(t, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": ann.id}), 404, "ResourceNotFound")
	list := r.call(t, ims.ListAccessKeys, nil)
	if strings.Contains(string(list.body), ann.id) || !strings.Contains(string(list.body), own.id) {
		t.Errorf("keys of the account: %s", list.body)
	}
	r.good(t, root, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": ann.id, "UserName": "ann"})
	checkError(t, r.call(t, ims.DeleteUser, map[string]string{"UserName": "ann"}), 409, "DeleteConflict.User.Policy")
	r.good(t, root, ims.DetachPolicyFromUser, ref)
	checkError(t, r.call(t, ims.DetachPolicyFromUser, ref), 404, "EntityNotExist.User.Policy")
	r.good(t, root, ims.DeleteUser, map[string]string{"UserName": "ann"})
	r.good(t, root, ims.DeletePolicy, map[string]string{"PolicyName": "of-ann"})
	checkError(t, r.call(t, ims.DeletePolicy, map[string]string{"PolicyName": "of-ann"}), 404, "EntityNotExist.Policy")

	// Pages.
	for i := range 5 {
		r.good(t, root, ims.CreateUser, map[string]string{"UserName": fmt.Sprint("user", i)})
	}
	names, marker := []string{}, ""
	for {
		m := r.good(t, root, ims.ListUsers, map[string]string{"MaxItems": "2", "Marker": marker})
		for _, u := range m["Users"].(map[string]any)["User"].([]any) {
			names = append(names, u.(map[string]any)["UserName"].(string))
		}
		if m["IsTruncated"] != true {
			break
		}
		marker = m["Marker"].(string)
	}
	if strings.Join(names, " ") != "user0 user1 user2 user3 user4" {
		t.Errorf("listed %v", names)
	}
	checkError(t, r.call(t, ims.ListUsers, map[string]string{"Marker": "x"}), 400, "InvalidParameter")
}

// assume takes on a role.
func (r *rig) assume(t testing.TB, k pair, of any, role string, more map[string]string) pair {
	t.Helper()
	query := map[string]string{"RoleArn": fmt.Sprintf("acs:ram::%d:role/%s", of, role), "RoleSessionName": "ci"}
	for name, value := range more {
		query[name] = value
	}
	c := r.good(t, k, ims.AssumeRole, query)["Credentials"].(map[string]any)
	return pair{c["AccessKeyId"].(string), c["AccessKeySecret"].(string), c["SecurityToken"].(string)}
}

func trusting(principals ...string) string {
	return `{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": ["` + strings.Join(principals, `", "`) + `"]}}]}`
}

// TestTemporaryKeys takes on roles and uses the keys in both schemes of signing.
func TestTemporaryKeys(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	r := newRigAt(t, func() time.Time { return clock }, nil)
	mine := fmt.Sprintf("acs:ram::%d:root", account)
	r.good(t, root, ims.CreateRole, map[string]string{"RoleName": "Reader", "AssumeRolePolicyDocument": trusting(mine)})
	r.good(t, root, ims.CreatePolicy, map[string]string{"PolicyName": "p", "PolicyDocument": reading})
	r.good(t, root, ims.AttachPolicyToRole, map[string]string{"PolicyType": "Custom", "PolicyName": "p", "RoleName": "Reader"})

	role := r.good(t, root, ims.GetRole, map[string]string{"RoleName": "Reader"})["Role"].(map[string]any)
	if role["Arn"] != fmt.Sprintf("acs:ram::%d:role/reader", account) || role["AssumeRolePolicyDocument"] != trusting(mine) || role["MaxSessionDuration"] != 3600.0 {
		t.Errorf("role %v", role)
	}
	if l := r.good(t, root, ims.ListPoliciesForRole, map[string]string{"RoleName": "Reader"}); !strings.Contains(fmt.Sprint(l), "PolicyName:p ") {
		t.Errorf("policies of the role %v", l)
	}

	k := r.assume(t, root, account, "reader", nil)
	r.good(t, k, ims.ListPipelines, nil)
	r.good(t, k, ims.GetMediaInfoJob, map[string]string{"JobId": r.job})
	checkError(t, r.as(t, k, ims.CreatePipeline, nil), 403, "Forbidden")
	m := r.good(t, k, ims.GetCallerIdentity, nil)
	if m["IdentityType"] != "AssumedRoleUser" || m["Arn"] != fmt.Sprintf("acs:ram::%d:assumed-role/Reader/ci", account) {
		t.Errorf("identity %v", m)
	}
	a := r.get(t, v1("GET", k.id, k.secret, ims.ListPipelines, map[string]string{"SecurityToken": k.token}))
	if a.status != 200 {
		t.Errorf("the older scheme: %s", a.body)
	}
	checkError(t, r.as(t, pair{k.id, k.secret, ""}, ims.ListPipelines, nil), 400, "MissingSecurityToken")
	other := r.assume(t, root, account, "Reader", nil)
	checkError(t, r.as(t, pair{k.id, k.secret, other.token}, ims.ListPipelines, nil), 400, "InvalidSecurityToken.MismatchWithAccessKey")
	checkError(t, r.as(t, pair{k.id, other.secret, k.token}, ims.ListPipelines, nil), 400, "SignatureDoesNotMatch")

	// A role that may do everything still has no way to the account's own keys.
	r.good(t, root, ims.CreateRole, map[string]string{"RoleName": "admin", "AssumeRolePolicyDocument": trusting(mine)})
	r.good(t, root, ims.AttachPolicyToRole, map[string]string{"PolicyType": "System", "PolicyName": "AdministratorAccess", "RoleName": "admin"})
	admin := r.assume(t, root, account, "admin", nil)
	checkError(t, r.as(t, admin, ims.CreateAccessKey, nil), 400, "MissingParameter")
	checkError(t, r.as(t, admin, ims.ListAccessKeys, nil), 400, "MissingParameter")
	checkError(t, r.as(t, admin, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": keyID}), 400, "MissingParameter")
	r.good(t, admin, ims.CreateUser, map[string]string{"UserName": "made-by-admin"})
	checkError(t, r.as(t, admin, ims.DeleteAccessKey, map[string]string{"UserAccessKeyId": keyID, "UserName": "made-by-admin"}), 404, "ResourceNotFound")

	// A session's own policy takes away, and never adds.
	narrow := r.assume(t, root, account, "reader", map[string]string{"Policy": strings.Replace(reading, `["ice:Get*", "ice:List*"]`, `["ice:ListPipelines", "ice:CreatePipeline"]`, 1)})
	r.good(t, narrow, ims.ListPipelines, nil)
	a = r.as(t, narrow, ims.GetMediaInfoJob, map[string]string{"JobId": r.job})
	checkError(t, a, 403, "Forbidden")
	if d := decode(t, a)["AccessDeniedDetail"].(map[string]any); d["PolicyType"] != "AssumeRoleSessionPolicy" || d["AuthPrincipalDisplayName"] != "Reader:ci" {
		t.Errorf("detail %v", d)
	}
	checkError(t, r.as(t, narrow, ims.CreatePipeline, nil), 403, "Forbidden")

	arn := fmt.Sprintf("acs:ram::%d:role/reader", account)
	for _, c := range []struct {
		params map[string]string
		status int
		code   string
	}{
		{map[string]string{"RoleSessionName": "ci"}, 400, "MissingParameter"},
		{map[string]string{"RoleArn": arn}, 400, "MissingParameter"},
		{map[string]string{"RoleArn": arn, "RoleSessionName": "c"}, 400, "InvalidParameter"},
		{map[string]string{"RoleArn": arn, "RoleSessionName": "ci", "DurationSeconds": "60"}, 400, "InvalidParameter"},
		{map[string]string{"RoleArn": arn, "RoleSessionName": "ci", "DurationSeconds": "7200"}, 400, "SessionTooLong"},
		{map[string]string{"RoleArn": arn, "RoleSessionName": "ci", "Policy": "{}"}, 400, "MalformedPolicyDocument"},
		{map[string]string{"RoleArn": arn + "x", "RoleSessionName": "ci"}, 404, "EntityNotExist.Role"},
		{map[string]string{"RoleArn": "reader", "RoleSessionName": "ci"}, 404, "EntityNotExist.Role"},
		{map[string]string{"RoleArn": fmt.Sprintf("acs:ram::%d:role/reader", stranger), "RoleSessionName": "ci"}, 403, "NoPermission"},
	} {
		checkError(t, r.call(t, ims.AssumeRole, c.params), c.status, c.code)
	}

	// Another account: what it does not know and what does not trust it look alike.
	them := pair{otherKey, otherHush, ""}
	ask := map[string]string{"RoleArn": arn, "RoleSessionName": "ci"}
	absent := map[string]string{"RoleArn": arn + "x", "RoleSessionName": "ci"}
	one, two := r.as(t, them, ims.AssumeRole, ask), r.as(t, them, ims.AssumeRole, absent)
	checkError(t, one, 403, "NoPermission")
	if blank(one) != blank(two) {
		t.Errorf("told apart:\n%s\n%s", one.body, two.body)
	}
	r.good(t, root, ims.CreateRole, map[string]string{"RoleName": "shared", "AssumeRolePolicyDocument": trusting(fmt.Sprintf("acs:ram::%d:root", stranger))})
	r.good(t, root, ims.AttachPolicyToRole, map[string]string{"PolicyType": "Custom", "PolicyName": "p", "RoleName": "shared"})
	shared := r.assume(t, them, account, "shared", nil)
	r.good(t, shared, ims.GetMediaInfoJob, map[string]string{"JobId": r.job})
	checkError(t, r.as(t, shared, ims.GetMediaInfoJob, map[string]string{"JobId": r.theirs}), 404, "ResourceNotFound")

	// Policies of roles, and their deletion, are felt at once.
	checkError(t, r.call(t, ims.DeleteRole, map[string]string{"RoleName": "Reader"}), 409, "DeleteConflict.Role.Policy")
	r.good(t, root, ims.DetachPolicyFromRole, map[string]string{"PolicyType": "Custom", "PolicyName": "p", "RoleName": "Reader"})
	checkError(t, r.as(t, k, ims.ListPipelines, nil), 403, "Forbidden")
	r.good(t, root, ims.DeleteRole, map[string]string{"RoleName": "Reader"})
	checkError(t, r.as(t, k, ims.ListPipelines, nil), 403, "Forbidden")

	clock = clock.Add(time.Hour)
	own := map[string]string{"x-acs-security-token": k.token, "x-acs-date": clock.UTC().Format("2006-01-02T15:04:05Z")}
	checkError(t, r.do(t, v3(r.host, k.id, k.secret, ims.ListPipelines, nil, "", own)), 400, "InvalidSecurityToken.Expired")
	for _, secret := range []string{k.secret, k.token, shared.secret} {
		if strings.Contains(r.log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
}

var uuidAnywhere = regexp.MustCompile(`[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}`)

// blank is a reply without what differs between two calls that are answered alike.
func blank(a answer) string {
	m := string(a.body)
	for _, id := range uuidAnywhere.FindAllString(m, -1) {
		m = strings.ReplaceAll(m, id, "")
	}
	return fmt.Sprint(a.status, m)
}

// TestAccounts: the operator makes accounts, nobody else does, and they have nothing of each other.
func TestAccounts(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	m := r.good(t, root, ims.CreateAccount, map[string]string{"AccountName": "team"})
	team := keyOf(m)
	id := m["Account"].(map[string]any)["AccountId"]
	if who := r.good(t, team, ims.GetCallerIdentity, nil); who["AccountId"] != id || who["IdentityType"] != "Account" {
		t.Errorf("%v", who)
	}
	j := r.good(t, team, ims.SubmitMediaInfoJob, map[string]string{"Input": `{"Type":"OSS","Media":"https://8.8.8.8/a.mp4"}`})["MediaInfoJob"].(map[string]any)["JobId"].(string)
	checkError(t, r.call(t, ims.GetMediaInfoJob, map[string]string{"JobId": j}), 404, "ResourceNotFound")
	checkError(t, r.as(t, team, ims.GetMediaInfoJob, map[string]string{"JobId": r.job}), 404, "ResourceNotFound")
	checkError(t, r.as(t, team, ims.CreateAccount, map[string]string{"AccountName": "more"}), 403, "NoPermission")
	checkError(t, r.as(t, team, ims.ListAccounts, nil), 403, "NoPermission")
	checkError(t, r.as(t, team, ims.ListNodes, nil), 403, "NoPermission")
	if _, err := r.store.RegisterNode(t.Context(), store.Node{Name: "here", Roles: "api", Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if list := r.good(t, root, ims.ListNodes, nil)["NodeList"].([]any); len(list) != 1 || list[0].(map[string]any)["NodeId"] == "" {
		t.Errorf("%v", list)
	}
	checkError(t, r.call(t, ims.CreateAccount, map[string]string{"AccountName": "team"}), 409, "EntityAlreadyExists.Account")
	checkError(t, r.call(t, ims.CreateAccount, nil), 400, "MissingParameter")
	if list := r.good(t, root, ims.ListAccounts, nil)["AccountList"].([]any); len(list) != 1 || list[0].(map[string]any)["AccountId"] != id {
		t.Errorf("%v", list)
	}
}
