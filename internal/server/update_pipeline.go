package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) updatePipeline(ctx context.Context, c *call, u ims.PipelineChange) (any, error) {
	if err := s.cfg.Queue.UpdatePipeline(ctx, c.who.Account, u.ID, u.Update); err != nil {
		return nil, about(u.ID, err)
	}
	return ims.SuccessResponse{RequestId: c.id, Success: true}, nil
}
