package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/source"
)

// submitMediaInfoJob answers once the job is on stable storage.
func (s *Server) submitMediaInfoJob(ctx context.Context, c *call, spec job.Spec) (any, error) {
	j, err := s.submit(ctx, c, spec)
	if err != nil {
		return nil, err
	}
	return ims.MediaInfoJobResponse{RequestId: c.id, MediaInfoJob: ims.MediaInfoJobOf(j)}, nil
}

// accept checks an input and notes how it is shown.
func (s *Server) accept(ctx context.Context, c *call, spec *job.Spec) error {
	in := &spec.Input
	if in.Type == job.InputOSS {
		if shown := source.Redact(in.Media); shown != in.Media {
			in.Shown = shown
		}
	}
	spec.RequestID = c.id
	if err := s.cfg.CheckInput(ctx, c.who.Account, *in); err != nil {
		return about(in.Display(), err)
	}
	return nil
}

// submit is what both submitting actions do.
func (s *Server) submit(ctx context.Context, c *call, spec job.Spec) (*job.Job, error) {
	if err := s.accept(ctx, c, &spec); err != nil {
		return nil, err
	}
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
