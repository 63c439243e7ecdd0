package callback

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// Config is what a Deliverer works with. Zero fields get the default unless they say otherwise.
type Config struct {
	Store  store.Outbox // required
	Client *http.Client // required; it must follow no redirect and judge addresses
	Sealer Sealer       // required

	Queues Queues // that messages may go to

	Timeout       time.Duration // of one try; default 3 s, the vendor's
	Workers       int           // tries at one time; default 128
	PerEndpoint   int           // of them to one endpoint; default 4
	KeepDelivered time.Duration // how long delivered messages are kept; default 3 days
	KeepDead      time.Duration // how long dead ones are; default 30 days

	Now    func() time.Time
	Chance func() float64 // default math/rand
	Log    *slog.Logger
}

func (c Config) withDefaults() Config {
	or := func(d *time.Duration, standard time.Duration) {
		if *d <= 0 {
			*d = standard
		}
	}
	or(&c.Timeout, 3*time.Second)
	or(&c.KeepDelivered, 3*24*time.Hour)
	or(&c.KeepDead, 30*24*time.Hour)
	if c.Workers <= 0 {
		c.Workers = 128
	}
	if c.PerEndpoint <= 0 {
		c.PerEndpoint = 4
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Chance == nil {
		c.Chance = rand.Float64
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Deliverer sends messages. It is safe for concurrent use.
type Deliverer struct {
	cfg      Config
	settings cache
	wake     chan struct{} // capacity 1: something may be due
	results  chan store.Settlement

	mu      sync.Mutex // over all that follows
	flying  int
	waiting int
	lanes   map[string]*lane // by endpoint
}

// lane is one endpoint. What waits for it is bounded: an endpoint that hangs must not fill the memory, nor
// keep others from being served. One that fails again and again is paused, and then gets one try at a time.
type lane struct {
	flying   int
	waiting  []waiter
	failures int       // in a row
	paused   time.Time // until then nothing is tried
}

// waiter is a message that waits for its endpoint.
type waiter struct {
	m     store.StoredMessage
	taken time.Time
}

// bounds are how many tries an endpoint may have under way, and how many messages may wait for it.
func (d *Deliverer) bounds(l *lane) (flying, waiting int) {
	if l.failures >= failing {
		return 1, 1
	}
	return d.cfg.PerEndpoint, mostWaiting
}

const (
	mostTaken   = 1024   // messages taken from the store and not done with
	mostWaiting = 32     // of one endpoint
	failing     = 5      // failures in a row
	mostLanes   = 10_000 // endpoints that are remembered
	pruneEvery  = time.Hour
	holdFor     = 15 * time.Second // how long taken messages are held, beyond which somebody else may send them
	pauseLeast  = time.Second      // of an endpoint that has just failed too often, doubled with each failure more
	pauseMost   = time.Minute
	stepAside   = 5 * time.Second // what finds its endpoint busy comes back after
	idle        = time.Minute     // between looks at the store when nothing is due
)

// New returns a Deliverer. It starts nothing; see Run.
func New(c Config) *Deliverer {
	c = c.withDefaults()
	return &Deliverer{cfg: c, wake: make(chan struct{}, 1), results: make(chan store.Settlement, mostTaken), lanes: map[string]*lane{}}
}

// Wake says that a message may be due.
func (d *Deliverer) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends, and then waits for the tries under way. Their results are recorded; what
// waited is left to the next start.
func (d *Deliverer) Run(ctx context.Context) error {
	settled := make(chan struct{})
	go d.settle(settled)
	var tries sync.WaitGroup
	var failed error
	var pruned time.Time
	for ctx.Err() == nil {
		if now := d.cfg.Now(); now.Sub(pruned) >= pruneEvery {
			pruned = now
			if err := d.prune(ctx); err != nil && ctx.Err() == nil {
				d.cfg.Log.Error("callbacks: delete old ones", "err", err)
			}
		}
		wait, err := d.round(ctx, &tries)
		if err != nil && ctx.Err() == nil {
			if errors.Is(err, store.ErrClosed) {
				failed = err
				break
			}
			d.cfg.Log.Error("callbacks", "err", err)
			wait = stepAside
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
	tries.Wait()
	close(d.results)
	<-settled
	return failed
}

// round takes what is due and hands it to the lanes. It returns when to look again.
func (d *Deliverer) round(ctx context.Context, tries *sync.WaitGroup) (time.Duration, error) {
	for {
		room := d.room()
		if room == 0 {
			return idle, nil // a try that ends wakes us
		}
		now := d.cfg.Now()
		taken, err := d.cfg.Store.TakeMessages(ctx, now, now.Add(holdFor), room)
		if err != nil {
			return 0, err
		}
		for _, m := range taken {
			address, err := d.address(m.Account, m.Target)
			if err != nil {
				d.cfg.Log.Error("callbacks: the address does not open; the message waits", "delivery", m.No, "err", err)
				continue
			}
			m.Target = address
			d.admit(ctx, m, tries)
		}
		if len(taken) == room {
			continue
		}
		next, found, err := d.cfg.Store.NextMessage(ctx)
		if err != nil {
			return 0, err
		}
		if !found {
			return idle, nil
		}
		return min(max(next.Sub(d.cfg.Now()), 0)+time.Millisecond, idle), nil
	}
}

// room is how many more messages may be taken.
func (d *Deliverer) room() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(mostTaken-d.waiting-d.flying, 0)
}

// endpoint is what shares a lane: the scheme, host and port of a URL.
func endpoint(target string) string {
	if isQueue(target) {
		return "queue" // all of one service
	}
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// admit starts a try, lets it wait for its endpoint, or sends it back to the store.
func (d *Deliverer) admit(ctx context.Context, m store.StoredMessage, tries *sync.WaitGroup) {
	key := endpoint(m.Target)
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lanes[key]
	if l == nil {
		if len(d.lanes) >= mostLanes {
			d.forget()
		}
		l = &lane{}
		d.lanes[key] = l
	}
	flying, waiting := d.bounds(l)
	w := waiter{m, d.cfg.Now()}
	switch {
	case w.taken.Before(l.paused): // none of its tries is used up
		s := d.afterPause(l, &m)
		tries.Go(func() { d.results <- s })
	case l.flying < flying && d.flying < d.cfg.Workers:
		l.flying++
		d.flying++
		tries.Go(func() { d.fly(ctx, l, w) })
	case len(l.waiting) < waiting && l.flying > 0: // whoever flies will take it along
		l.waiting = append(l.waiting, w)
		d.waiting++
	default:
		back := stepAside + time.Duration(d.cfg.Chance()*float64(stepAside))
		s := store.Settlement{No: m.No, State: store.MessagePending, Attempts: m.Attempts, Next: w.taken.Add(back), Last: m.Last}
		tries.Go(func() { d.results <- s })
	}
}

// afterPause sends a message back until its endpoint's pause is over.
func (d *Deliverer) afterPause(l *lane, m *store.StoredMessage) store.Settlement {
	return store.Settlement{No: m.No, State: store.MessagePending, Attempts: m.Attempts, Next: l.paused.Add(time.Duration(d.cfg.Chance() * float64(pauseLeast))),
		Last: cmp.Or(m.Last, "the endpoint is paused: it failed again and again")}
}

// forget drops the lanes at rest.
func (d *Deliverer) forget() {
	for key, l := range d.lanes {
		if l.flying == 0 {
			delete(d.lanes, key)
		}
	}
}

// fly makes one try after another for an endpoint, as long as something waits for it.
func (d *Deliverer) fly(ctx context.Context, l *lane, w waiter) {
	for {
		delivered, tried := false, d.cfg.Now().Sub(w.taken) < holdFor/2 // else somebody else may take it soon
		if tried {
			s := d.try(ctx, w.m)
			delivered = s.State == store.MessageDelivered
			d.results <- s
		}
		next, more, back := d.landed(ctx, l, tried, delivered)
		for _, s := range back {
			d.results <- s
		}
		if more {
			w = next
			continue
		}
		d.Wake()
		return
	}
}

// landed notes how a try went, and returns what to try next, and what goes back because the endpoint pauses.
func (d *Deliverer) landed(ctx context.Context, l *lane, tried, delivered bool) (next waiter, more bool, back []store.Settlement) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case delivered:
		l.failures, l.paused = 0, time.Time{}
	case tried:
		l.failures++
		if over := l.failures - failing; over >= 0 {
			l.paused = d.cfg.Now().Add(min(pauseLeast<<min(over, 10), pauseMost))
		}
	}
	flying, _ := d.bounds(l)
	if d.cfg.Now().Before(l.paused) {
		for i := range l.waiting {
			back = append(back, d.afterPause(l, &l.waiting[i].m))
		}
		d.waiting -= len(l.waiting)
		l.waiting = nil
	}
	if ctx.Err() != nil { // held until the next start, or until the hold is over
		d.waiting -= len(l.waiting)
		l.waiting = nil
	}
	if len(l.waiting) == 0 || l.flying > flying {
		l.flying--
		d.flying--
		return waiter{}, false, back
	}
	w := l.waiting[0]
	l.waiting = l.waiting[1:]
	d.waiting--
	return w, true, back
}

// settle records results, as many together as have come.
func (d *Deliverer) settle(done chan<- struct{}) {
	defer close(done)
	for first := range d.results {
		batch := []store.Settlement{first}
	more:
		for len(batch) < mostTaken {
			select {
			case next, ok := <-d.results:
				if !ok {
					break more
				}
				batch = append(batch, next)
			default:
				break more
			}
		}
		// A result that is lost is a message that comes again: at least once.
		if err := d.cfg.Store.SettleMessages(context.Background(), batch); err != nil {
			d.cfg.Log.Error("callbacks: record what became of them", "messages", len(batch), "err", err)
		}
		d.Wake()
	}
}

// prune deletes what was kept long enough.
func (d *Deliverer) prune(ctx context.Context) error {
	now := d.cfg.Now()
	_, err1 := d.cfg.Store.PruneMessages(ctx, store.MessageDelivered, now.Add(-d.cfg.KeepDelivered), 100_000)
	_, err2 := d.cfg.Store.PruneMessages(ctx, store.MessageDead, now.Add(-d.cfg.KeepDead), 100_000)
	return errors.Join(err1, err2)
}
