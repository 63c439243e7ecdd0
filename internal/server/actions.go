package server

import (
	"context"

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

// table says who does which action.
func (s *Server) table() map[string]handler {
	return map[string]handler{
		ims.CreateAccessKey:        handle(s.createAccessKey),
		ims.CreatePipeline:         handle(s.createPipeline),
		ims.DeleteAccessKey:        handle(s.deleteAccessKey),
		ims.DeletePipeline:         handle(s.deletePipeline),
		ims.GetEventCallback:       handle(s.getEventCallback),
		ims.GetMediaInfoJob:        handleWaiting(s.getMediaInfoJob),
		ims.GetPipeline:            handle(s.getPipeline),
		ims.ListAccessKeys:         handle(s.listAccessKeys),
		ims.ListCallbackDeliveries: handle(s.listCallbackDeliveries),
		ims.ListMediaInfoJobs:      handle(s.listMediaInfoJobs),
		ims.ListPipelines:          handle(s.listPipelines),
		ims.ReplayCallbackDelivery: handle(s.replayCallbackDelivery),
		ims.SetEventCallback:       handle(s.setEventCallback),
		ims.SubmitMediaInfoJob:     handle(s.submitMediaInfoJob),
		ims.SubmitSyncMediaInfoJob: handleWaiting(s.submitSyncMediaInfoJob),
		ims.UpdateAccessKey:        handle(s.updateAccessKey),
		ims.UpdatePipeline:         handle(s.updatePipeline),
	}
}
