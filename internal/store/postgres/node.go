package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

// forgetNodes is how long after its end a node stays in the table, for people to see.
const forgetNodes = time.Hour

// RegisterNode implements store.Nodes. A registration whose answer was lost leaves a node that
// nobody keeps alive.
func (s *Store) RegisterNode(ctx context.Context, n store.Node) (int64, error) {
	var no int64
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, _ bool) error {
		return c.QueryRow(ctx, `
			WITH old AS (DELETE FROM node WHERE alive_until_us < $7
				AND NOT EXISTS (SELECT 1 FROM job_open WHERE run_state = 1 AND lease_owner = node_no))
			INSERT INTO node (name, roles, version, workers, started_us, alive_until_us) VALUES ($1, $2, $3, $4, $5, $6) RETURNING node_no`,
			text(n.Name), text(n.Roles), text(n.Version), n.Workers, n.Started.UnixMicro(), n.Until.UnixMicro(), n.Until.Add(-forgetNodes).UnixMicro()).Scan(&no)
	})
	if err != nil {
		return 0, fmt.Errorf("register node %q: %w", n.Name, err)
	}
	return no, nil
}

// Heartbeat implements store.Nodes.
func (s *Store) Heartbeat(ctx context.Context, node int64, now, until time.Time) error {
	n, err := s.exec(ctx, `UPDATE node SET alive_until_us = $3 WHERE node_no = $1 AND alive_until_us > $2`, node, now.UnixMicro(), until.UnixMicro())
	if err == nil && n == 0 {
		err = fmt.Errorf("node %d: %w", node, store.ErrNodeGone)
	}
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}

// RemoveNode implements store.Nodes.
func (s *Store) RemoveNode(ctx context.Context, node int64) error {
	if _, err := s.exec(ctx, `DELETE FROM node WHERE node_no = $1`, node); err != nil {
		return fmt.Errorf("remove node %d: %w", node, err)
	}
	return nil
}

// ListNodes implements store.Nodes.
func (s *Store) ListNodes(ctx context.Context, now time.Time) ([]store.Node, error) {
	var all []store.Node
	err := s.read(ctx, func(rows pgx.Rows) error {
		var n store.Node
		var started, until int64
		err := rows.Scan(&n.No, &n.Name, &n.Roles, &n.Version, &n.Workers, &started, &until)
		n.Name, n.Roles, n.Version = original(n.Name), original(n.Roles), original(n.Version)
		n.Started, n.Until = fromMicro(started), fromMicro(until)
		all = append(all, n)
		return err
	}, func() { all = nil }, `SELECT node_no, name, roles, version, workers, started_us, alive_until_us FROM node WHERE alive_until_us > $1 ORDER BY node_no`, now.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	return all, nil
}
