package sdk

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
	vendor "github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	vendorerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/mts"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ram"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/sts"
)

// must fails the test on an error of a typed call.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantCode demands an error of the classic client's own type.
func wantCode(t *testing.T, err error, status int, code string) *vendorerrors.ServerError {
	t.Helper()
	var e *vendorerrors.ServerError
	if !errors.As(err, &e) || e.HttpStatus() != status || e.ErrorCode() != code {
		t.Errorf("got %v, want %d %s", err, status, code)
		return nil
	}
	return e
}

// at points a typed request at the server.
func (s *service) at(r *requests.RpcRequest) { r.Scheme, r.Domain = "http", s.addr }

// TestTypedMts drives each operation of the older product with its typed client.
func TestTypedMts(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := must[*mts.Client](t)(mts.NewClientWithAccessKey("cn-shanghai", keyID, keySecret))
	// The samples are given as a bucket, which the newer product adds.
	do, err := teaClient("", false)(s.addr, keyID, keySecret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := do(call{action: "AddStorage", params: map[string]string{"Bucket": "samples", "StorageType": "http_root", "Root": strings.TrimSuffix(s.samples, "/")}}); err != nil {
		t.Fatal(err)
	}

	add := mts.CreateAddPipelineRequest()
	s.at(add.RpcRequest)
	add.Name = "older"
	pipeline := must[*mts.AddPipelineResponse](t)(c.AddPipeline(add)).Pipeline
	if pipeline.Id == "" || pipeline.State != "Active" || pipeline.Speed != "Standard" {
		t.Errorf("%+v", pipeline)
	}
	add = mts.CreateAddPipelineRequest()
	s.at(add.RpcRequest)
	_, err = c.AddPipeline(add)
	wantCode(t, err, 400, "MissingParameter")

	update := func(id, name, state string) (*mts.UpdatePipelineResponse, error) {
		r := mts.CreateUpdatePipelineRequest()
		s.at(r.RpcRequest)
		r.PipelineId, r.Name, r.State = id, name, state
		return c.UpdatePipeline(r)
	}
	if p := must[*mts.UpdatePipelineResponse](t)(update(pipeline.Id, "new", "Paused")).Pipeline; p.Name != "new" || p.State != "Paused" {
		t.Errorf("%+v", p)
	}
	must[*mts.UpdatePipelineResponse](t)(update(pipeline.Id, "new", "Active"))
	_, err = update(absent, "new", "Active")
	wantCode(t, err, 404, "InvalidParameter.ResourceNotFound")
	_, err = update(pipeline.Id, "new", "On")
	wantCode(t, err, 400, "InvalidParameter")

	submit := func(object, async, pipeline string) (*mts.SubmitMediaInfoJobResponse, error) {
		r := mts.CreateSubmitMediaInfoJobRequest()
		s.at(r.RpcRequest)
		r.Input = `{"Bucket":"samples","Location":"oss-cn-shanghai","Object":"` + object + `"}`
		r.UserData, r.PipelineId, r.Async = "testid-001", pipeline, requests.Boolean(async)
		return c.SubmitMediaInfoJob(r)
	}
	job := must[*mts.SubmitMediaInfoJobResponse](t)(submit(samples[0], "", pipeline.Id)).MediaInfoJob
	if job.State != "Success" || job.Async || job.Input.Bucket != "samples" || job.Properties.Width == "" || job.Properties.Format.NumStreams == "" ||
		len(job.Properties.Streams.VideoStreamList.VideoStream) == 0 || job.PipelineId != pipeline.Id || job.UserData != "testid-001" {
		t.Errorf("%+v", job)
	}
	async := must[*mts.SubmitMediaInfoJobResponse](t)(submit("none.mp4", "true", "")).MediaInfoJob
	if !async.Async {
		t.Errorf("%+v", async)
	}
	_, err = submit(samples[0], "", absent)
	wantCode(t, err, 404, "InvalidParameter.ResourceNotFound")
	_, err = submit("%zz", "", "")
	wantCode(t, err, 400, "InvalidParameter.ObjectKeyInvalid")

	query := func(ids string) (*mts.QueryMediaInfoJobListResponse, error) {
		r := mts.CreateQueryMediaInfoJobListRequest()
		s.at(r.RpcRequest)
		r.MediaInfoJobIds = ids
		return c.QueryMediaInfoJobList(r)
	}
	until(t, "the failed job", func() bool {
		q := must[*mts.QueryMediaInfoJobListResponse](t)(query(job.JobId + "," + async.JobId + "," + absent))
		if len(q.MediaInfoJobList.MediaInfoJob) != 2 || len(q.NonExistMediaInfoJobIds.String) != 1 || q.NonExistMediaInfoJobIds.String[0] != absent {
			t.Fatalf("%+v", q)
		}
		failed := q.MediaInfoJobList.MediaInfoJob[0]
		return failed.State == "Fail" && failed.Code == "SourceNotFound" && failed.Message != ""
	})
	_, err = query("")
	wantCode(t, err, 400, "InvalidParameter")

	list := mts.CreateQueryPipelineListRequest()
	s.at(list.RpcRequest)
	list.PipelineIds = pipeline.Id + "," + absent
	if l := must[*mts.QueryPipelineListResponse](t)(c.QueryPipelineList(list)); len(l.PipelineList.Pipeline) != 1 || len(l.NonExistPids.String) != 1 {
		t.Errorf("%+v", l)
	}
	list = mts.CreateQueryPipelineListRequest()
	s.at(list.RpcRequest)
	_, err = c.QueryPipelineList(list)
	wantCode(t, err, 400, "InvalidParameter")

	search := mts.CreateSearchPipelineRequest()
	s.at(search.RpcRequest)
	search.State, search.PageSize = "Active", "1"
	if f := must[*mts.SearchPipelineResponse](t)(c.SearchPipeline(search)); f.TotalCount != 2 || f.PageNumber != 1 || f.PageSize != 1 || len(f.PipelineList.Pipeline) != 1 {
		t.Errorf("%+v", f)
	}
	search = mts.CreateSearchPipelineRequest()
	s.at(search.RpcRequest)
	search.State = "On"
	_, err = c.SearchPipeline(search)
	wantCode(t, err, 400, "InvalidParameter")

	remove := mts.CreateDeletePipelineRequest()
	s.at(remove.RpcRequest)
	remove.PipelineId = pipeline.Id
	if d := must[*mts.DeletePipelineResponse](t)(c.DeletePipeline(remove)); d.PipelineId != pipeline.Id {
		t.Errorf("%+v", d)
	}
	remove = mts.CreateDeletePipelineRequest()
	s.at(remove.RpcRequest)
	remove.PipelineId = absent
	_, err = c.DeletePipeline(remove)
	wantCode(t, err, 404, "InvalidParameter.ResourceNotFound")
}

const readOnly = `{"Version":"1","Statement":[{"Effect":"Allow","Action":["ice:Get*","ice:List*"],"Resource":"*"}]}`

// TestTypedUsers drives users, policies, roles and temporary keys with their typed clients, and then uses the
// keys with every kind of client.
func TestTypedUsers(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := must[*ram.Client](t)(ram.NewClientWithAccessKey("cn-shanghai", keyID, keySecret))

	createUser := ram.CreateCreateUserRequest()
	s.at(createUser.RpcRequest)
	createUser.UserName, createUser.DisplayName = "ann", "Ann"
	if u := must[*ram.CreateUserResponse](t)(c.CreateUser(createUser)).User; u.UserName != "ann" || u.UserId == "" {
		t.Errorf("%+v", u)
	}
	again := ram.CreateCreateUserRequest()
	s.at(again.RpcRequest)
	again.UserName = "ann"
	_, err := c.CreateUser(again)
	wantCode(t, err, 409, "EntityAlreadyExists.User")
	getUser := ram.CreateGetUserRequest()
	s.at(getUser.RpcRequest)
	getUser.UserName = "ann"
	if u := must[*ram.GetUserResponse](t)(c.GetUser(getUser)).User; u.DisplayName != "Ann" {
		t.Errorf("%+v", u)
	}
	getUser = ram.CreateGetUserRequest()
	s.at(getUser.RpcRequest)
	getUser.UserName = "bob"
	_, err = c.GetUser(getUser)
	wantCode(t, err, 404, "EntityNotExist.User")
	listUsers := ram.CreateListUsersRequest()
	s.at(listUsers.RpcRequest)
	if l := must[*ram.ListUsersResponse](t)(c.ListUsers(listUsers)); len(l.Users.User) != 1 || l.IsTruncated {
		t.Errorf("%+v", l)
	}

	createKey := ram.CreateCreateAccessKeyRequest()
	s.at(createKey.RpcRequest)
	createKey.UserName = "ann"
	key := must[*ram.CreateAccessKeyResponse](t)(c.CreateAccessKey(createKey)).AccessKey
	if key.AccessKeyId == "" || key.AccessKeySecret == "" || key.Status != "Active" {
		t.Fatalf("%+v", key)
	}

	// A user without a policy is refused, with the details that clients parse.
	asAnn, err := teaClient("", false)(s.addr, key.AccessKeyId, key.AccessKeySecret)
	if err != nil {
		t.Fatal(err)
	}
	s.refusedBoth(t, key.AccessKeyId, key.AccessKeySecret)

	createPolicy := ram.CreateCreatePolicyRequest()
	s.at(createPolicy.RpcRequest)
	createPolicy.PolicyName, createPolicy.PolicyDocument = "read", readOnly
	if p := must[*ram.CreatePolicyResponse](t)(c.CreatePolicy(createPolicy)).Policy; p.PolicyName != "read" || p.PolicyType != "Custom" {
		t.Errorf("%+v", p)
	}
	createPolicy = ram.CreateCreatePolicyRequest()
	s.at(createPolicy.RpcRequest)
	createPolicy.PolicyName, createPolicy.PolicyDocument = "bad", "{}"
	_, err = c.CreatePolicy(createPolicy)
	wantCode(t, err, 400, "MalformedPolicyDocument")
	attach := ram.CreateAttachPolicyToUserRequest()
	s.at(attach.RpcRequest)
	attach.PolicyType, attach.PolicyName, attach.UserName = "Custom", "read", "ann"
	must[*ram.AttachPolicyToUserResponse](t)(c.AttachPolicyToUser(attach))
	if _, err := asAnn(call{action: "ListPipelines"}); err != nil {
		t.Errorf("with a policy: %v", err)
	}
	if _, err := asAnn(call{action: "CreatePipeline", params: map[string]string{"Name": "n", "Speed": "Standard"}}); err == nil {
		t.Error("a reader made a pipeline")
	}
	forUser := ram.CreateListPoliciesForUserRequest()
	s.at(forUser.RpcRequest)
	forUser.UserName = "ann"
	if l := must[*ram.ListPoliciesForUserResponse](t)(c.ListPoliciesForUser(forUser)); len(l.Policies.Policy) != 1 || l.Policies.Policy[0].PolicyName != "read" {
		t.Errorf("%+v", l)
	}
	getPolicy := ram.CreateGetPolicyRequest()
	s.at(getPolicy.RpcRequest)
	getPolicy.PolicyType, getPolicy.PolicyName = "Custom", "read"
	if p := must[*ram.GetPolicyResponse](t)(c.GetPolicy(getPolicy)); p.DefaultPolicyVersion.PolicyDocument != readOnly {
		t.Errorf("%+v", p)
	}
	listPolicies := ram.CreateListPoliciesRequest()
	s.at(listPolicies.RpcRequest)
	if l := must[*ram.ListPoliciesResponse](t)(c.ListPolicies(listPolicies)); len(l.Policies.Policy) < 2 {
		t.Errorf("%+v", l)
	}

	createRole := ram.CreateCreateRoleRequest()
	s.at(createRole.RpcRequest)
	identity := must[*sts.GetCallerIdentityResponse](t)(s.callerIdentity(t, keyID, keySecret))
	createRole.RoleName = "reader"
	createRole.AssumeRolePolicyDocument = `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::` + identity.AccountId + `:root"]}}]}`
	role := must[*ram.CreateRoleResponse](t)(c.CreateRole(createRole)).Role
	if role.Arn != "acs:ram::"+identity.AccountId+":role/reader" {
		t.Errorf("%+v", role)
	}
	toRole := ram.CreateAttachPolicyToRoleRequest()
	s.at(toRole.RpcRequest)
	toRole.PolicyType, toRole.PolicyName, toRole.RoleName = "Custom", "read", "reader"
	must[*ram.AttachPolicyToRoleResponse](t)(c.AttachPolicyToRole(toRole))
	s.sessions(t, role.Arn)
	s.moreOfUsers(t, c)

	detach := ram.CreateDetachPolicyFromUserRequest()
	s.at(detach.RpcRequest)
	detach.PolicyType, detach.PolicyName, detach.UserName = "Custom", "read", "ann"
	must[*ram.DetachPolicyFromUserResponse](t)(c.DetachPolicyFromUser(detach))
	deleteUser := ram.CreateDeleteUserRequest()
	s.at(deleteUser.RpcRequest)
	deleteUser.UserName = "ann"
	_, err = c.DeleteUser(deleteUser)
	wantCode(t, err, 409, "DeleteConflict.User.AccessKey")
	deleteKey := ram.CreateDeleteAccessKeyRequest()
	s.at(deleteKey.RpcRequest)
	deleteKey.UserAccessKeyId, deleteKey.UserName = key.AccessKeyId, "ann"
	must[*ram.DeleteAccessKeyResponse](t)(c.DeleteAccessKey(deleteKey))
	deleteUser = ram.CreateDeleteUserRequest()
	s.at(deleteUser.RpcRequest)
	deleteUser.UserName = "ann"
	must[*ram.DeleteUserResponse](t)(c.DeleteUser(deleteUser))
}

// moreOfUsers drives what is left of the operations on keys, policies and roles.
func (s *service) moreOfUsers(t *testing.T, c *ram.Client) {
	t.Helper()
	version := ram.CreateCreatePolicyVersionRequest()
	s.at(version.RpcRequest)
	version.PolicyName, version.PolicyDocument, version.SetAsDefault = "read", readOnly, "true"
	if v := must[*ram.CreatePolicyVersionResponse](t)(c.CreatePolicyVersion(version)).PolicyVersion; v.VersionId != "v2" || !v.IsDefaultVersion {
		t.Errorf("%+v", v)
	}
	deletePolicy := ram.CreateDeletePolicyRequest()
	s.at(deletePolicy.RpcRequest)
	deletePolicy.PolicyName = "read"
	_, err := c.DeletePolicy(deletePolicy)
	wantCode(t, err, 409, "DeleteConflict.Policy.User")

	getRole := ram.CreateGetRoleRequest()
	s.at(getRole.RpcRequest)
	getRole.RoleName = "reader"
	if r := must[*ram.GetRoleResponse](t)(c.GetRole(getRole)).Role; r.RoleName != "reader" || r.MaxSessionDuration != 3600 {
		t.Errorf("%+v", r)
	}
	getRole = ram.CreateGetRoleRequest()
	s.at(getRole.RpcRequest)
	getRole.RoleName = "nobody"
	_, err = c.GetRole(getRole)
	wantCode(t, err, 404, "EntityNotExist.Role")
	listRoles := ram.CreateListRolesRequest()
	s.at(listRoles.RpcRequest)
	if l := must[*ram.ListRolesResponse](t)(c.ListRoles(listRoles)); len(l.Roles.Role) != 1 {
		t.Errorf("%+v", l)
	}
	forRole := ram.CreateListPoliciesForRoleRequest()
	s.at(forRole.RpcRequest)
	forRole.RoleName = "reader"
	if l := must[*ram.ListPoliciesForRoleResponse](t)(c.ListPoliciesForRole(forRole)); len(l.Policies.Policy) != 1 {
		t.Errorf("%+v", l)
	}
	deleteRole := ram.CreateDeleteRoleRequest()
	s.at(deleteRole.RpcRequest)
	deleteRole.RoleName = "reader"
	_, err = c.DeleteRole(deleteRole)
	wantCode(t, err, 409, "DeleteConflict.Role.Policy")
	detach := ram.CreateDetachPolicyFromRoleRequest()
	s.at(detach.RpcRequest)
	detach.PolicyType, detach.PolicyName, detach.RoleName = "Custom", "read", "reader"
	must[*ram.DetachPolicyFromRoleResponse](t)(c.DetachPolicyFromRole(detach))
	deleteRole = ram.CreateDeleteRoleRequest()
	s.at(deleteRole.RpcRequest)
	deleteRole.RoleName = "reader"
	must[*ram.DeleteRoleResponse](t)(c.DeleteRole(deleteRole))

	listKeys := ram.CreateListAccessKeysRequest()
	s.at(listKeys.RpcRequest)
	listKeys.UserName = "ann"
	keys := must[*ram.ListAccessKeysResponse](t)(c.ListAccessKeys(listKeys)).AccessKeys.AccessKey
	if len(keys) != 1 {
		t.Fatalf("%+v", keys)
	}
	for _, status := range []string{"Inactive", "Active"} {
		updateKey := ram.CreateUpdateAccessKeyRequest()
		s.at(updateKey.RpcRequest)
		updateKey.UserAccessKeyId, updateKey.UserName, updateKey.Status = keys[0].AccessKeyId, "ann", status
		must[*ram.UpdateAccessKeyResponse](t)(c.UpdateAccessKey(updateKey))
	}
}

// refusedBoth wants the details of a refusal in the hands of both kinds of client.
func (s *service) refusedBoth(t *testing.T, id, secret string) {
	t.Helper()
	c := must[*openapi.Client](t)(openapi.NewClient(&openapi.Config{AccessKeyId: tea.String(id), AccessKeySecret: tea.String(secret), Endpoint: tea.String(s.addr), Protocol: tea.String("HTTP")}))
	_, err := c.CallApi(params("ListPipelines"), &openapi.OpenApiRequest{}, &dara.RuntimeOptions{})
	var e *tea.SDKError
	if !errors.As(err, &e) || tea.IntValue(e.StatusCode) != 403 || tea.StringValue(e.Code) != "Forbidden" ||
		e.AccessDeniedDetail["AuthAction"] != "ice:ListPipelines" || e.AccessDeniedDetail["NoPermissionType"] != "ImplicitDeny" {
		t.Errorf("tea: %v", err)
	}
	classic := must[*vendor.Client](t)(vendor.NewClientWithAccessKey("cn-shanghai", id, secret))
	r := requests.NewCommonRequest()
	r.Scheme, r.Domain, r.Version, r.ApiName = "http", s.addr, apiVersion, "ListPipelines"
	_, err = classic.ProcessCommonRequest(r)
	if e := wantCode(t, err, 403, "Forbidden"); e != nil {
		text, err := json.Marshal(e.AccessDeniedDetail())
		if err != nil || !strings.Contains(string(text), "SubUser") {
			t.Errorf("classic: %s, %v", text, err)
		}
	}
}

func params(action string) *openapi.Params {
	return &openapi.Params{Action: tea.String(action), Version: tea.String(apiVersion), Protocol: tea.String("HTTP"), Method: tea.String("POST"),
		Pathname: tea.String("/"), AuthType: tea.String("AK"), Style: tea.String("RPC"), ReqBodyType: tea.String("formData"), BodyType: tea.String("json")}
}

func (s *service) callerIdentity(t *testing.T, id, secret string) (*sts.GetCallerIdentityResponse, error) {
	t.Helper()
	c := must[*sts.Client](t)(sts.NewClientWithAccessKey("cn-shanghai", id, secret))
	r := sts.CreateGetCallerIdentityRequest()
	s.at(r.RpcRequest)
	return c.GetCallerIdentity(r)
}

// sessions takes on a role and uses its key with both ways of signing.
func (s *service) sessions(t *testing.T, arn string) {
	t.Helper()
	c := must[*sts.Client](t)(sts.NewClientWithAccessKey("cn-shanghai", keyID, keySecret))
	assume := func(arn, name string) (*sts.AssumeRoleResponse, error) {
		r := sts.CreateAssumeRoleRequest()
		s.at(r.RpcRequest)
		r.RoleArn, r.RoleSessionName, r.DurationSeconds = arn, name, "900"
		return c.AssumeRole(r)
	}
	got := must[*sts.AssumeRoleResponse](t)(assume(arn, "ci"))
	k := got.Credentials
	if ends, err := time.Parse(time.RFC3339, k.Expiration); err != nil || time.Until(ends) > 15*time.Minute || time.Until(ends) < 14*time.Minute {
		t.Errorf("%+v", k)
	}
	if !strings.HasSuffix(got.AssumedRoleUser.Arn, "assumed-role/reader/ci") {
		t.Errorf("%+v", got.AssumedRoleUser)
	}
	_, err := assume(arn+"x", "ci")
	wantCode(t, err, 404, "EntityNotExist.Role")
	_, err = assume(arn, "")
	wantCode(t, err, 400, "MissingParameter")

	classic := must[*vendor.Client](t)(vendor.NewClientWithStsToken("cn-shanghai", k.AccessKeyId, k.AccessKeySecret, k.SecurityToken))
	for action, code := range map[string]string{"ListPipelines": "", "CreatePipeline": "Forbidden"} {
		r := requests.NewCommonRequest()
		r.Scheme, r.Domain, r.Version, r.ApiName = "http", s.addr, apiVersion, action
		_, err := classic.ProcessCommonRequest(r)
		if code == "" && err != nil {
			t.Errorf("classic: %v", err)
		} else if code != "" {
			wantCode(t, err, 403, code)
		}
	}
	for _, algorithm := range []string{"", "v2"} {
		config := &openapi.Config{AccessKeyId: tea.String(k.AccessKeyId), AccessKeySecret: tea.String(k.AccessKeySecret), SecurityToken: tea.String(k.SecurityToken),
			Endpoint: tea.String(s.addr), Protocol: tea.String("HTTP")}
		if algorithm != "" {
			config.SignatureAlgorithm = tea.String(algorithm)
		}
		c := must[*openapi.Client](t)(openapi.NewClient(config))
		if _, err := c.CallApi(params("ListPipelines"), &openapi.OpenApiRequest{Query: openapiutil.Query(map[string]string{})}, &dara.RuntimeOptions{}); err != nil {
			t.Errorf("tea %q: %v", algorithm, err)
		}
		config.SecurityToken = tea.String(k.SecurityToken[:len(k.SecurityToken)-2])
		c = must[*openapi.Client](t)(openapi.NewClient(config))
		_, err := c.CallApi(params("ListPipelines"), &openapi.OpenApiRequest{}, &dara.RuntimeOptions{})
		var e *tea.SDKError
		if !errors.As(err, &e) || tea.StringValue(e.Code) != "InvalidSecurityToken.Malformed" {
			t.Errorf("tea %q with a damaged token: %v", algorithm, err)
		}
	}
}
