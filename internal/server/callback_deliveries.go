package server

import (
	"context"
	"strconv"

	"github.com/mediagauge/mediagauge/internal/callback"
	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) listCallbackDeliveries(ctx context.Context, c *call, f ims.DeliveryFilter) (any, error) {
	found, err := s.cfg.Callbacks.List(ctx, c.who.Account, callback.State(f.Status), f.After, f.PageSize+1)
	if err != nil {
		return nil, err
	}
	out := ims.CallbackDeliveryListResponse{RequestId: c.id, DeliveryList: []ims.CallbackDelivery{}}
	if len(found) > f.PageSize {
		found = found[:f.PageSize]
		out.NextPageToken = ims.DeliveryToken(found[len(found)-1].No)
	}
	for _, d := range found {
		out.DeliveryList = append(out.DeliveryList, ims.CallbackDeliveryOf(ims.Delivery{
			No: d.No, Message: d.ID, Job: d.Job, Target: d.Target, Status: string(d.State), Attempts: d.Attempts, Last: d.Last,
			Created: d.Created, Next: d.Next, Finished: d.Ended, Body: d.Body,
		}))
	}
	return out, nil
}

func (s *Server) replayCallbackDelivery(ctx context.Context, c *call, no int64) (any, error) {
	if err := s.cfg.Callbacks.Replay(ctx, c.who.Account, no); err != nil {
		return nil, about(strconv.FormatInt(no, 10), err)
	}
	return ims.SuccessResponse{RequestId: c.id, Success: true}, nil
}
