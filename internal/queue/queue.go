package queue

import (
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/mediagauge/mediagauge/internal/batch"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Queue applies the rules over a store. It is safe for concurrent use.
type Queue struct {
	store  store.Store
	shared store.Shared // the same, when other processes have it open too; else nil
	cfg    Config
	ids    job.IDs

	pipelines  pipelineCache
	open       openJobs
	waits      waits
	submits    *batch.Batcher[submission, error]
	ends       *batch.Batcher[ending, bool]
	retries    *batch.Batcher[retry, bool]
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
	shared, _ := s.(store.Shared)
	if shared != nil && c.Now == nil {
		c.Now = shared.Clock
	}
	c = c.withDefaults()
	if len(c.TokenKey) == 0 {
		c.TokenKey = []byte(rand.Text())
	}
	q := &Queue{store: s, shared: shared, cfg: c, ids: job.IDs{Now: c.Now}}
	q.submits = &batch.Batcher[submission, error]{Max: batchSize, Flush: q.flushSubmits}
	q.ends = &batch.Batcher[ending, bool]{Max: batchSize, Flush: q.flushEnds}
	q.retries = &batch.Batcher[retry, bool]{Max: batchSize, Flush: q.flushRetries}
	q.dispatcher.init()
	q.due.changed = make(chan struct{}, 1)
	q.node.doubt = make(chan struct{}, 1)
	return q, nil
}

func (q *Queue) now() time.Time { return q.cfg.Now() }
