package postgres

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"crypto/rand"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

// channel carries news between the processes of one schema; NOTIFY knows databases only.
const channel = "mediagauge"

// quietFor is the least time between two announcements. A commit that notifies holds up every
// other one that does, so announcements follow their commits by themselves, and not for each.
const quietFor = 5 * time.Millisecond

// news tells other processes, and hears from them.
type news struct {
	id     string
	schema string
	wake   chan struct{} // capacity 1: something is pending

	mu      sync.Mutex
	pending store.News
	watch   func(store.News)
}

func (n *news) init() {
	n.id = rand.Text()
	n.wake = make(chan struct{}, 1)
}

// tell announces news soon.
func (n *news) tell(what store.News) {
	n.mu.Lock()
	n.pending |= what
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// Watch implements store.Shared.
func (s *Store) Watch(f func(store.News)) {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	s.news.watch = f
}

// announce sends what is pending until the store is closed.
func (s *Store) announce() {
	for {
		select {
		case <-s.life.Done():
			return
		case <-s.news.wake:
		}
		s.news.mu.Lock()
		what := s.news.pending
		s.news.pending = 0
		s.news.mu.Unlock()
		ctx, cancel := context.WithTimeout(s.life, callWithin)
		// Sent without preparing or caring: whoever misses it looks by itself a little later.
		_, err := s.writer.Exec(ctx, `SELECT pg_notify($1, current_schema() || ' ' || $2)`, channel, strconv.Itoa(int(what))+" "+s.news.id)
		cancel()
		if err != nil && s.life.Err() == nil {
			s.log.Debug("announce news", "err", err)
		}
		if !pause(s.life, quietFor) {
			return
		}
	}
}

// listen hears from other processes until the store is closed, over a connection of its own.
func (s *Store) listen() {
	for s.life.Err() == nil {
		err := s.hear()
		if s.life.Err() != nil {
			return
		}
		s.log.Debug("listen for news", "err", err)
		pause(s.life, time.Second)
	}
}

func (s *Store) hear() error {
	config := s.reader.Config().ConnConfig
	config.RuntimeParams["application_name"] = "mediagauge listener"
	c, err := pgx.ConnectConfig(s.life, config)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.Close(ctx)
	}()
	var schema string
	if err := c.QueryRow(s.life, `SELECT coalesce(current_schema(), '')`).Scan(&schema); err != nil {
		return err
	}
	if _, err := c.Exec(s.life, `LISTEN `+channel); err != nil {
		return err
	}
	s.heard(store.NewsJobs | store.NewsMessages | store.NewsEnds) // what was said while nobody listened
	for {
		n, err := c.WaitForNotification(s.life)
		if err != nil {
			return err
		}
		from, rest, _ := strings.Cut(n.Payload, " ")
		what, id, _ := strings.Cut(rest, " ")
		bits, err := strconv.Atoi(what)
		if err == nil && from == schema && id != s.news.id {
			s.heard(store.News(bits))
		}
	}
}

func (s *Store) heard(what store.News) {
	s.news.mu.Lock()
	f := s.news.watch
	s.news.mu.Unlock()
	if f != nil {
		f(what)
	}
}
