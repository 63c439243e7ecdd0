package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/asset"
	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/source"
)

func (s *Server) registerMediaInfo(ctx context.Context, c *call, in ims.NewAsset) (any, error) {
	if err := s.cfg.CheckInput(ctx, c.who.Account, job.Input{Type: job.InputOSS, Media: in.URL}); err != nil {
		var refused *job.InputError
		if errors.As(err, &refused) {
			return nil, ims.Invalid("InputURL", sentence(refused.Reason))
		}
		return nil, err
	}
	r := asset.Registration{URL: in.URL, Reference: in.Reference, Overwrite: in.Overwrite, NotifyAddress: in.NotifyAddress, RequestID: c.id}
	label(&r.Labels, &in.Labels)
	r.Source = "general"
	if len(in.URL) > 6 && (in.URL[:6] == "oss://" || in.URL[:6] == "OSS://") {
		r.Source = "oss"
	}
	if token := c.ClientToken(); token != "" {
		id, err := s.cfg.Once.Begin(ctx, c.who.Account, c.action.Permission(), token, c.Digest(), s.cfg.Queue.NewID().String())
		if err != nil {
			return nil, err
		}
		r.ID = id
	}
	a, err := s.cfg.Assets.Register(ctx, c.who.Account, r)
	return ims.MediaIDResponse{RequestId: c.id, MediaId: a.ID}, about(in.Reference, err)
}

// label sets what a call says.
func label(l *asset.Labels, in *ims.AssetLabels) {
	for _, f := range []struct{ into, from *string }{
		{&l.MediaType, in.MediaType}, {&l.BusinessType, in.BusinessType}, {&l.Title, in.Title}, {&l.Description, in.Description},
		{&l.CoverURL, in.CoverURL}, {&l.UserData, in.UserData}, {&l.Category, in.Category},
	} {
		if f.from != nil {
			*f.into = *f.from
		}
	}
	if in.CategoryID != nil {
		l.CategoryID = *in.CategoryID
	}
	if in.HasTags {
		l.Tags = in.Tags
	}
}

// theAsset finds an asset by id or URL.
func (s *Server) theAsset(ctx context.Context, c *call, ref ims.AssetRef) (asset.Asset, error) {
	if ref.ID != "" {
		a, err := s.cfg.Assets.Get(ctx, c.who.Account, ref.ID)
		return a, about(ref.ID, err)
	}
	a, err := s.cfg.Assets.Find(ctx, c.who.Account, ref.URL)
	return a, about(source.Redact(ref.URL), err)
}

func spellAsset(a *asset.Asset, amount int) ims.MediaAsset {
	return ims.MediaAssetOf(&ims.AssetFacts{
		ID: a.ID, URL: source.Redact(a.URL), MediaType: a.MediaType, BusinessType: a.BusinessType, Source: a.Source, Title: a.Title, Description: a.Description,
		Category: a.Category, CoverURL: a.CoverURL, UserData: a.UserData, Status: string(a.Status), Reference: a.Reference,
		CategoryID: a.CategoryID, Tags: a.Tags, Created: a.Created, Modified: a.Modified, Result: a.Result,
	}, amount)
}

func (s *Server) getMediaInfo(ctx context.Context, c *call, ref ims.AssetRef) (any, error) {
	a, err := s.theAsset(ctx, c, ref)
	if err != nil {
		return nil, err
	}
	return ims.MediaInfoResponse{RequestId: c.id, MediaInfo: spellAsset(&a, ims.AssetWholeFile)}, nil
}

func (s *Server) batchGetMediaInfos(ctx context.Context, c *call, in ims.AssetList) (any, error) {
	out := ims.MediaInfosResponse{RequestId: c.id, MediaInfos: []ims.MediaAsset{}, IgnoredList: []string{}}
	amount := ims.AssetNoFile
	if in.Files {
		amount = ims.AssetWholeFile
	}
	for _, id := range in.IDs {
		a, err := s.cfg.Assets.Get(ctx, c.who.Account, id)
		switch {
		case errors.Is(err, asset.ErrNotFound):
			out.IgnoredList = append(out.IgnoredList, id)
		case err != nil:
			return nil, err
		default:
			out.MediaInfos = append(out.MediaInfos, spellAsset(&a, amount))
		}
	}
	return out, nil
}

func (s *Server) updateMediaInfo(ctx context.Context, c *call, in ims.AssetChange) (any, error) {
	a, err := s.theAsset(ctx, c, in.AssetRef)
	if err != nil {
		return nil, err
	}
	a, err = s.cfg.Assets.Change(ctx, c.who.Account, a.ID, func(a *asset.Asset) error {
		tags := a.Tags
		label(&a.Labels, &in.Labels)
		if in.AppendTags {
			a.Tags = tags
			a.AddTags(in.Labels.Tags)
		}
		if len(a.Tags) > ims.MaxTags {
			return ims.Invalid("MediaTags", fmt.Sprintf("The asset would have more than %d.", ims.MaxTags))
		}
		if in.Reference != "" {
			a.Reference = in.Reference
		}
		return nil
	})
	return ims.MediaIDResponse{RequestId: c.id, MediaId: a.ID}, about(in.Reference, err)
}

func (s *Server) deleteMediaInfos(ctx context.Context, c *call, in ims.AssetList) (any, error) {
	out := ims.DeleteMediaInfosResponse{RequestId: c.id, ForbiddenList: []string{}, IgnoredList: []string{}}
	for _, id := range in.IDs {
		if err := s.cfg.Assets.Delete(ctx, c.who.Account, id); errors.Is(err, asset.ErrNotFound) {
			out.IgnoredList = append(out.IgnoredList, id)
		} else if err != nil {
			return nil, err
		}
	}
	for _, url := range in.URLs {
		a, err := s.cfg.Assets.Find(ctx, c.who.Account, url)
		if err == nil {
			err = s.cfg.Assets.Delete(ctx, c.who.Account, a.ID)
		}
		if errors.Is(err, asset.ErrNotFound) {
			out.IgnoredList = append(out.IgnoredList, source.Redact(url))
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Server) listMediaBasicInfos(ctx context.Context, c *call, f ims.AssetFilter) (any, error) {
	page, total, next, err := s.cfg.Assets.List(ctx, c.who.Account, asset.Filter{
		MediaType: f.MediaType, BusinessType: f.BusinessType, Source: f.Source, Status: asset.Status(f.Status), ID: f.ID,
		After: f.After, Until: f.Until, Oldest: f.Oldest, Limit: f.MaxResults, Cursor: f.NextToken,
	})
	if err != nil {
		return nil, err
	}
	amount := ims.AssetNoFile
	if f.Files {
		amount = ims.AssetFileBasics
	}
	out := ims.ListMediaBasicInfosResponse{RequestId: c.id, MediaInfos: []ims.MediaAsset{}, TotalCount: total, MaxResults: f.MaxResults, NextToken: next}
	for i := range page {
		out.MediaInfos = append(out.MediaInfos, spellAsset(&page[i], amount))
	}
	return out, nil
}
