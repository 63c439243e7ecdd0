package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) updateAccessKey(ctx context.Context, c *call, k ims.KeyChange) (any, error) {
	if !k.Active {
		if err := refuseOwnKey(c, k.ID); err != nil {
			return nil, err
		}
	}
	if err := s.cfg.Auth.SetKeyActive(ctx, c.who.Account, k.ID, k.Active); err != nil {
		return nil, about(k.ID, err)
	}
	return ims.EmptyResponse{RequestId: c.id}, nil
}

// refuseOwnKey keeps an account from locking itself out: whoever takes a key away must hold
// another one that works.
func refuseOwnKey(c *call, id string) error {
	if id == c.who.KeyID {
		return ims.Invalid("UserAccessKeyId", "It is the key that signed this request; sign with another one.")
	}
	return nil
}
