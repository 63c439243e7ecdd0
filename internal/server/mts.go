package server

import (
	"context"
	"errors"
	"slices"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
)

// The older product's operations act on the same jobs and pipelines.

func (s *Server) mtsSubmit(ctx, client context.Context, c *call, spec job.Spec) (any, error) {
	j, err := s.submit(ctx, c, spec)
	if err == nil && !spec.Async {
		wait, cancel := context.WithTimeout(client, s.cfg.SyncWait)
		defer cancel()
		j, err = s.cfg.Queue.Wait(wait, c.who.Account, j.ID)
	}
	if err != nil {
		return nil, mtsError(spec.PipelineID, err)
	}
	return ims.MtsJobResponse{RequestId: c.id, MediaInfoJob: ims.MtsJobOf(j)}, nil
}

// mtsError spells what is not there as the older product does.
func mtsError(id string, err error) error {
	if errors.Is(err, job.ErrPipelineNotFound) {
		return ims.MtsNotFound(id)
	}
	return err
}

func (s *Server) mtsQueryJobs(ctx context.Context, c *call, ids []string) (any, error) {
	out := ims.MtsJobListResponse{RequestId: c.id, NonExistMediaInfoJobIds: ims.MtsStrings{String: []string{}}, MediaInfoJobList: ims.MtsJobs{MediaInfoJob: []ims.MtsJob{}}}
	var found []*job.Job
	for _, text := range ids {
		id, err := job.ParseID(text)
		var j *job.Job
		if err == nil {
			j, err = s.cfg.Queue.Get(ctx, c.who.Account, id)
		}
		switch {
		case errors.Is(err, job.ErrNotFound), errors.Is(err, job.ErrBadID):
			out.NonExistMediaInfoJobIds.String = append(out.NonExistMediaInfoJobIds.String, text)
		case err != nil:
			return nil, err
		default:
			found = append(found, j)
		}
	}
	slices.SortStableFunc(found, func(a, b *job.Job) int { return b.Created.Compare(a.Created) })
	for _, j := range found {
		out.MediaInfoJobList.MediaInfoJob = append(out.MediaInfoJobList.MediaInfoJob, ims.MtsJobOf(j))
	}
	return out, nil
}

func (s *Server) mtsAddPipeline(ctx context.Context, c *call, p ims.NewPipeline) (any, error) {
	made, err := s.cfg.Queue.CreatePipeline(ctx, c.who.Account, p.Name, p.Speed, p.Priority)
	if err != nil {
		return nil, err
	}
	return ims.MtsPipelineResponse{RequestId: c.id, Pipeline: ims.MtsPipelineOf(made)}, nil
}

func (s *Server) mtsUpdatePipeline(ctx context.Context, c *call, u ims.PipelineChange) (any, error) {
	err := s.cfg.Queue.UpdatePipeline(ctx, c.who.Account, u.ID, u.Update)
	if err != nil {
		return nil, mtsError(u.ID, err)
	}
	p, err := s.cfg.Queue.GetPipeline(ctx, c.who.Account, u.ID)
	if err != nil {
		return nil, mtsError(u.ID, err)
	}
	return ims.MtsPipelineResponse{RequestId: c.id, Pipeline: ims.MtsPipelineOf(p)}, nil
}

func (s *Server) mtsQueryPipelines(ctx context.Context, c *call, ids []string) (any, error) {
	all, err := s.cfg.Queue.ListPipelines(ctx, c.who.Account, "")
	if err != nil {
		return nil, err
	}
	out := ims.MtsPipelineListResponse{RequestId: c.id, NonExistPids: ims.MtsStrings{String: []string{}}, PipelineList: ims.MtsPipelines{Pipeline: []ims.MtsPipeline{}}}
	for _, id := range ids {
		if i := slices.IndexFunc(all, func(p *job.Pipeline) bool { return p.ID == id }); i >= 0 {
			out.PipelineList.Pipeline = append(out.PipelineList.Pipeline, ims.MtsPipelineOf(all[i]))
		} else {
			out.NonExistPids.String = append(out.NonExistPids.String, id)
		}
	}
	return out, nil
}

func (s *Server) mtsSearchPipelines(ctx context.Context, c *call, in ims.PipelineSearch) (any, error) {
	all, err := s.cfg.Queue.ListPipelines(ctx, c.who.Account, "")
	if err != nil {
		return nil, err
	}
	var fit []ims.MtsPipeline
	for _, p := range all {
		if m := ims.MtsPipelineOf(p); in.State == "" || m.State == in.State {
			fit = append(fit, m)
		}
	}
	out := ims.MtsPipelineSearchResponse{RequestId: c.id, TotalCount: len(fit), PageNumber: in.PageNumber, PageSize: in.PageSize, PipelineList: ims.MtsPipelines{Pipeline: []ims.MtsPipeline{}}}
	if from := (in.PageNumber - 1) * in.PageSize; from < len(fit) {
		out.PipelineList.Pipeline = append(out.PipelineList.Pipeline, fit[from:min(from+in.PageSize, len(fit))]...)
	}
	return out, nil
}

func (s *Server) mtsDeletePipeline(ctx context.Context, c *call, id string) (any, error) {
	if err := s.cfg.Queue.DeletePipeline(ctx, c.who.Account, id); err != nil {
		return nil, mtsError(id, err)
	}
	return ims.MtsPipelineIDResponse{RequestId: c.id, PipelineId: id}, nil
}
