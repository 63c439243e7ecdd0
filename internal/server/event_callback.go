package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/callback"
	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) setEventCallback(ctx context.Context, c *call, in ims.EventCallback) (any, error) {
	if in.CallbackType == "MNS" && !s.cfg.Callbacks.ServesQueues() {
		return nil, ims.Invalid("CallbackType", "No queues are configured on this server: use HTTP, or set callback-queue-endpoint.")
	}
	err := s.cfg.Callbacks.SetSettings(ctx, c.who.Account, callback.Settings{
		Kind: in.CallbackType, URL: in.CallbackURL, Queue: in.CallbackQueueName, Events: in.EventTypeList,
		Signed: in.AuthSwitch, AuthKey: in.AuthKey,
	})
	if err != nil {
		return nil, err
	}
	return ims.SuccessResponse{RequestId: c.id, Success: true}, nil
}

func (s *Server) getEventCallback(ctx context.Context, c *call, _ struct{}) (any, error) {
	is, err := s.cfg.Callbacks.Settings(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	return ims.EventCallbackOf(c.id, ims.EventCallback{
		CallbackType: is.Kind, CallbackURL: is.URL, CallbackQueueName: is.Queue, EventTypeList: is.Events,
		AuthSwitch: is.Signed, AuthKey: is.AuthKey,
	}, callback.SpellSecret(s.cfg.Callbacks.Secret(c.who.Account))), nil
}
