package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// handler does one action. ctx bounds the work; waiting for a job's end is bounded by client,
// which ends when the client goes away or the server drains.
type handler func(ctx, client context.Context, c *call, in any) (any, error)

// handle adapts a handler to the type that its action decodes to.
func handle[T any](f func(ctx context.Context, c *call, in T) (any, error)) handler {
	return func(ctx, _ context.Context, c *call, in any) (any, error) { return f(ctx, c, in.(T)) }
}

// handleWaiting is handle for actions that may wait.
func handleWaiting[T any](f func(ctx, client context.Context, c *call, in T) (any, error)) handler {
	return func(ctx, client context.Context, c *call, in any) (any, error) { return f(ctx, client, c, in.(T)) }
}

// table says who does which action, by version and name.
func (s *Server) table() map[string]map[string]handler {
	return map[string]map[string]handler{
		ims.VersionICE: {
			ims.BatchGetMediaInfos:        handle(s.batchGetMediaInfos),
			ims.CancelMediaInfoJob:        handle(s.cancelMediaInfoJob),
			ims.DeleteMediaInfos:          handle(s.deleteMediaInfos),
			ims.GetMediaInfo:              handle(s.getMediaInfo),
			ims.ListMediaBasicInfos:       handle(s.listMediaBasicInfos),
			ims.RegisterMediaInfo:         handle(s.registerMediaInfo),
			ims.SubmitMediaInfoJobs:       handle(s.submitMediaInfoJobs),
			ims.UpdateMediaInfo:           handle(s.updateMediaInfo),
			ims.AddStorage:                handle(s.addStorage),
			ims.CreatePipeline:            handle(s.createPipeline),
			ims.DeletePipeline:            handle(s.deletePipeline),
			ims.GetDefaultStorageLocation: handle(s.getDefaultStorageLocation),
			ims.ListNodes:                 handle(s.listNodes),
			ims.GetEventCallback:          handle(s.getEventCallback),
			ims.GetMediaInfoJob:           handleWaiting(s.getMediaInfoJob),
			ims.GetPipeline:               handle(s.getPipeline),
			ims.GetStorageList:            handle(s.getStorageList),
			ims.ListCallbackDeliveries:    handle(s.listCallbackDeliveries),
			ims.ListMediaInfoJobs:         handle(s.listMediaInfoJobs),
			ims.ListPipelines:             handle(s.listPipelines),
			ims.RemoveStorage:             handle(s.removeStorage),
			ims.ReplayCallbackDelivery:    handle(s.replayCallbackDelivery),
			ims.SetDefaultStorageLocation: handle(s.setDefaultStorageLocation),
			ims.SetEventCallback:          handle(s.setEventCallback),
			ims.SubmitMediaInfoJob:        handle(s.submitMediaInfoJob),
			ims.SubmitSyncMediaInfoJob:    handleWaiting(s.submitSyncMediaInfoJob),
			ims.UpdatePipeline:            handle(s.updatePipeline),
		},
		ims.VersionMTS: {
			ims.AddPipeline:           handle(s.mtsAddPipeline),
			ims.DeletePipeline:        handle(s.mtsDeletePipeline),
			ims.QueryMediaInfoJobList: handle(s.mtsQueryJobs),
			ims.QueryPipelineList:     handle(s.mtsQueryPipelines),
			ims.SearchPipeline:        handle(s.mtsSearchPipelines),
			ims.SubmitMediaInfoJob:    handleWaiting(s.mtsSubmit),
			ims.UpdatePipeline:        handle(s.mtsUpdatePipeline),
		},
		ims.VersionRAM: {
			ims.AttachPolicyToRole:   handle(s.attachPolicy(iam.KindRole)),
			ims.AttachPolicyToUser:   handle(s.attachPolicy(iam.KindUser)),
			ims.CreateAccount:        handle(s.createAccount),
			ims.CreateAccessKey:      handle(s.createAccessKey),
			ims.CreatePolicy:         handle(s.createPolicy),
			ims.CreatePolicyVersion:  handle(s.createPolicyVersion),
			ims.CreateRole:           handle(s.createRole),
			ims.CreateUser:           handle(s.createUser),
			ims.DeleteAccessKey:      handle(s.deleteAccessKey),
			ims.DeletePolicy:         handle(s.deletePolicy),
			ims.DeleteRole:           handle(s.deleteRole),
			ims.DeleteUser:           handle(s.deleteUser),
			ims.DetachPolicyFromRole: handle(s.detachPolicy(iam.KindRole)),
			ims.DetachPolicyFromUser: handle(s.detachPolicy(iam.KindUser)),
			ims.GetPolicy:            handle(s.getPolicy),
			ims.GetRole:              handle(s.getRole),
			ims.GetUser:              handle(s.getUser),
			ims.ListAccessKeys:       handle(s.listAccessKeys),
			ims.ListAccounts:         handle(s.listAccounts),
			ims.ListPolicies:         handle(s.listPolicies),
			ims.ListPoliciesForRole:  handle(s.listPoliciesForRole),
			ims.ListPoliciesForUser:  handle(s.listPoliciesForUser),
			ims.ListRoles:            handle(s.listRoles),
			ims.ListUsers:            handle(s.listUsers),
			ims.UpdateAccessKey:      handle(s.updateAccessKey),
		},
		ims.VersionSTS: {
			ims.AssumeRole:        handle(s.assumeRole),
			ims.GetCallerIdentity: handle(s.getCallerIdentity),
		},
	}
}
