package queue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// recountAfter is how old a count may be before an account is refused on its word: other
// nodes finish jobs too.
const recountAfter = 5 * time.Second

// openJobs counts unfinished jobs per account, so that overload is refused before anything
// is acknowledged.
type openJobs struct {
	mu       sync.Mutex
	accounts map[job.AccountID]*openCount
}

type openCount struct {
	stored  int // durable and unfinished
	pending int // on their way into the store
	counted time.Time
}

// reserve makes room for one more job or says job.ErrQueueFull.
func (q *Queue) reserve(ctx context.Context, account job.AccountID) error {
	limit := q.cfg.MaxOpen
	if limit == 0 {
		return nil
	}
	taken, counted := q.open.take(account, limit)
	if taken {
		return nil
	}
	now := q.now()
	if now.Sub(counted) >= recountAfter {
		n, err := q.countOpen(ctx, account, limit)
		if err != nil {
			return fmt.Errorf("count unfinished jobs: %w", err)
		}
		q.open.set(account, n, now)
		if taken, _ = q.open.take(account, limit); taken {
			return nil
		}
	}
	q.counts.refused.Add(1)
	return fmt.Errorf("%w: the account has %d unfinished jobs", job.ErrQueueFull, limit)
}

// take reserves one place where the account's count is known and leaves room.
func (o *openJobs) take(account job.AccountID, limit int) (taken bool, counted time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.accounts[account]
	if c == nil {
		return false, time.Time{}
	}
	if c.stored+c.pending >= limit {
		return false, c.counted
	}
	c.pending++
	return true, c.counted
}

func (o *openJobs) set(account job.AccountID, stored int, counted time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.accounts == nil {
		o.accounts = map[job.AccountID]*openCount{}
	}
	c := o.accounts[account]
	if c == nil {
		c = &openCount{}
		o.accounts[account] = c
	}
	c.stored, c.counted = stored, counted
}

// settle turns a reservation into a stored job or gives it back.
func (o *openJobs) settle(account job.AccountID, stored bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c := o.accounts[account]; c != nil {
		c.pending--
		if stored {
			c.stored++
		}
	}
}

// ended notes that an account's job came to its end.
func (o *openJobs) ended(account job.AccountID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c := o.accounts[account]; c != nil && c.stored > 0 {
		c.stored--
	}
}

// countOpen counts an account's unfinished jobs, but not beyond limit.
func (q *Queue) countOpen(ctx context.Context, account job.AccountID, limit int) (int, error) {
	const page = 1000
	open := job.Filter{States: job.States(job.Queued, job.Running)}
	var cursor job.ID
	n := 0
	for n < limit {
		rows, err := q.store.List(ctx, account, open, cursor, page)
		if err != nil {
			return 0, err
		}
		n += len(rows)
		if len(rows) < page {
			break
		}
		cursor = rows[len(rows)-1].ID
	}
	return n, nil
}
