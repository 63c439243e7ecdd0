package server

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func (s *Server) listNodes(ctx context.Context, c *call, _ struct{}) (any, error) {
	if err := s.operator(c); err != nil {
		return nil, err
	}
	nodes, err := s.cfg.Queue.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	out := ims.NodeListResponse{RequestId: c.id, NodeList: []ims.Node{}}
	for _, n := range nodes {
		out.NodeList = append(out.NodeList, ims.NodeOf(n.No, n.Name, n.Roles, n.Version, n.Workers, n.Started, n.Until))
	}
	return out, nil
}
