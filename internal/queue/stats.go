package queue

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/mediagauge/mediagauge/internal/store"
)

// counters count since the process started.
type counters struct {
	submitted, refused, claimed, succeeded, failed, retried atomic.Int64
	released, fenced, rescued, poisoned, pruned, leasesLost atomic.Int64
}

// Stats says how the queue stands. The first group is read from the store and holds for all
// nodes; the others are of this process.
type Stats struct {
	Ready, Running, Waiting int64 // unfinished jobs by what they wait for

	Node    int64 // this process's number in the store; 0 while it has none
	Idle    int   // jobs that its workers would take now
	Held    int   // jobs that its workers hold
	Serving int   // pipelines it believes to have work

	Submitted, Refused, Claimed, Succeeded, Failed, Retried int64 // since it started
	Released, Fenced, Rescued, Poisoned, Pruned, LeasesLost int64
}

// Stats reads the figures for metrics and diagnosis.
func (q *Queue) Stats(ctx context.Context) (Stats, error) {
	c := &q.counts
	s := Stats{
		Submitted: c.submitted.Load(), Refused: c.refused.Load(), Claimed: c.claimed.Load(),
		Succeeded: c.succeeded.Load(), Failed: c.failed.Load(), Retried: c.retried.Load(),
		Released: c.released.Load(), Fenced: c.fenced.Load(), Rescued: c.rescued.Load(),
		Poisoned: c.poisoned.Load(), Pruned: c.pruned.Load(), LeasesLost: c.leasesLost.Load(),
	}
	if l, ok := q.node.current(q.now()); ok {
		s.Node = l.id
	}
	s.Idle, s.Held, s.Serving = q.dispatcher.stats()
	var err error
	if s.Ready, s.Running, s.Waiting, err = q.store.Depth(ctx); err != nil {
		return s, fmt.Errorf("queue depth: %w", err)
	}
	return s, nil
}

// Node is a process that works on the store.
type Node = store.Node

// Nodes lists the processes that are alive, oldest first.
func (q *Queue) Nodes(ctx context.Context) ([]Node, error) {
	nodes, err := q.store.ListNodes(ctx, q.now())
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	return nodes, nil
}
