package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
)

func (s *Server) listPipelines(ctx context.Context, c *call, speed job.Speed) (any, error) {
	all, err := s.cfg.Queue.ListPipelines(ctx, c.who.Account, speed)
	if err != nil {
		return nil, err
	}
	out := ims.PipelineListResponse{RequestId: c.id, PipelineList: make([]ims.Pipeline, 0, len(all))}
	for _, p := range all {
		out.PipelineList = append(out.PipelineList, ims.PipelineOf(p))
	}
	return out, nil
}
