package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// createAccessKey is the one reply that carries a secret.
func (s *Server) createAccessKey(ctx context.Context, c *call, _ struct{}) (any, error) {
	id, secret, err := s.cfg.Auth.CreateKey(ctx, c.who.Account, "made with "+c.who.KeyID)
	if err != nil {
		return nil, err
	}
	return ims.AccessKeyResponse{RequestId: c.id, AccessKey: ims.AccessKeyOf(id, secret, true, s.cfg.Now())}, nil
}
