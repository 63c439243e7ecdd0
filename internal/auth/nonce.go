package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

const (
	maxNonceLen  = 128
	maxBacklog   = 16_384           // nonces waiting to be written; beyond that, requests wait
	maxBatch     = 1_024            // nonces in one call of the store
	writeTimeout = 30 * time.Second // of one such call when no request waits for it
	pruneEvery   = time.Minute
	pruneBatch   = 4_096
)

// refuseReplay uses up the nonce of a request whose signature is good.
func (a *Authenticator) refuseReplay(ctx context.Context, at *attempt) error {
	name := "SignatureNonce"
	value := at.params[name]
	if at.scheme == V3 {
		name = "x-acs-signature-nonce"
		value = at.header("X-Acs-Signature-Nonce")
	}
	if value == "" {
		return &MissingError{Name: name}
	}
	if len(value) > maxNonceLen {
		return incomplete("%s is longer than %d bytes", name, maxNonceLen)
	}
	return a.nonces.use(ctx, at.keyID, value, at.timestamp, at.Durable)
}

// nonces remembers which numbers were used. There are two memories. The one in this process
// answers at once. The one in the store survives a restart and is shared between nodes.
//
// Requests that change something wait for the store. Others wait only while the store may know
// something that this process does not: when other processes share the keys, and after a start,
// as long as a timestamp lies where the process before could have accepted it. Otherwise their
// nonce is written in the background, for the process that comes next.
type nonces struct {
	keys   store.Keys
	config Config
	fence  time.Time // requests stamped before this could have been accepted before the start

	mu        sync.Mutex
	recent    *recent
	backlog   []store.Nonce
	writing   bool
	nextPrune time.Time
	running   int       // goroutines in the background
	idle      sync.Cond // signalled when running becomes 0
}

func newNonces(keys store.Keys, c Config) *nonces {
	n := &nonces{keys: keys, config: c, fence: c.Now().Add(c.Skew), recent: newRecent(c.MaxNonces)}
	n.idle.L = &n.mu
	return n
}

func (n *nonces) use(ctx context.Context, keyID, value string, stamped time.Time, durable bool) error {
	now := n.config.Now()
	// Counting from the later of the two keeps a nonce for longer than its timestamp is good
	// by one skew or more, so that a clock that is set back does not bring it back to life.
	expires := now
	if stamped.After(now) {
		expires = stamped
	}
	nonce := store.Nonce{KeyID: keyID, Value: value, Expires: expires.Add(n.config.NonceFor)}

	n.mu.Lock()
	if !now.Before(n.nextPrune) {
		n.nextPrune = now.Add(pruneEvery)
		n.background(func() { n.prune(now) })
	}
	n.recent.forget(now)
	fresh, kept := n.recent.add(nonce)
	wait := durable || n.config.Shared || !kept || stamped.Before(n.fence) || len(n.backlog) >= maxBacklog
	if fresh && !wait {
		n.later(nonce)
	}
	n.mu.Unlock()

	if !fresh {
		return ErrReplayed
	}
	if !wait {
		return nil
	}
	isNew, err := n.keys.UseNonces(ctx, []store.Nonce{nonce})
	if err != nil {
		return fmt.Errorf("remember nonce: %w", err)
	}
	if len(isNew) != 1 || !isNew[0] {
		return ErrReplayed
	}
	return nil
}

// background runs f while mu is not held. Its caller holds mu.
func (n *nonces) background(f func()) {
	n.running++
	go func() {
		f()
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.running--; n.running == 0 {
			n.idle.Broadcast()
		}
	}()
}

// later queues a nonce for writing. One goroutine writes, and only while there is something.
func (n *nonces) later(nonce store.Nonce) {
	n.backlog = append(n.backlog, nonce)
	if !n.writing {
		n.writing = true
		n.background(n.write)
	}
}

func (n *nonces) write() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(n.backlog) > 0 {
		batch := n.backlog[:min(len(n.backlog), maxBatch)]
		n.backlog = n.backlog[len(batch):]
		n.mu.Unlock()
		n.writeBatch(batch)
		n.mu.Lock()
	}
	n.backlog = nil
	n.writing = false
}

func (n *nonces) writeBatch(batch []store.Nonce) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if _, err := n.keys.UseNonces(ctx, batch); err != nil {
		n.config.Log.Error("nonces of reads not written; a restart would not know them",
			slog.Int("nonces", len(batch)), slog.Any("error", err))
	}
}

// prune makes the store forget what has expired. Requests set it off, at most once in a while:
// without requests nothing piles up either.
func (n *nonces) prune(now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	for {
		gone, err := n.keys.PruneNonces(ctx, now, pruneBatch)
		if err != nil {
			n.config.Log.Error("expired nonces not deleted", slog.Any("error", err))
		}
		if err != nil || gone < pruneBatch {
			return
		}
	}
}

func (n *nonces) drain() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.running > 0 {
		n.idle.Wait()
	}
}

// recent is the memory of this process: sets by time of expiry, dropped as a whole.
type recent struct {
	max, size int
	sets      map[int64]map[[16]byte]struct{}
}

const recentStep = 5 * 60 // seconds of expiry that share a set

func newRecent(max int) *recent {
	return &recent{max: max, sets: make(map[int64]map[[16]byte]struct{})}
}

// add says whether the nonce is not among those kept, and whether it is kept from now on.
func (r *recent) add(n store.Nonce) (fresh, kept bool) {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s%s", len(n.KeyID), n.KeyID, n.Value)
	id := [16]byte(h.Sum(nil))
	for _, set := range r.sets {
		if _, ok := set[id]; ok {
			return false, true
		}
	}
	if r.size >= r.max {
		return true, false
	}
	slot := n.Expires.Unix()/recentStep + 1
	if r.sets[slot] == nil {
		r.sets[slot] = make(map[[16]byte]struct{})
	}
	r.sets[slot][id] = struct{}{}
	r.size++
	return true, true
}

// forget drops the sets in which everything has expired.
func (r *recent) forget(now time.Time) {
	for slot, set := range r.sets {
		if slot*recentStep <= now.Unix() {
			r.size -= len(set)
			delete(r.sets, slot)
		}
	}
}
