package queue

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// pollEvery is the safety net behind wake-ups: work that other nodes brought is seen within it.
const pollEvery = time.Second

// restAfter bounds what looking around may cost a store that is slow at it: a look that took some time
// is not repeated before that time has passed as often again.
const (
	restAfter   = 20
	longestRest = 5 * time.Second
)

// dispatcher hands ready jobs to those who wait in Claim. One claim on the store is under way
// at a time; callers that come meanwhile share the next.
type dispatcher struct {
	wake chan struct{}

	mu      sync.Mutex
	waiting []*waiter
	held    map[*Claim]struct{} // given out and not ended
	emptied chan struct{}       // closed when held becomes empty during a drain
	fair    fair
	specs   specs
	stale   bool // the store may hold work that fair does not know of
	asked   time.Time
	stopped bool

	lookRest time.Time // until then the store is not asked unless nothing else is known
}

// waiter is one call of Claim.
type waiter struct {
	max int
	got chan []*Claim // closed without a value when the queue stops
}

func (d *dispatcher) init() {
	d.wake = make(chan struct{}, 1)
	d.held = map[*Claim]struct{}{}
	d.stale = true
}

func (d *dispatcher) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// refresh makes the dispatcher look into the store again.
func (d *dispatcher) refresh() {
	d.mu.Lock()
	d.stale = true
	d.mu.Unlock()
	d.nudge()
}

// submitted notes new work, once it is durable.
func (d *dispatcher) submitted(batch []submission, errs []error) {
	d.mu.Lock()
	for i := range batch {
		if errs[i] == nil && !batch[i].paused {
			row := &batch[i].row
			d.specs.add(row.ID, batch[i].spec)
			d.fair.add(row.PipelineNo, row.Account, batch[i].weight, 1)
		}
	}
	wanted := len(d.waiting) > 0
	d.mu.Unlock()
	if wanted {
		d.nudge()
	}
}

// dispatch serves waiting callers until ctx ends.
func (q *Queue) dispatch(ctx context.Context) {
	d := &q.dispatcher
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		for ctx.Err() == nil && q.serve(ctx) {
		}
		select {
		case <-ctx.Done():
			d.stop()
			return
		case <-d.wake:
		case <-poll.C:
			d.mu.Lock()
			d.stale = true
			d.mu.Unlock()
		}
	}
}

// serve makes one claim on the store and says whether another may bring more.
func (q *Queue) serve(ctx context.Context) bool {
	d := &q.dispatcher
	lease, ok := q.node.current(q.now())
	if !ok {
		return false // registering again nudges
	}
	if err := q.lookForWork(ctx); err != nil {
		q.cfg.Log.Error("list ready pipelines", "err", err)
		return false
	}
	d.mu.Lock()
	want := d.fair.plan(d.demand())
	d.mu.Unlock()
	if len(want) == 0 {
		return false
	}
	now := q.now()
	total := 0
	for _, w := range want {
		total += w.Max
	}
	// Once asked, the store's answer must be taken in, or jobs would be held by nobody.
	claimed, err := q.store.Claim(context.WithoutCancel(ctx), store.ClaimRequest{
		Node: lease.id, Want: want, Max: total, Now: now, Deadline: now.Add(q.cfg.JobDeadline),
	})
	q.hand(lease, want, claimed, err, now)
	switch {
	case errors.Is(err, store.ErrNodeGone):
		q.node.doubted()
	case err != nil:
		q.cfg.Log.Error("claim jobs", "err", err)
	}
	return err == nil
}

// lookForWork asks the store which pipelines are ready, when somebody waits and the last
// answer is old or known to be incomplete.
func (q *Queue) lookForWork(ctx context.Context) error {
	d := &q.dispatcher
	now := q.now()
	d.mu.Lock()
	needed := len(d.waiting) > 0 && (d.stale || now.Sub(d.asked) >= pollEvery)
	if len(d.fair.busy) > 0 && now.Before(d.lookRest) {
		needed = false // there is work enough to go on with
	}
	since := d.fair.changes
	if needed {
		d.stale = false
	}
	d.mu.Unlock()
	if !needed {
		return nil
	}
	list, err := q.store.Ready(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	done := q.now()
	d.lookRest = done.Add(min(restAfter*done.Sub(now), longestRest))
	if err != nil {
		d.stale = true
		return err
	}
	d.asked = now
	d.fair.refresh(list, since)
	return nil
}

// demand is how many jobs the waiting callers take. The lock is held.
func (d *dispatcher) demand() int {
	n := 0
	for _, w := range d.waiting {
		n += w.max
	}
	return min(n, batchSize)
}

// hand gives claimed jobs to the callers, first come first served, and puts back what nobody
// waits for any more.
func (q *Queue) hand(lease lease, want []store.Quota, claimed []store.Claimed, err error, now time.Time) {
	d := &q.dispatcher
	var got map[int64]int
	if err == nil {
		got = make(map[int64]int, len(want))
	}
	for i := range claimed {
		got[claimed[i].PipelineNo]++
	}
	d.mu.Lock()
	d.fair.settle(want, got)
	claims := make([]*Claim, len(claimed))
	for i := range claimed {
		claims[i] = newClaim(lease, &claimed[i], now)
		claims[i].known = d.specs.take(claimed[i].ID)
		claims[i].assumed = d.fair.charged(claimed[i].PipelineNo)
		d.held[claims[i]] = struct{}{}
	}
	served := 0
	for _, w := range d.waiting {
		if len(claims) == 0 {
			break
		}
		n := min(w.max, len(claims))
		w.got <- claims[:n:n]
		claims = claims[n:]
		served++
	}
	d.waiting = append(d.waiting[:0], d.waiting[served:]...)
	d.mu.Unlock()
	q.counts.claimed.Add(int64(len(claimed)))
	if len(claims) > 0 {
		q.putBack(claims)
	}
}

// join adds a caller of Claim. It says false once the queue is stopped.
func (d *dispatcher) join(w *waiter) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return false
	}
	d.waiting = append(d.waiting, w)
	return true
}

// leave takes a caller out. It says false when the caller has been served already.
func (d *dispatcher) leave(w *waiter) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.waiting {
		if d.waiting[i] == w {
			d.waiting = append(d.waiting[:i], d.waiting[i+1:]...)
			return true
		}
	}
	return false
}

func (d *dispatcher) start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped, d.stale = false, true
}

// stop sends everyone who waits away.
func (d *dispatcher) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	for _, w := range d.waiting {
		close(w.got)
	}
	d.waiting = nil
}

// drop forgets a claim that came to its end. took is what the job took, negative when it was
// not started; it says false for a claim that had ended before.
func (d *dispatcher) drop(c *Claim, took time.Duration) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.held[c]; !ok {
		return false
	}
	delete(d.held, c)
	if took < 0 {
		d.fair.returned(c.pipelineNo, c.assumed)
	} else {
		d.fair.took(c.pipelineNo, c.assumed, float64(took)/float64(time.Millisecond))
	}
	if len(d.held) == 0 && d.emptied != nil {
		close(d.emptied)
		d.emptied = nil
	}
	return true
}

// drained is closed once no claim is held. Only Run asks, once it stopped dispatching.
func (d *dispatcher) drained() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	done := make(chan struct{})
	if len(d.held) == 0 {
		close(done)
	} else {
		d.emptied = done
	}
	return done
}

func (d *dispatcher) leftovers() []*Claim {
	d.mu.Lock()
	defer d.mu.Unlock()
	claims := make([]*Claim, 0, len(d.held))
	for c := range d.held {
		claims = append(claims, c)
	}
	return claims
}

func (d *dispatcher) stats() (waiting, held, ready int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.fair.pipes {
		if p.ready() {
			ready++
		}
	}
	return d.demand(), len(d.held), ready
}
