package server

import (
	"context"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// keyHolder says whose keys a call is about: the user that it names, else whoever calls. Sessions have no
// keys of their own and must name a user: the account's own keys are for those who hold one of them.
func (s *Server) keyHolder(ctx context.Context, c *call, user string) (string, error) {
	switch {
	case user == "" && c.who.Session != nil:
		return "", ims.Missing("UserName")
	case user == "":
		return c.who.User, nil
	}
	_, err := s.cfg.IAM.GetUser(ctx, c.who.Account, user)
	return user, err
}

// createAccessKey is the one reply that carries a permanent key's secret.
func (s *Server) createAccessKey(ctx context.Context, c *call, user string) (any, error) {
	holder, err := s.keyHolder(ctx, c, user)
	if err != nil {
		return nil, err
	}
	id, secret, err := s.cfg.Auth.CreateKey(ctx, c.who.Account, holder, "made with "+c.who.KeyID)
	if err != nil {
		return nil, err
	}
	return ims.AccessKeyResponse{RequestId: c.id, AccessKey: ims.AccessKeyOf(id, secret, true, s.cfg.Now())}, nil
}

func (s *Server) listAccessKeys(ctx context.Context, c *call, user string) (any, error) {
	holder, err := s.keyHolder(ctx, c, user)
	if err != nil {
		return nil, err
	}
	keys, err := s.cfg.Auth.ListKeys(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	list := []ims.AccessKey{}
	for _, k := range keys {
		if k.User == holder {
			list = append(list, ims.AccessKeyOf(k.ID, "", k.Active, k.Created))
		}
	}
	return ims.AccessKeyListResponse{RequestId: c.id, AccessKeys: ims.AccessKeys{AccessKey: list}}, nil
}

func (s *Server) updateAccessKey(ctx context.Context, c *call, k ims.KeyChange) (any, error) {
	if err := s.mayChangeKey(ctx, c, k, k.Active); err != nil {
		return nil, err
	}
	if err := s.cfg.Auth.SetKeyActive(ctx, c.who.Account, k.ID, k.Active); err != nil {
		return nil, about(k.ID, err)
	}
	return ims.EmptyResponse{RequestId: c.id}, nil
}

func (s *Server) deleteAccessKey(ctx context.Context, c *call, k ims.KeyChange) (any, error) {
	if err := s.mayChangeKey(ctx, c, k, false); err != nil {
		return nil, err
	}
	if err := s.cfg.Auth.DeleteKey(ctx, c.who.Account, k.ID); err != nil {
		return nil, about(k.ID, err)
	}
	return ims.EmptyResponse{RequestId: c.id}, nil
}

// mayChangeKey refuses a key that is not the named one's, and keeps callers from locking themselves out:
// whoever takes a key away must hold another one that works.
func (s *Server) mayChangeKey(ctx context.Context, c *call, k ims.KeyChange, stays bool) error {
	holder, err := s.keyHolder(ctx, c, k.User)
	if err != nil {
		return err
	}
	of, err := s.cfg.Auth.KeyUser(ctx, c.who.Account, k.ID)
	if err == nil && of != holder {
		err = fmt.Errorf("key of another user: %w", auth.ErrKeyNotFound)
	}
	if err != nil {
		return about(k.ID, err)
	}
	if !stays && k.ID == c.who.KeyID {
		return ims.Invalid("UserAccessKeyId", "It is the key that signed this request; sign with another one.")
	}
	return nil
}
