package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// operator refuses whoever is not of the account that runs the server.
func (s *Server) operator(c *call) error {
	if c.who.Account != s.cfg.Operator {
		return iam.ErrNotOperator
	}
	return nil
}

func (s *Server) createAccount(ctx context.Context, c *call, name string) (any, error) {
	if err := s.operator(c); err != nil {
		return nil, err
	}
	a, id, secret, err := s.cfg.IAM.CreateAccount(ctx, c.who.Account, name)
	if err == nil {
		err = s.cfg.Queue.EnsureAccount(ctx, a.ID)
	}
	if err != nil {
		return nil, err
	}
	return ims.AccountResponse{RequestId: c.id, Account: ims.AccountOf(int64(a.ID), a.Name, a.Created),
		AccessKey: ims.AccessKeyOf(id, secret, true, a.Created)}, nil
}

func (s *Server) listAccounts(ctx context.Context, c *call, in ims.Listing) (any, error) {
	if err := s.operator(c); err != nil {
		return nil, err
	}
	all, err := s.cfg.IAM.ListAccounts(ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	part, next, err := page(all, in, func(a *iam.Account) string { return ims.AccountText(int64(a.ID)) })
	if err != nil {
		return nil, err
	}
	out := ims.AccountListResponse{RequestId: c.id, IsTruncated: next != "", Marker: next, AccountList: []ims.Account{}}
	for _, a := range part {
		out.AccountList = append(out.AccountList, ims.AccountOf(int64(a.ID), a.Name, a.Created))
	}
	return out, nil
}
