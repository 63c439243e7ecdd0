package callback

import (
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// cache keeps the settings of accounts for a moment: each end of a job asks for them.
type cache struct {
	mu   sync.Mutex
	rows map[job.AccountID]cached
}

type cached struct {
	settings *Settings
	at       time.Time
}

// mostCached bounds the cache.
const mostCached = 10_000

func (c *cache) get(account job.AccountID, now time.Time) *Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	row, ok := c.rows[account]
	if !ok || now.Sub(row.at) >= fresh || now.Before(row.at) {
		return nil
	}
	return row.settings
}

func (c *cache) put(account job.AccountID, s *Settings, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == nil || len(c.rows) >= mostCached {
		c.rows = map[job.AccountID]cached{}
	}
	c.rows[account] = cached{s, now}
}
