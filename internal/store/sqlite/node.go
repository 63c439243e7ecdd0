package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// RegisterNode implements store.Nodes. The file belongs to this process alone, so whoever is
// still registered is dead.
func (s *Store) RegisterNode(ctx context.Context, n store.Node) (int64, error) {
	var no int64
	err := s.writer.do(ctx, 1, func(c *conn) (err error) {
		if _, err := c.exec(`DELETE FROM node`); err != nil {
			return err
		}
		no, err = c.insert(`INSERT INTO node (name, roles, version, workers, started_us, alive_until_us) VALUES (?, ?, ?, ?, ?, ?)`,
			n.Name, n.Roles, n.Version, n.Workers, n.Started.UnixMicro(), n.Until.UnixMicro())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("register node %q: %w", n.Name, err)
	}
	return no, nil
}

// Heartbeat implements store.Nodes.
func (s *Store) Heartbeat(ctx context.Context, node int64, now, until time.Time) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		if err := alive(c, node, now); err != nil {
			return err
		}
		_, err := c.exec(`UPDATE node SET alive_until_us = ? WHERE node_no = ?`, until.UnixMicro(), node)
		return err
	})
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}

// RemoveNode implements store.Nodes.
func (s *Store) RemoveNode(ctx context.Context, node int64) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		_, err := c.exec(`DELETE FROM node WHERE node_no = ?`, node)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove node %d: %w", node, err)
	}
	return nil
}

// ListNodes implements store.Nodes.
func (s *Store) ListNodes(ctx context.Context, now time.Time) ([]store.Node, error) {
	var all []store.Node
	err := s.read(ctx, func(rows *sql.Rows) error {
		var n store.Node
		var started, until int64
		if err := rows.Scan(&n.No, &n.Name, &n.Roles, &n.Version, &n.Workers, &started, &until); err != nil {
			return err
		}
		n.Started, n.Until = fromMicro(started), fromMicro(until)
		all = append(all, n)
		return nil
	}, `SELECT node_no, name, roles, version, workers, started_us, alive_until_us FROM node WHERE alive_until_us > ? ORDER BY node_no`, now.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	return all, nil
}
