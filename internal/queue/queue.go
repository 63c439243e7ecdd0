package queue

import (
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Queue applies the rules over a store. It is safe for concurrent use.
type Queue struct {
	store store.Store
	cfg   Config
	ids   job.IDs

	pipelines  pipelineCache
	open       openJobs
	waits      waits
	submits    *batcher[submission, error]
	ends       *batcher[ending, bool]
	retries    *batcher[retry, bool]
	dispatcher dispatcher
	node       node
	due        due
	running    atomic.Bool
	counts     counters
}

// batchSize is how many rows share one transaction at most.
const batchSize = 500

// New returns a Queue over s. It starts nothing; see Run.
func New(s store.Store, c Config) (*Queue, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if len(c.TokenKey) == 0 {
		c.TokenKey = []byte(rand.Text())
	}
	q := &Queue{store: s, cfg: c, ids: job.IDs{Now: c.Now}}
	q.submits = &batcher[submission, error]{max: batchSize, flush: q.flushSubmits}
	q.ends = &batcher[ending, bool]{max: batchSize, flush: q.flushEnds}
	q.retries = &batcher[retry, bool]{max: batchSize, flush: q.flushRetries}
	q.dispatcher.init()
	q.due.changed = make(chan struct{}, 1)
	q.node.doubt = make(chan struct{}, 1)
	return q, nil
}

func (q *Queue) now() time.Time { return q.cfg.Now() }
