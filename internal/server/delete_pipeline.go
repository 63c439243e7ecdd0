package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) deletePipeline(ctx context.Context, c *call, id string) (any, error) {
	if err := s.cfg.Queue.DeletePipeline(ctx, c.who.Account, id); err != nil {
		return nil, about(id, err)
	}
	return ims.SuccessResponse{RequestId: c.id, Success: true}, nil
}
