package ims

import (
	"sort"
	"strings"
)

// The action names.
const (
	SubmitMediaInfoJob     = "SubmitMediaInfoJob"
	SubmitSyncMediaInfoJob = "SubmitSyncMediaInfoJob"
	GetMediaInfoJob        = "GetMediaInfoJob"
	ListMediaInfoJobs      = "ListMediaInfoJobs"

	SubmitMediaInfoJobs = "SubmitMediaInfoJobs"
	CancelMediaInfoJob  = "CancelMediaInfoJob"

	RegisterMediaInfo   = "RegisterMediaInfo"
	GetMediaInfo        = "GetMediaInfo"
	BatchGetMediaInfos  = "BatchGetMediaInfos"
	UpdateMediaInfo     = "UpdateMediaInfo"
	DeleteMediaInfos    = "DeleteMediaInfos"
	ListMediaBasicInfos = "ListMediaBasicInfos"

	CreatePipeline = "CreatePipeline"
	GetPipeline    = "GetPipeline"
	ListPipelines  = "ListPipelines"
	UpdatePipeline = "UpdatePipeline"
	DeletePipeline = "DeletePipeline"

	SetEventCallback       = "SetEventCallback"
	GetEventCallback       = "GetEventCallback"
	ListCallbackDeliveries = "ListCallbackDeliveries"
	ReplayCallbackDelivery = "ReplayCallbackDelivery"

	GetStorageList            = "GetStorageList"
	GetDefaultStorageLocation = "GetDefaultStorageLocation"
	SetDefaultStorageLocation = "SetDefaultStorageLocation"
	AddStorage                = "AddStorage"
	RemoveStorage             = "RemoveStorage"

	CreateAccessKey = "CreateAccessKey"
	ListAccessKeys  = "ListAccessKeys"
	UpdateAccessKey = "UpdateAccessKey"
	DeleteAccessKey = "DeleteAccessKey"

	CreateUser           = "CreateUser"
	GetUser              = "GetUser"
	ListUsers            = "ListUsers"
	DeleteUser           = "DeleteUser"
	CreateRole           = "CreateRole"
	GetRole              = "GetRole"
	ListRoles            = "ListRoles"
	DeleteRole           = "DeleteRole"
	CreatePolicy         = "CreatePolicy"
	CreatePolicyVersion  = "CreatePolicyVersion"
	GetPolicy            = "GetPolicy"
	ListPolicies         = "ListPolicies"
	DeletePolicy         = "DeletePolicy"
	AttachPolicyToUser   = "AttachPolicyToUser"
	DetachPolicyFromUser = "DetachPolicyFromUser"
	ListPoliciesForUser  = "ListPoliciesForUser"
	AttachPolicyToRole   = "AttachPolicyToRole"
	DetachPolicyFromRole = "DetachPolicyFromRole"
	ListPoliciesForRole  = "ListPoliciesForRole"

	QueryMediaInfoJobList = "QueryMediaInfoJobList"
	AddPipeline           = "AddPipeline"
	QueryPipelineList     = "QueryPipelineList"
	SearchPipeline        = "SearchPipeline"

	CreateAccount = "CreateAccount"
	ListAccounts  = "ListAccounts"
	ListNodes     = "ListNodes"

	AssumeRole        = "AssumeRole"
	GetCallerIdentity = "GetCallerIdentity"
)

const (
	submitParams  = "Input!:json Name UserData ScheduleConfig:json ClientToken+"
	listingParams = "Marker MaxItems:integer"
)

// actions is the table of everything that can be called, sorted by name and version when the program
// starts. The documents on coverage and the OpenAPI document are made from it.
var actions = sorted([]Action{
	{Name: SubmitMediaInfoJob, Version: VersionICE, Durable: true, Summary: "submit a job and return at once", Reply: MediaInfoJobResponse{},
		Params: params(submitParams), relative: onSchedule, Decode: decoder(DecodeSubmitMediaInfoJob)},
	{Name: SubmitSyncMediaInfoJob, Version: VersionICE, Durable: true, Summary: "submit a job and wait for its end", Reply: MediaInfoJobResponse{},
		Params: params(submitParams), relative: onSchedule, Decode: decoder(DecodeSubmitSyncMediaInfoJob)},
	{Name: GetMediaInfoJob, Version: VersionICE, Summary: "return one job, waiting for its end if asked to", Reply: MediaInfoJobResponse{},
		Params: params("JobId! WaitSeconds+:integer"), Decode: decoder(DecodeGetMediaInfoJob)},
	{Name: ListMediaInfoJobs, Version: VersionICE, Summary: "list jobs, newest first", Reply: ListMediaInfoJobsResponse{},
		Params: params("StartOfCreateTime EndOfCreateTime JobId Status OrderBy PageSize:integer NextPageToken"), Decode: decoder(DecodeListMediaInfoJobs)},

	{Name: SubmitMediaInfoJobs, Version: VersionICE, Own: true, Durable: true, Summary: "submit up to 100 jobs, all or none", Reply: MediaInfoJobsResponse{},
		Params: params("Jobs!:json"), Decode: decoder(DecodeSubmitMediaInfoJobs)},
	{Name: CancelMediaInfoJob, Version: VersionICE, Own: true, Durable: true, Summary: "end a job that nobody runs yet", Reply: MediaInfoJobResponse{},
		Params: params("JobId!"), Decode: decoder(DecodeGetMediaInfoJob)},

	{Name: RegisterMediaInfo, Version: VersionICE, Durable: true, Summary: "register an object as a media asset, and analyse it", Reply: MediaIDResponse{},
		Params: assetNotDone(params("InputURL! MediaType BusinessType Title Description MediaTags CoverURL UserData:json Overwrite:boolean ClientToken CateId:integer ReferenceId")),
		Decode: decoder(DecodeRegisterMediaInfo)},
	{Name: GetMediaInfo, Version: VersionICE, Summary: "return a media asset with what is known of its file", Reply: MediaInfoResponse{},
		Params: but(but(but(params("MediaId InputURL"), "OutputType", NotDone, "ignored: addresses are those of the bucket"), "ReturnDetailedInfo", NotDone, "ignored: there is no AI data"),
			"AuthTimeout", NotDone, "ignored: addresses are not signed"), Decode: decoder(DecodeGetMediaInfo)},
	{Name: BatchGetMediaInfos, Version: VersionICE, Summary: "return up to 20 media assets", Reply: MediaInfosResponse{},
		Params: but(params("MediaIds! AdditionType"), "AuthTimeout", NotDone, "ignored: addresses are not signed"), Decode: decoder(DecodeBatchGetMediaInfos)},
	{Name: UpdateMediaInfo, Version: VersionICE, Durable: true, Summary: "change what is said of a media asset", Reply: MediaIDResponse{},
		Params: params("MediaId InputURL Title Description CoverURL Category CateId:integer BusinessType MediaTags UserData ReferenceId AppendTags:boolean"), Decode: decoder(DecodeUpdateMediaInfo)},
	{Name: DeleteMediaInfos, Version: VersionICE, Durable: true, Summary: "forget media assets; their files are left alone", Reply: DeleteMediaInfosResponse{},
		Params: but(params("MediaIds InputURLs"), "DeletePhysicalFiles", Different, "true is refused: files are never deleted"), Decode: decoder(DecodeDeleteMediaInfos)},
	{Name: ListMediaBasicInfos, Version: VersionICE, Summary: "list media assets, newest first", Reply: ListMediaBasicInfosResponse{},
		Params: but(params("MediaType BusinessType Source Status MediaId StartTime EndTime SortBy MaxResults:integer NextToken IncludeFileBasicInfo:boolean"), "AuthTimeout", NotDone, "ignored: addresses are not signed"),
		Decode: decoder(DecodeListMediaBasicInfos)},

	{Name: CreatePipeline, Version: VersionICE, Durable: true, Summary: "make a pipeline", Reply: PipelineResponse{},
		Params: params("Name! Speed! Priority:integer"), Decode: decoder(DecodeCreatePipeline)},
	{Name: GetPipeline, Version: VersionICE, Summary: "return one pipeline", Reply: PipelineResponse{},
		Params: params("PipelineId!"), relative: onPipeline, Decode: decoder(DecodePipelineID)},
	{Name: ListPipelines, Version: VersionICE, Summary: "list pipelines", Reply: PipelineListResponse{},
		Params: params("Speed"), Decode: decoder(DecodeListPipelines)},
	{Name: UpdatePipeline, Version: VersionICE, Durable: true, Summary: "rename, reprioritise, pause or resume a pipeline", Reply: SuccessResponse{},
		Params: params("PipelineId! Name Priority:integer Status"), relative: onPipeline, Decode: decoder(DecodeUpdatePipeline)},
	{Name: DeletePipeline, Version: VersionICE, Durable: true, Summary: "delete a pipeline that has no unfinished jobs", Reply: SuccessResponse{},
		Params: params("PipelineId!"), relative: onPipeline, Decode: decoder(DecodePipelineID)},

	{Name: SetEventCallback, Version: VersionICE, Durable: true, Summary: "say where events go", Reply: SuccessResponse{},
		Params: params("CallbackType CallbackURL CallbackQueueName EventTypeList AuthSwitch AuthKey"), Decode: decoder(DecodeSetEventCallback)},
	{Name: GetEventCallback, Version: VersionICE, Summary: "return where events go", Reply: EventCallbackResponse{},
		Decode: decoder(DecodeNothing)},
	{Name: ListCallbackDeliveries, Version: VersionICE, Own: true, Summary: "list deliveries of callbacks, oldest first", Reply: CallbackDeliveryListResponse{},
		Params: params("Status PageSize:integer NextPageToken"), Decode: decoder(DecodeListCallbackDeliveries)},
	{Name: ReplayCallbackDelivery, Version: VersionICE, Own: true, Durable: true, Summary: "deliver a callback once more", Reply: SuccessResponse{},
		Params: params("DeliveryId!"), Decode: decoder(DecodeReplayCallbackDelivery)},

	{Name: GetStorageList, Version: VersionICE, Summary: "list the buckets that the account may read", Reply: StorageListResponse{},
		Params: but(params("StorageType Status"), "AppId", NotDone, "ignored: there are no applications"), Decode: decoder(DecodeGetStorageList)},
	{Name: GetDefaultStorageLocation, Version: VersionICE, Summary: "return the bucket for new objects", Reply: StorageLocationResponse{},
		Decode: decoder(DecodeNothing)},
	{Name: SetDefaultStorageLocation, Version: VersionICE, Durable: true, Summary: "say which bucket is for new objects", Reply: SuccessResponse{},
		Params: params("StorageType Bucket! Path"), Decode: decoder(DecodeSetDefaultStorageLocation)},
	{Name: AddStorage, Version: VersionICE, Own: true, Durable: true, Summary: "let the account read a bucket", Reply: SuccessResponse{},
		Params: params("StorageType Bucket! Endpoint Region Root Path PathStyle:boolean StorageAccessKeyId StorageAccessKeySecret StorageSecurityToken"), Decode: decoder(DecodeAddStorage)},
	{Name: RemoveStorage, Version: VersionICE, Own: true, Durable: true, Summary: "take a bucket from the account", Reply: SuccessResponse{},
		Params: params("Bucket!"), Decode: decoder(DecodeRemoveStorage)},

	{Name: CreateAccessKey, Version: VersionRAM, Durable: true, Summary: "make an access key of the caller or of a user", Reply: AccessKeyResponse{},
		Params: params("UserName"), relative: about("user", "UserName"), Decode: decoder(DecodeKeyUser)},
	{Name: ListAccessKeys, Version: VersionRAM, Summary: "list the access keys of the caller or of a user", Reply: AccessKeyListResponse{},
		Params: params("UserName"), relative: about("user", "UserName"), Decode: decoder(DecodeKeyUser)},
	{Name: UpdateAccessKey, Version: VersionRAM, Durable: true, Summary: "switch an access key on or off", Reply: EmptyResponse{},
		Params: params("UserAccessKeyId! Status! UserName"), relative: about("user", "UserName"), Decode: decoder(DecodeUpdateAccessKey)},
	{Name: DeleteAccessKey, Version: VersionRAM, Durable: true, Summary: "delete an access key", Reply: EmptyResponse{},
		Params: params("UserAccessKeyId! UserName"), relative: about("user", "UserName"), Decode: decoder(DecodeDeleteAccessKey)},

	{Name: CreateUser, Version: VersionRAM, Durable: true, Summary: "make a user of the account", Reply: UserResponse{},
		Params:   but(but(params("UserName! DisplayName Comments"), "Email", NotDone, "ignored"), "MobilePhone", NotDone, "ignored"),
		relative: about("user", "UserName"), Decode: decoder(DecodeCreateUser)},
	{Name: GetUser, Version: VersionRAM, Summary: "return one user", Reply: UserResponse{},
		Params: params("UserName!"), relative: about("user", "UserName"), Decode: decoder(DecodeUserName)},
	{Name: ListUsers, Version: VersionRAM, Summary: "list users, oldest first", Reply: UserListResponse{},
		Params: params(listingParams), Decode: decoder(DecodeListing)},
	{Name: DeleteUser, Version: VersionRAM, Durable: true, Summary: "delete a user that has neither keys nor policies", Reply: EmptyResponse{},
		Params: params("UserName!"), relative: about("user", "UserName"), Decode: decoder(DecodeUserName)},
	{Name: CreateRole, Version: VersionRAM, Durable: true, Summary: "make a role that users may take on", Reply: RoleResponse{},
		Params: params("RoleName! AssumeRolePolicyDocument! Description MaxSessionDuration:integer"), relative: about("role", "RoleName"), Decode: decoder(DecodeCreateRole)},
	{Name: GetRole, Version: VersionRAM, Summary: "return one role", Reply: RoleResponse{},
		Params: params("RoleName!"), relative: about("role", "RoleName"), Decode: decoder(DecodeRoleName)},
	{Name: ListRoles, Version: VersionRAM, Summary: "list roles, oldest first", Reply: RoleListResponse{},
		Params: params(listingParams), Decode: decoder(DecodeListing)},
	{Name: DeleteRole, Version: VersionRAM, Durable: true, Summary: "delete a role that has no policies", Reply: EmptyResponse{},
		Params: params("RoleName!"), relative: about("role", "RoleName"), Decode: decoder(DecodeRoleName)},
	{Name: CreatePolicy, Version: VersionRAM, Durable: true, Summary: "make a policy", Reply: PolicyResponse{},
		Params: params("PolicyName! Description PolicyDocument!:json"), relative: about("policy", "PolicyName"), Decode: decoder(DecodeCreatePolicy)},
	{Name: CreatePolicyVersion, Version: VersionRAM, Durable: true, Summary: "give a policy another document", Reply: PolicyVersionResponse{},
		Params: but(but(params("PolicyName! PolicyDocument!:json"), "SetAsDefault", Different, "the new document always holds at once; older ones are not kept"),
			"RotateStrategy", NotDone, "older documents are not kept"), relative: about("policy", "PolicyName"), Decode: decoder(DecodeCreatePolicy)},
	{Name: GetPolicy, Version: VersionRAM, Summary: "return one policy with its document", Reply: PolicyDocumentResponse{},
		Params: params("PolicyType! PolicyName!"), relative: about("policy", "PolicyName"), Decode: decoder(DecodePolicyRef)},
	{Name: ListPolicies, Version: VersionRAM, Summary: "list policies, the account's own first", Reply: PolicyListResponse{},
		Params: params("PolicyType " + listingParams), Decode: decoder(DecodeListing)},
	{Name: DeletePolicy, Version: VersionRAM, Durable: true, Summary: "delete a policy that nobody has", Reply: EmptyResponse{},
		Params: params("PolicyName!"), relative: about("policy", "PolicyName"), Decode: decoder(DecodePolicyName)},
	{Name: AttachPolicyToUser, Version: VersionRAM, Durable: true, Summary: "give a user a policy", Reply: EmptyResponse{},
		Params: params("PolicyType! PolicyName! UserName!"), relative: about("user", "UserName"), Decode: decoder(DecodeUserPolicy)},
	{Name: DetachPolicyFromUser, Version: VersionRAM, Durable: true, Summary: "take a policy from a user", Reply: EmptyResponse{},
		Params: params("PolicyType! PolicyName! UserName!"), relative: about("user", "UserName"), Decode: decoder(DecodeUserPolicy)},
	{Name: ListPoliciesForUser, Version: VersionRAM, Summary: "list the policies of a user", Reply: PolicyListResponse{},
		Params: params("UserName!"), relative: about("user", "UserName"), Decode: decoder(DecodeUserName)},
	{Name: AttachPolicyToRole, Version: VersionRAM, Durable: true, Summary: "give a role a policy", Reply: EmptyResponse{},
		Params: params("PolicyType! PolicyName! RoleName!"), relative: about("role", "RoleName"), Decode: decoder(DecodeRolePolicy)},
	{Name: DetachPolicyFromRole, Version: VersionRAM, Durable: true, Summary: "take a policy from a role", Reply: EmptyResponse{},
		Params: params("PolicyType! PolicyName! RoleName!"), relative: about("role", "RoleName"), Decode: decoder(DecodeRolePolicy)},
	{Name: ListPoliciesForRole, Version: VersionRAM, Summary: "list the policies of a role", Reply: PolicyListResponse{},
		Params: params("RoleName!"), relative: about("role", "RoleName"), Decode: decoder(DecodeRoleName)},

	{Name: SubmitMediaInfoJob, Version: VersionMTS, Durable: true, Summary: "submit a job, and wait for its end unless it is asynchronous", Reply: MtsJobResponse{},
		Params:   but(but(params("Input!:json UserData PipelineId Async:boolean"), "Config", NotDone, "ignored"), "RoleArn", NotDone, "ignored: buckets have their own credentials"),
		relative: onPipeline, Decode: decoder(DecodeMtsSubmit)},
	{Name: QueryMediaInfoJobList, Version: VersionMTS, Summary: "return up to ten jobs", Reply: MtsJobListResponse{},
		Params: params("MediaInfoJobIds!"), Decode: decoder(DecodeMtsJobIDs)},
	{Name: AddPipeline, Version: VersionMTS, Durable: true, Summary: "make a pipeline", Reply: MtsPipelineResponse{},
		Params: mtsPipelineNotDone(params("Name! Speed")), Decode: decoder(DecodeAddPipeline)},
	{Name: UpdatePipeline, Version: VersionMTS, Durable: true, Summary: "rename, pause or resume a pipeline", Reply: MtsPipelineResponse{},
		Params: mtsPipelineNotDone(params("PipelineId! Name! State!")), relative: onPipeline, Decode: decoder(DecodeMtsUpdatePipeline)},
	{Name: QueryPipelineList, Version: VersionMTS, Summary: "return up to ten pipelines", Reply: MtsPipelineListResponse{},
		Params: params("PipelineIds!"), Decode: decoder(DecodeMtsPipelineIDs)},
	{Name: SearchPipeline, Version: VersionMTS, Summary: "list pipelines by state, in pages", Reply: MtsPipelineSearchResponse{},
		Params: params("State PageNumber:integer PageSize:integer"), Decode: decoder(DecodeSearchPipeline)},
	{Name: DeletePipeline, Version: VersionMTS, Durable: true, Summary: "delete a pipeline that has no unfinished jobs", Reply: MtsPipelineIDResponse{},
		Params: params("PipelineId!"), relative: onPipeline, Decode: decoder(DecodeMtsPipelineID)},

	{Name: CreateAccount, Version: VersionRAM, Own: true, Durable: true, Summary: "make an account with a key; for the operator's account only", Reply: AccountResponse{},
		Params: params("AccountName!"), Decode: decoder(DecodeCreateAccount)},
	{Name: ListAccounts, Version: VersionRAM, Own: true, Summary: "list the accounts that were made; for the operator's account only", Reply: AccountListResponse{},
		Params: params(listingParams), Decode: decoder(DecodeListing)},

	{Name: ListNodes, Version: VersionICE, Own: true, Summary: "list the processes that share the work; for the operator's account only", Reply: NodeListResponse{},
		Decode: decoder(DecodeNothing)},
	{Name: AssumeRole, Version: VersionSTS, Durable: true, Summary: "take on a role: return a temporary key", Reply: AssumeRoleResponse{},
		Params:   but(params("RoleArn! RoleSessionName! DurationSeconds:integer Policy:json"), "ExternalId", NotDone, "ignored"),
		relative: onRole, Decode: decoder(DecodeAssumeRole)},
	{Name: GetCallerIdentity, Version: VersionSTS, Summary: "say who the caller is; every key may ask", Reply: CallerIdentityResponse{},
		Decode: decoder(DecodeNothing)},
})

// mtsPipelineNotDone marks what of the older product's pipelines is not here.
func mtsPipelineNotDone(all []Param) []Param {
	for _, name := range []string{"NotifyConfig", "Role", "SpeedLevel", "ExtendConfig"} {
		all = but(all, name, NotDone, "ignored: events go where SetEventCallback says, and levels are not told apart")
	}
	return all
}

// assetNotDone marks what of RegisterMediaInfo belongs to parts of the vendor's service that are not here.
func assetNotDone(all []Param) []Param {
	for name, note := range map[string]string{"RegisterConfig": "ignored: no snapshots or sprites are made", "WorkflowId": "ignored: there are no workflows", "SmartTagTemplateId": "ignored: there is no AI"} {
		all = but(all, name, NotDone, note)
	}
	sort.SliceStable(all[len(all)-3:], func(i, j int) bool { return all[len(all)-3+i].Name < all[len(all)-3+j].Name })
	return all
}

// onRole is the resource of AssumeRole: the role, whose account may be another one.
func onRole(r *Request) string {
	if arn := r.Params["RoleArn"]; strings.HasPrefix(arn, "acs:ram:") {
		return arn
	}
	return "*"
}

func sorted(all []Action) []Action {
	sort.Slice(all, func(i, j int) bool {
		if all[i].Name != all[j].Name {
			return all[i].Name < all[j].Name
		}
		return all[i].Version < all[j].Version
	})
	return all
}
