package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) createPipeline(ctx context.Context, c *call, p ims.NewPipeline) (any, error) {
	made, err := s.cfg.Queue.CreatePipeline(ctx, c.who.Account, p.Name, p.Speed, p.Priority)
	if err != nil {
		return nil, err
	}
	return ims.PipelineResponse{RequestId: c.id, Pipeline: ims.PipelineOf(made)}, nil
}
