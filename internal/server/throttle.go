package server

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
)

// Rates of the vendor for the older product's same operations (contract section 5), per account
// with all its keys.
const (
	submitsPerSecond = 50
	queriesPerSecond = 100
)

// throttle holds each account to the vendor's rates, an action at a time.
type throttle struct {
	mu      sync.Mutex
	buckets map[bucketKey]*rate.Limiter
}

type bucketKey struct {
	account job.AccountID
	action  string
}

// admit refuses a call that comes too soon. Accounts and actions are few, so buckets stay.
func (t *throttle) admit(account job.AccountID, a ims.Action, now time.Time) error {
	if t == nil {
		return nil
	}
	perSecond := queriesPerSecond
	if a.Name == ims.SubmitMediaInfoJob || a.Name == ims.SubmitSyncMediaInfoJob {
		perSecond = submitsPerSecond
	}
	t.mu.Lock()
	key := bucketKey{account, a.Name}
	b := t.buckets[key]
	if b == nil {
		if t.buckets == nil {
			t.buckets = map[bucketKey]*rate.Limiter{}
		}
		b = rate.NewLimiter(rate.Limit(perSecond), perSecond)
		t.buckets[key] = b
	}
	t.mu.Unlock()
	if b.AllowN(now, 1) {
		return nil
	}
	e := ims.NewError(ims.ThrottlingUser)
	e.RetryAfter = time.Second
	return e
}
