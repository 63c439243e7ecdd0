package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) deleteAccessKey(ctx context.Context, c *call, id string) (any, error) {
	if err := refuseOwnKey(c, id); err != nil {
		return nil, err
	}
	if err := s.cfg.Auth.DeleteKey(ctx, c.who.Account, id); err != nil {
		return nil, about(id, err)
	}
	return ims.EmptyResponse{RequestId: c.id}, nil
}
