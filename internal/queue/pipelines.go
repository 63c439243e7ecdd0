package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// pipelineTTL is how long a pipeline read for a submit is believed. Changes made through
// this Queue show at once; those of another node within this time.
const pipelineTTL = time.Second

// pipelineCache remembers the pipelines that jobs are submitted to.
type pipelineCache struct {
	mu       sync.RWMutex
	changes  uint64 // counts forget, so that a read begun before one is not kept after it
	accounts map[job.AccountID]map[string]cachedPipeline
}

type cachedPipeline struct {
	pipeline job.Pipeline
	until    time.Time
}

func (c *pipelineCache) get(account job.AccountID, id string, now time.Time) (p job.Pipeline, ok bool, changes uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.accounts[account][id]
	return e.pipeline, ok && now.Before(e.until), c.changes
}

func (c *pipelineCache) put(id string, p job.Pipeline, until time.Time, changes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != changes {
		return
	}
	if c.accounts == nil {
		c.accounts = map[job.AccountID]map[string]cachedPipeline{}
	}
	if c.accounts[p.Account] == nil {
		c.accounts[p.Account] = map[string]cachedPipeline{}
	}
	c.accounts[p.Account][id] = cachedPipeline{p, until}
}

// forget drops what is known of an account's pipelines.
func (c *pipelineCache) forget(account job.AccountID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	delete(c.accounts, account)
}

// pipelineFor finds the pipeline of a submit, making the default one for a new account.
func (q *Queue) pipelineFor(ctx context.Context, account job.AccountID, id string) (job.Pipeline, error) {
	now := q.now()
	p, ok, changes := q.pipelines.get(account, id, now)
	if ok {
		return p, nil
	}
	p, err := q.store.GetPipeline(ctx, account, id)
	if errors.Is(err, job.ErrPipelineNotFound) && id == "" {
		p, err = q.ensureDefault(ctx, account)
	}
	if err != nil {
		return job.Pipeline{}, err
	}
	q.pipelines.put(id, p, now.Add(pipelineTTL), changes)
	return p, nil
}

// EnsureAccount makes the account's default pipeline unless it exists.
func (q *Queue) EnsureAccount(ctx context.Context, account job.AccountID) error {
	if _, err := q.ensureDefault(ctx, account); err != nil {
		return fmt.Errorf("default pipeline of account %d: %w", account, err)
	}
	return nil
}

func (q *Queue) ensureDefault(ctx context.Context, account job.AccountID) (job.Pipeline, error) {
	p := q.newPipeline(account, "default", job.SpeedStandard, job.DefaultPriority)
	p.Default = true
	return q.store.CreatePipeline(ctx, p)
}

func (q *Queue) newPipeline(account job.AccountID, name string, speed job.Speed, p job.Priority) job.Pipeline {
	id := q.ids.Next()
	return job.Pipeline{
		ID: id.String(), Account: account, Name: name, Speed: speed, State: job.Active,
		Priority: p, Created: q.now().UTC(), Modified: q.now().UTC(),
	}
}

// CreatePipeline makes an active pipeline. job.ErrPipelineLimit when the account has enough.
func (q *Queue) CreatePipeline(ctx context.Context, account job.AccountID, name string, speed job.Speed, p job.Priority) (*job.Pipeline, error) {
	if !p.Valid() {
		return nil, fmt.Errorf("create pipeline: priority %d is not in %d–%d", p, job.MinPriority, job.MaxPriority)
	}
	if q.cfg.MaxPipelines > 0 {
		have, err := q.store.ListPipelines(ctx, account)
		if err != nil {
			return nil, fmt.Errorf("create pipeline: %w", err)
		}
		if len(have) >= q.cfg.MaxPipelines {
			return nil, fmt.Errorf("create pipeline: %w: the account has %d", job.ErrPipelineLimit, len(have))
		}
	}
	made, err := q.store.CreatePipeline(ctx, q.newPipeline(account, name, speed, p))
	if err != nil {
		return nil, fmt.Errorf("create pipeline: %w", err)
	}
	return &made, nil
}

// GetPipeline returns one pipeline as the store has it; an empty id means the default one.
func (q *Queue) GetPipeline(ctx context.Context, account job.AccountID, id string) (*job.Pipeline, error) {
	p, err := q.store.GetPipeline(ctx, account, id)
	if err != nil {
		return nil, fmt.Errorf("pipeline %q: %w", id, err)
	}
	return &p, nil
}

// ListPipelines returns an account's pipelines, oldest first; a speed other than "" selects.
func (q *Queue) ListPipelines(ctx context.Context, account job.AccountID, speed job.Speed) ([]*job.Pipeline, error) {
	all, err := q.store.ListPipelines(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list pipelines: %w", err)
	}
	var list []*job.Pipeline
	for i := range all {
		if speed == "" || all[i].Speed == speed {
			list = append(list, &all[i])
		}
	}
	return list, nil
}

// UpdatePipeline changes a pipeline. Once it returns, a pipeline that was paused starts no job.
func (q *Queue) UpdatePipeline(ctx context.Context, account job.AccountID, id string, u job.PipelineUpdate) error {
	err := q.store.UpdatePipeline(ctx, account, id, u, q.now())
	q.pipelines.forget(account) // also after an error: the change may have been made
	if err != nil {
		return fmt.Errorf("update pipeline %q: %w", id, err)
	}
	q.dispatcher.refresh()
	return nil
}

// DeletePipeline removes an idle pipeline: job.ErrPipelineBusy while it has unfinished jobs,
// job.ErrPipelineDefault for the account's default one.
func (q *Queue) DeletePipeline(ctx context.Context, account job.AccountID, id string) error {
	err := q.store.DeletePipeline(ctx, account, id)
	q.pipelines.forget(account)
	if err != nil {
		return fmt.Errorf("delete pipeline %q: %w", id, err)
	}
	return nil
}
