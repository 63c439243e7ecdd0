package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

const (
	upkeepBatch = 1000            // rows that one upkeep transaction touches
	wakeEvery   = time.Second     // retries of other nodes are looked for this often
	pruneEvery  = time.Minute     // how often retention is enforced
	leaveWithin = 5 * time.Second // for the last words to the store
)

// due is when the next retry of this process is to be woken.
type due struct {
	changed chan struct{}

	mu   sync.Mutex
	next time.Time
}

// add notes a retry that is due at t.
func (d *due) add(t time.Time) {
	d.mu.Lock()
	sooner := d.next.IsZero() || t.Before(d.next)
	if sooner {
		d.next = t
	}
	d.mu.Unlock()
	if sooner {
		select {
		case d.changed <- struct{}{}:
		default:
		}
	}
}

// in is how long until the store is to be asked next.
func (d *due) in(now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.next.IsZero() {
		return wakeEvery
	}
	return min(max(d.next.Sub(now), 0), wakeEvery)
}

// passed forgets a time that has come. Retries behind it are found by wakeEvery.
func (d *due) passed(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.next.After(now) {
		d.next = time.Time{}
	}
}

// Run registers this process as a node, hands out jobs and does the upkeep until ctx ends.
// Then it gives out no more, waits for the claims that workers still hold (DrainFor at most),
// releases those that remain and removes the node. It returns nil after such a drain, and an
// error when the node could not register or the store was closed under it.
func (q *Queue) Run(ctx context.Context) error {
	if !q.running.CompareAndSwap(false, true) {
		return errors.New("queue: already running")
	}
	defer q.running.Store(false)
	if err := q.register(ctx); err != nil {
		return err
	}
	q.dispatcher.start()
	if q.shared != nil {
		q.shared.Watch(q.heard)
		defer q.shared.Watch(nil)
	}
	q.rescue(ctx)

	// The node stays alive while it drains, else its jobs would be taken from it.
	alive, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	work, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	var fault error
	running.Go(func() {
		fault = q.heartbeats(alive)
		stop()
	})
	running.Go(func() { q.upkeep(work) })
	q.dispatch(work)
	q.drain()
	leave()
	running.Wait()
	return errors.Join(fault, q.removeNode())
}

// heard takes in what other processes did.
func (q *Queue) heard(what store.News) {
	if what&store.NewsJobs != 0 {
		q.dispatcher.refresh()
	}
	if what&store.NewsEnds != 0 {
		q.waits.elsewhere()
	}
	if what&store.NewsMessages != 0 && q.cfg.Notify != nil {
		q.cfg.Notify()
	}
}

// heartbeats keeps the lease until ctx ends. Only a closed store makes it give up.
func (q *Queue) heartbeats(ctx context.Context) error {
	timer := time.NewTimer(q.cfg.HeartbeatEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-q.node.doubt:
		}
		next := q.cfg.HeartbeatEvery
		if err := q.beat(ctx); err != nil && ctx.Err() == nil {
			if errors.Is(err, store.ErrClosed) {
				return err
			}
			q.cfg.Log.Error("keep node alive", "err", err)
			next = min(next, time.Second)
		}
		timer.Reset(next)
	}
}

// upkeep rescues lost jobs, wakes retries and enforces retention until ctx ends.
func (q *Queue) upkeep(ctx context.Context) {
	var rest time.Time // of looking for lost jobs
	rescue := time.NewTicker(q.cfg.RescueEvery)
	defer rescue.Stop()
	prune := time.NewTicker(pruneEvery)
	defer prune.Stop()
	wake := time.NewTimer(0)
	defer wake.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.due.changed:
		case <-wake.C:
			q.wakeDue(ctx)
		case <-rescue.C:
			if began := q.now(); !began.Before(rest) {
				q.rescue(ctx)
				done := q.now()
				rest = done.Add(min(restAfter*done.Sub(began), q.cfg.RescueEvery))
			}
		case <-prune.C:
			q.prune(ctx)
		}
		wake.Reset(q.due.in(q.now()))
	}
}

// wakeDue makes retries ready whose time has come.
func (q *Queue) wakeDue(ctx context.Context) {
	now := q.now()
	n, err := q.store.Wake(ctx, now)
	if err != nil {
		q.upkeepFailed(ctx, "wake retries", err)
		return
	}
	q.due.passed(now)
	if n > 0 {
		q.dispatcher.refresh()
	}
}

// rescue puts back jobs whose worker is gone, and fails those that were lost too often.
func (q *Queue) rescue(ctx context.Context) {
	for {
		l, ok := q.node.current(q.now())
		if !ok {
			return
		}
		n, spent, err := q.store.Rescue(ctx, l.id, q.now(), q.cfg.MaxAttempts, upkeepBatch)
		if err != nil {
			q.upkeepFailed(ctx, "rescue jobs", err)
			return
		}
		if n > 0 {
			q.counts.rescued.Add(int64(n))
			q.cfg.Log.Warn("jobs rescued", "jobs", n)
			q.dispatcher.refresh()
		}
		q.failPoisoned(context.WithoutCancel(ctx), l, spent)
		if n+len(spent) < upkeepBatch {
			return
		}
	}
}

// prune deletes what has expired, and finished jobs that are past retention, in small transactions.
func (q *Queue) prune(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := q.store.PruneRecords(ctx, q.now(), upkeepBatch)
		if err != nil {
			q.upkeepFailed(ctx, "prune expired records", err)
			return
		}
		if n < upkeepBatch {
			break
		}
	}
	if q.cfg.Retention == 0 {
		return
	}
	for ctx.Err() == nil {
		n, err := q.store.Prune(ctx, q.now().Add(-q.cfg.Retention), upkeepBatch)
		if err != nil {
			q.upkeepFailed(ctx, "prune finished jobs", err)
			return
		}
		q.counts.pruned.Add(int64(n))
		if n < upkeepBatch {
			return
		}
	}
}

func (q *Queue) upkeepFailed(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		q.cfg.Log.Error(what, "err", err)
	}
}

// drain waits for the workers and takes back what they did not finish.
func (q *Queue) drain() {
	grace := time.NewTimer(q.cfg.DrainFor)
	defer grace.Stop()
	select {
	case <-q.dispatcher.drained():
		return
	case <-grace.C:
	}
	left := q.dispatcher.leftovers()
	q.cfg.Log.Warn("jobs released at shutdown", "jobs", len(left))
	q.putBack(left)
}

func (q *Queue) removeNode() error {
	l, ok := q.node.leave()
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	if err := q.store.RemoveNode(ctx, l.id); err != nil && !errors.Is(err, store.ErrNodeGone) {
		return fmt.Errorf("remove node %d: %w", l.id, err)
	}
	return nil
}
