package queue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

const (
	waitPoll = 500 * time.Millisecond // jobs that another node ends are seen within it at the latest
	waitRest = 50 * time.Millisecond  // between two looks for one, however many jobs end elsewhere
	lastLook = 2 * time.Second        // for the final read of a wait whose time is out
)

// waits lets the end of a job in this process wake those who wait for it.
type waits struct {
	mu   sync.Mutex
	jobs map[job.ID][]chan struct{}
	news chan struct{} // closed when jobs have ended elsewhere; nil until somebody waits for that
}

// elsewhere says that some jobs have ended in another process.
func (w *waits) elsewhere() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.news != nil {
		close(w.news)
		w.news = nil
	}
}

// nextNews is closed when jobs have ended in another process from now on.
func (w *waits) nextNews() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.news == nil {
		w.news = make(chan struct{})
	}
	return w.news
}

// add returns a channel that is closed when the job ends in this process.
func (w *waits) add(id job.ID) chan struct{} {
	ch := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.jobs == nil {
		w.jobs = map[job.ID][]chan struct{}{}
	}
	w.jobs[id] = append(w.jobs[id], ch)
	return ch
}

func (w *waits) remove(id job.ID, ch chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.jobs[id]
	for i := range list {
		if list[i] == ch {
			list = append(list[:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(w.jobs, id)
	} else {
		w.jobs[id] = list
	}
}

func (w *waits) ended(id job.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.jobs[id] {
		close(ch)
	}
	delete(w.jobs, id)
}

// Get returns one job. job.ErrNotFound also when it belongs to another account.
func (q *Queue) Get(ctx context.Context, account job.AccountID, id job.ID) (*job.Job, error) {
	row, err := q.store.Get(ctx, account, id)
	if err != nil {
		return nil, fmt.Errorf("job %q: %w", id, err)
	}
	return q.jobFromRow(row)
}

// Wait returns the job once it has ended, or as it stands when ctx ends first.
func (q *Queue) Wait(ctx context.Context, account job.AccountID, id job.ID) (*job.Job, error) {
	// Listening starts before looking, so that an end in between is not missed.
	ended := q.waits.add(id)
	defer func() { q.waits.remove(id, ended) }()
	poll := time.NewTicker(waitPoll)
	defer poll.Stop()
	for {
		news := q.waits.nextNews()
		j, err := q.look(ctx, account, id)
		if err != nil || j.State.Terminal() || ctx.Err() != nil {
			return j, err
		}
		select {
		case <-ended:
			ended = q.waits.add(id)
		case <-poll.C:
		case <-ctx.Done():
		case <-news:
			rest := time.NewTimer(waitRest)
			select {
			case <-ended:
				ended = q.waits.add(id)
			case <-rest.C:
			case <-ctx.Done():
			}
			rest.Stop()
		}
	}
}

// look is Get that still works for a moment after ctx has ended.
func (q *Queue) look(ctx context.Context, account job.AccountID, id job.ID) (*job.Job, error) {
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	return q.Get(detached, account, id)
}
