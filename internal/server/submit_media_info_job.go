package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
)

// submitMediaInfoJob answers once the job is on stable storage.
func (s *Server) submitMediaInfoJob(ctx context.Context, c *call, spec job.Spec) (any, error) {
	j, err := s.submit(ctx, c, spec)
	if err != nil {
		return nil, err
	}
	return ims.MediaInfoJobResponse{RequestId: c.id, MediaInfoJob: ims.MediaInfoJobOf(j)}, nil
}

// submit is what both submitting actions do.
func (s *Server) submit(ctx context.Context, c *call, spec job.Spec) (*job.Job, error) {
	if err := s.cfg.CheckInput(ctx, c.who.Account, spec.Input); err != nil {
		return nil, about(spec.Input.Media, err)
	}
	spec.RequestID = c.id
	id := s.cfg.Queue.NewID()
	if token := c.ClientToken(); token != "" {
		text, err := s.cfg.Once.Begin(ctx, c.who.Account, c.action.Permission(), token, c.Digest(), id.String())
		if err == nil {
			id, err = job.ParseID(text)
		}
		if err != nil {
			return nil, err
		}
	}
	j, err := s.cfg.Queue.SubmitOnce(ctx, c.who.Account, id, spec)
	return j, about(spec.PipelineID, err)
}
