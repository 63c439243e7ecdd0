package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
)

// submitSyncMediaInfoJob submits the same job as its sibling and waits for its end. When time
// is out the reply is the job as it stands.
func (s *Server) submitSyncMediaInfoJob(ctx, client context.Context, c *call, spec job.Spec) (any, error) {
	j, err := s.submit(ctx, c, spec)
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(client, s.cfg.SyncWait)
	defer cancel()
	if j, err = s.cfg.Queue.Wait(wait, c.who.Account, j.ID); err != nil {
		return nil, err
	}
	return ims.MediaInfoJobResponse{RequestId: c.id, MediaInfoJob: ims.MediaInfoJobOf(j)}, nil
}
