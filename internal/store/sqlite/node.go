package sqlite

import (
	"context"
	"fmt"
	"time"
)

// RegisterNode implements store.Nodes. The file belongs to this process alone, so whoever is
// still registered is dead.
func (s *Store) RegisterNode(ctx context.Context, name string, until time.Time) (int64, error) {
	var no int64
	err := s.writer.do(ctx, 1, func(c *conn) (err error) {
		if _, err := c.exec(`DELETE FROM node`); err != nil {
			return err
		}
		no, err = c.insert(`INSERT INTO node (name, started_us, alive_until_us) VALUES (?, ?, ?)`,
			name, s.now().UnixMicro(), until.UnixMicro())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("register node %q: %w", name, err)
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
