package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) getPipeline(ctx context.Context, c *call, id string) (any, error) {
	p, err := s.cfg.Queue.GetPipeline(ctx, c.who.Account, id)
	if err != nil {
		return nil, about(id, err)
	}
	return ims.PipelineResponse{RequestId: c.id, Pipeline: ims.PipelineOf(p)}, nil
}
