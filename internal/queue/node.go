package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// lease is one registration of this process as a node of the store.
type lease struct {
	id   int64
	lost chan struct{} // closed when it ended before its time
}

// node keeps this process alive in the store.
type node struct {
	doubt chan struct{} // the store said that the lease is gone; look at once

	mu    sync.Mutex
	lease lease
	until time.Time // by our own clock, taken before the store was asked
}

// current returns the lease while it surely holds.
func (n *node) current(now time.Time) (lease, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lease, n.lease.lost != nil && now.Before(n.until)
}

func (n *node) set(l lease, until time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lease, n.until = l, until
}

func (n *node) extend(until time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.until = until
}

// doubted makes heartbeats look after the lease now rather than at the next beat.
func (n *node) doubted() {
	select {
	case n.doubt <- struct{}{}:
	default:
	}
}

// end marks the lease as gone; its claims learn of it.
func (n *node) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.lease.lost)
	n.lease, n.until = lease{}, time.Time{}
}

// leave forgets the lease without telling its claims, which have been dealt with.
func (n *node) leave() (lease, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.lease
	n.lease, n.until = lease{}, time.Time{}
	return l, l.lost != nil
}

func (q *Queue) register(ctx context.Context) error {
	now := q.now()
	until := now.Add(q.cfg.LeaseFor)
	id, err := q.store.RegisterNode(ctx, store.Node{
		Name: q.cfg.Node, Roles: q.cfg.Roles, Version: q.cfg.Version, Workers: q.cfg.Workers, Started: now, Until: until,
	})
	if err != nil {
		return fmt.Errorf("register node %q: %w", q.cfg.Node, err)
	}
	q.node.set(lease{id: id, lost: make(chan struct{})}, until)
	q.cfg.Log.Info("node registered", "node", id, "name", q.cfg.Node)
	return nil
}

// beat extends the lease. One that was not extended in time is given up: another node may
// have taken its jobs, so this process goes on under a new number.
func (q *Queue) beat(ctx context.Context) error {
	now := q.now()
	l, ok := q.node.current(now)
	if ok {
		until := now.Add(q.cfg.LeaseFor)
		err := q.store.Heartbeat(ctx, l.id, now, until)
		if err == nil {
			q.node.extend(until)
			return nil
		}
		if !errors.Is(err, store.ErrNodeGone) {
			return fmt.Errorf("heartbeat of node %d: %w", l.id, err)
		}
	}
	if l.lost != nil {
		q.node.end()
		q.counts.leasesLost.Add(1)
		q.cfg.Log.Warn("node lease lost", "node", l.id)
	}
	if err := q.register(ctx); err != nil {
		return err
	}
	q.rescue(ctx)
	q.dispatcher.refresh()
	return nil
}
