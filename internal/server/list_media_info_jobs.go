package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// listMediaInfoJobs returns one page of the account's jobs.
func (s *Server) listMediaInfoJobs(ctx context.Context, c *call, l ims.JobList) (any, error) {
	if l.Nothing {
		return ims.ListMediaInfoJobsOf(c.id, nil, ""), nil
	}
	jobs, next, err := s.cfg.Queue.List(ctx, c.who.Account, l.Filter, l.PageSize, l.PageToken)
	if err != nil {
		return nil, err
	}
	return ims.ListMediaInfoJobsOf(c.id, jobs, next), nil
}
