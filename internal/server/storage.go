package server

import (
	"context"
	"slices"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/storage"
)

// storageKinds are the kinds of sources by the types of the wire.
var storageKinds = map[string]string{ims.StorageOSS: source.KindOSS, ims.StorageS3: source.KindS3, ims.StorageHTTP: source.KindHTTP}

func storageType(kind string) string {
	for name, k := range storageKinds {
		if k == kind {
			return name
		}
	}
	return kind
}

func (s *Server) addStorage(ctx context.Context, c *call, in ims.NewStorage) (any, error) {
	return ims.SuccessResponse{RequestId: c.id, Success: true}, s.cfg.Storage.Add(ctx, c.who.Account, storage.Storage{Path: in.Path, Storage: source.Storage{
		Bucket: in.Bucket, Kind: storageKinds[in.Type], Endpoint: in.Endpoint, Region: in.Region, Root: in.Root, PathStyle: in.PathStyle,
		AccessKeyID: in.AccessKeyID, AccessKeySecret: in.AccessKeySecret, SecurityToken: in.SecurityToken,
	}})
}

func (s *Server) removeStorage(ctx context.Context, c *call, bucket string) (any, error) {
	return ims.SuccessResponse{RequestId: c.id, Success: true}, about(bucket, s.cfg.Storage.Remove(ctx, c.who.Account, bucket))
}

func (s *Server) getStorageList(ctx context.Context, c *call, f ims.StorageFilter) (any, error) {
	all, err := s.cfg.Storage.List(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	out := ims.StorageListResponse{RequestId: c.id, StorageInfoList: []ims.StorageInfo{}}
	for i := range all {
		b := &all[i]
		info := ims.StorageInfoOf(storageType(b.Kind), b.Bucket, b.Path, b.Default, b.Created, b.Modified, source.Redact(b.Endpoint+b.Root), b.Region, b.AccessKeyID != "")
		if (f.Type == "" || f.Type == info.StorageType) && (f.Status == "" || f.Status == info.Status) {
			out.StorageInfoList = append(out.StorageInfoList, info)
		}
	}
	return out, nil
}

func (s *Server) getDefaultStorageLocation(ctx context.Context, c *call, _ struct{}) (any, error) {
	all, err := s.cfg.Storage.List(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	out := ims.StorageLocationResponse{RequestId: c.id, Status: "notExist"}
	d, err := s.cfg.Storage.Default(ctx, c.who.Account)
	if i := slices.IndexFunc(all, func(b storage.Storage) bool { return b.Default }); err == nil && i >= 0 {
		out.StorageType, out.Bucket, out.Path, out.Status = storageType(all[i].Kind), d.Bucket, d.Path, "Normal"
	}
	return out, err
}

func (s *Server) setDefaultStorageLocation(ctx context.Context, c *call, in ims.StorageDefault) (any, error) {
	err := s.cfg.Storage.SetDefault(ctx, c.who.Account, storage.Default{Bucket: in.Bucket, Path: in.Path})
	return ims.SuccessResponse{RequestId: c.id, Success: true}, about(in.Bucket, err)
}
