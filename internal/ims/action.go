package ims

import "sort"

// The versions that are served.
const (
	VersionICE = "2020-11-09" // media information and pipelines
	VersionRAM = "2015-05-01" // access keys of the caller's own account
)

// The action names.
const (
	SubmitMediaInfoJob     = "SubmitMediaInfoJob"
	SubmitSyncMediaInfoJob = "SubmitSyncMediaInfoJob"
	GetMediaInfoJob        = "GetMediaInfoJob"
	ListMediaInfoJobs      = "ListMediaInfoJobs"
	CreatePipeline         = "CreatePipeline"
	GetPipeline            = "GetPipeline"
	ListPipelines          = "ListPipelines"
	UpdatePipeline         = "UpdatePipeline"
	DeletePipeline         = "DeletePipeline"
	CreateAccessKey        = "CreateAccessKey"
	ListAccessKeys         = "ListAccessKeys"
	UpdateAccessKey        = "UpdateAccessKey"
	DeleteAccessKey        = "DeleteAccessKey"
	SetEventCallback       = "SetEventCallback"
	GetEventCallback       = "GetEventCallback"
	ListCallbackDeliveries = "ListCallbackDeliveries" // an extension of ours
	ReplayCallbackDelivery = "ReplayCallbackDelivery" // an extension of ours
)

// Action is one operation of the API.
type Action struct {
	Name    string
	Version string
	Durable bool   // it writes: its nonce must be on disk before it succeeds
	Summary string // one line for people
	// Decode checks the parameters in the order of the documentation and returns the action's
	// request value. Its error is always an *Error.
	Decode func(*Request) (any, error)
}

var actions = []Action{
	{CreateAccessKey, VersionRAM, true, "make an access key for the caller's account", decoder(DecodeCreateAccessKey)},
	{CreatePipeline, VersionICE, true, "make a pipeline", decoder(DecodeCreatePipeline)},
	{DeleteAccessKey, VersionRAM, true, "delete an access key of the caller's account", decoder(DecodeDeleteAccessKey)},
	{DeletePipeline, VersionICE, true, "delete a pipeline that has no unfinished jobs", decoder(DecodePipelineID)},
	{GetEventCallback, VersionICE, false, "return where events go", decoder(DecodeGetEventCallback)},
	{GetMediaInfoJob, VersionICE, false, "return one job, waiting for its end if asked to", decoder(DecodeGetMediaInfoJob)},
	{GetPipeline, VersionICE, false, "return one pipeline", decoder(DecodePipelineID)},
	{ListAccessKeys, VersionRAM, false, "list the access keys of the caller's account", decoder(DecodeListAccessKeys)},
	{ListCallbackDeliveries, VersionICE, false, "list deliveries of callbacks, oldest first", decoder(DecodeListCallbackDeliveries)},
	{ListMediaInfoJobs, VersionICE, false, "list jobs, newest first", decoder(DecodeListMediaInfoJobs)},
	{ListPipelines, VersionICE, false, "list pipelines", decoder(DecodeListPipelines)},
	{ReplayCallbackDelivery, VersionICE, true, "deliver a callback once more", decoder(DecodeReplayCallbackDelivery)},
	{SetEventCallback, VersionICE, true, "say where events go", decoder(DecodeSetEventCallback)},
	{SubmitMediaInfoJob, VersionICE, true, "submit a job and return at once", decoder(DecodeSubmitMediaInfoJob)},
	{SubmitSyncMediaInfoJob, VersionICE, true, "submit a job and wait for its end", decoder(DecodeSubmitSyncMediaInfoJob)},
	{UpdateAccessKey, VersionRAM, true, "switch an access key on or off", decoder(DecodeUpdateAccessKey)},
	{UpdatePipeline, VersionICE, true, "rename, reprioritise, pause or resume a pipeline", decoder(DecodeUpdatePipeline)},
}

func decoder[T any](f func(*Request) (T, error)) func(*Request) (any, error) {
	return func(r *Request) (any, error) { return f(r) }
}

// Actions returns all actions, sorted by name.
func Actions() []Action { return append([]Action(nil), actions...) }

// LookUp finds the action that r names. The error tells an unknown version from an unknown
// action, and a missing name from both.
func LookUp(r *Request) (Action, error) {
	switch {
	case r.Action == "":
		return Action{}, NewError(MissingAction)
	case r.Version == "":
		return Action{}, NewError(MissingVersion)
	case r.Version != VersionICE && r.Version != VersionRAM:
		return Action{}, NewError(NoSuchVersion)
	}
	i := sort.Search(len(actions), func(i int) bool { return actions[i].Name >= r.Action })
	if i == len(actions) || actions[i].Name != r.Action || actions[i].Version != r.Version {
		return Action{}, NewError(ActionNotFound)
	}
	return actions[i], nil
}
