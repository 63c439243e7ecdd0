package storetest

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// model is the contract of store.Store in a few maps, slow and plain.
type model struct {
	jobs      []*modelJob // in the order of submission
	byID      map[key]*modelJob
	pipelines map[int64]*job.Pipeline
	nodes     map[int64]time.Time // until when they are alive
	messages  []string
}

type key struct {
	account job.AccountID
	id      job.ID
}

type modelJob struct {
	store.NewJob
	id        job.ID
	state     job.State
	waiting   bool // for a retry; the state is Queued
	attempt   int
	owner     int64
	deadline  time.Time
	notBefore time.Time
	finished  time.Time
	outcome   []byte
}

func newModel() *model {
	return &model{byID: map[key]*modelJob{}, pipelines: map[int64]*job.Pipeline{}, nodes: map[int64]time.Time{}}
}

func (m *model) addPipeline(p job.Pipeline) { m.pipelines[p.No] = &p }

func (m *model) submit(j store.NewJob) error {
	p := m.pipelines[j.PipelineNo]
	if p == nil || p.Account != j.Account {
		return job.ErrPipelineNotFound
	}
	k := key{j.Account, j.ID}
	if m.byID[k] != nil {
		return store.ErrJobExists
	}
	mj := &modelJob{NewJob: j, id: j.ID, state: job.Queued}
	m.byID[k] = mj
	m.jobs = append(m.jobs, mj)
	return nil
}

// ready lists the jobs of a pipeline that may be claimed, in the order of service.
func (m *model) ready(pipeline int64) []*modelJob {
	var ready []*modelJob
	for _, j := range m.jobs {
		if j.PipelineNo == pipeline && j.state == job.Queued && !j.waiting {
			ready = append(ready, j)
		}
	}
	slices.SortFunc(ready, func(a, b *modelJob) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), bytes.Compare(a.id[:], b.id[:]))
	})
	return ready
}

func (m *model) claim(r store.ClaimRequest) ([]store.Key, error) {
	if until, ok := m.nodes[r.Node]; !ok || !until.After(r.Now) {
		return nil, store.ErrNodeGone
	}
	var got []store.Key
	for _, w := range r.Want {
		p := m.pipelines[w.PipelineNo]
		if p == nil || p.State != job.Active {
			continue
		}
		ready := m.ready(w.PipelineNo)
		for _, j := range ready[:min(len(ready), w.Max, r.Max-len(got))] {
			j.take(r.Node, r.Deadline)
			got = append(got, store.Key{Account: j.Account, ID: j.id, Attempt: j.attempt})
		}
	}
	return got, nil
}

func (j *modelJob) take(node int64, deadline time.Time) {
	j.state, j.owner, j.deadline = job.Running, node, deadline
	j.attempt++
}

// held returns the job that node holds at that attempt, or nil.
func (m *model) held(node int64, k store.Key) *modelJob {
	j := m.byID[key{k.Account, k.ID}]
	if j == nil || j.state != job.Running || j.owner != node || j.attempt != k.Attempt {
		return nil
	}
	return j
}

func (m *model) complete(node int64, c store.Completion) bool {
	j := m.held(node, c.Key)
	if j == nil {
		return false
	}
	j.state, j.finished, j.outcome = c.State, c.Finished, c.Outcome
	for _, msg := range c.Outbox {
		m.messages = append(m.messages, c.ID.String()+" "+msg.Target)
	}
	return true
}

func (m *model) retry(node int64, r store.Retry) bool {
	j := m.held(node, r.Key)
	if j == nil {
		return false
	}
	j.state, j.waiting, j.notBefore = job.Queued, true, r.NotBefore
	return true
}

func (m *model) release(node int64, k store.Key) {
	if j := m.held(node, k); j != nil {
		j.state = job.Queued
		j.attempt--
	}
}

func (m *model) wake(now time.Time) (n int) {
	for _, j := range m.jobs {
		if j.waiting && !j.notBefore.After(now) {
			j.waiting = false
			n++
		}
	}
	return n
}

// rescue has no limit: which of several lost jobs go first is not part of the contract.
func (m *model) rescue(node int64, now time.Time, maxAttempts int) (rescued int, spent []store.Key) {
	for _, j := range m.jobs {
		until, alive := m.nodes[j.owner]
		if j.state != job.Running || alive && until.After(now) && j.deadline.After(now) {
			continue
		}
		if j.attempt < maxAttempts {
			j.state = job.Queued
			rescued++
			continue
		}
		j.owner = node
		spent = append(spent, store.Key{Account: j.Account, ID: j.id, Attempt: j.attempt})
	}
	return rescued, spent
}

func (m *model) prune(t time.Time) (n int) {
	m.jobs = slices.DeleteFunc(m.jobs, func(j *modelJob) bool {
		if !j.state.Terminal() || !j.finished.Before(t) {
			return false
		}
		delete(m.byID, key{j.Account, j.id})
		n++
		return true
	})
	return n
}

func (m *model) busy(pipeline int64) bool {
	return slices.ContainsFunc(m.jobs, func(j *modelJob) bool {
		return j.PipelineNo == pipeline && !j.state.Terminal()
	})
}

func (m *model) depth() (ready, running, waiting int64) {
	for _, j := range m.jobs {
		switch {
		case j.waiting:
			waiting++
		case j.state == job.Queued:
			ready++
		case j.state == job.Running:
			running++
		}
	}
	return ready, running, waiting
}

func (m *model) row(j *modelJob) store.Row {
	return store.Row{Account: j.Account, ID: j.id, State: j.state, Attempt: j.attempt,
		Finished: j.finished, Spec: j.Spec, Outcome: j.outcome}
}

func (m *model) list(account job.AccountID, f job.Filter, cursor job.ID, limit int) []store.Row {
	var rows []store.Row
	for _, j := range m.jobs {
		created := j.id.Time()
		if j.Account == account && f.States.Has(j.state) && (f.ID.IsZero() || f.ID == j.id) &&
			(f.From.IsZero() || !created.Before(f.From)) && (f.To.IsZero() || !created.After(f.To)) {
			rows = append(rows, m.row(j))
		}
	}
	slices.SortFunc(rows, func(a, b store.Row) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	if !f.Oldest {
		slices.Reverse(rows)
	}
	if !cursor.IsZero() {
		rows = slices.DeleteFunc(rows, func(r store.Row) bool {
			after := bytes.Compare(r.ID[:], cursor[:])
			return f.Oldest && after <= 0 || !f.Oldest && after >= 0
		})
	}
	return rows[:min(len(rows), limit)]
}
