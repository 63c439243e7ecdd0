package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) listAccessKeys(ctx context.Context, c *call, _ struct{}) (any, error) {
	keys, err := s.cfg.Auth.ListKeys(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	list := make([]ims.AccessKey, 0, len(keys))
	for _, k := range keys {
		list = append(list, ims.AccessKeyOf(k.ID, "", k.Active, k.Created))
	}
	return ims.AccessKeyListResponse{RequestId: c.id, AccessKeys: ims.AccessKeys{AccessKey: list}}, nil
}
