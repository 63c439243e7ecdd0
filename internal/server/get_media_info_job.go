package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// getMediaInfoJob returns a job, after waiting for its end if asked to.
func (s *Server) getMediaInfoJob(ctx, client context.Context, c *call, q ims.JobQuery) (any, error) {
	get := s.cfg.Queue.Get
	if q.Wait > 0 {
		wait, cancel := context.WithTimeout(client, q.Wait)
		defer cancel()
		ctx, get = wait, s.cfg.Queue.Wait
	}
	j, err := get(ctx, c.who.Account, q.ID)
	if err != nil {
		return nil, about(q.ID.String(), err)
	}
	return ims.MediaInfoJobResponse{RequestId: c.id, MediaInfoJob: ims.MediaInfoJobOf(j)}, nil
}
