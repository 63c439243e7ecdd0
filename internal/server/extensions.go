package server

import (
	"context"
	"errors"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
)

// submitMediaInfoJobs makes all jobs or none.
func (s *Server) submitMediaInfoJobs(ctx context.Context, c *call, specs []job.Spec) (any, error) {
	for i := range specs {
		if err := s.accept(ctx, c, &specs[i]); err != nil {
			return nil, err
		}
	}
	jobs, err := s.cfg.Queue.SubmitAll(ctx, c.who.Account, specs)
	if err != nil {
		var at *queue.PlaceError
		if errors.As(err, &at) {
			return nil, about(specs[at.Place].PipelineID, err)
		}
		return nil, err
	}
	out := ims.MediaInfoJobsResponse{RequestId: c.id, Jobs: make([]ims.MediaInfoJob, len(jobs))}
	for i, j := range jobs {
		out.Jobs[i] = ims.MediaInfoJobOf(j)
	}
	return out, nil
}

// cancelMediaInfoJob ends a job that nobody runs yet.
func (s *Server) cancelMediaInfoJob(ctx context.Context, c *call, q ims.JobQuery) (any, error) {
	j, err := s.cfg.Queue.Cancel(ctx, c.who.Account, q.ID)
	if err != nil {
		return nil, about(q.ID.String(), err)
	}
	return ims.MediaInfoJobResponse{RequestId: c.id, MediaInfoJob: ims.MediaInfoJobOf(j)}, nil
}
