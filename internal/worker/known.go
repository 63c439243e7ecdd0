package worker

import (
	"context"
	"sync"

	"github.com/mediagauge/mediagauge/internal/job"
)

// Known remembers what was found of objects, so that an object that has not changed is not read again. It
// holds the last answers of this process; what falls out is probed anew.
type Known struct {
	// Also is asked for what is not remembered; nil is nobody.
	Also func(ctx context.Context, j *job.Job) (r *job.Result, engine string, err error)

	mu    sync.Mutex
	found map[identity]*answerOf
	order []identity // a ring, oldest at next
	next  int
}

// identity is an object of an account, as results show it: without what is secret in its URL.
type identity struct {
	account job.AccountID
	url     string
}

type answerOf struct {
	result *job.Result
	engine string
}

const mostKnown = 4096 // answers, some kilobytes each

// recall returns the answer for an object that is the same as when it was given; nil when there is none.
func (k *Known) recall(ctx context.Context, j *job.Job, is job.Object) (*job.Result, string) {
	if k == nil || j.Spec.Refresh {
		return nil, ""
	}
	k.mu.Lock()
	a := k.found[identity{j.Account, is.URL}]
	k.mu.Unlock()
	if a != nil && unchanged(a.result.Object, is) {
		return renamed(a.result, is), a.engine
	}
	if k.Also == nil {
		return nil, ""
	}
	r, engine, err := k.Also(ctx, j)
	if err != nil || r == nil || !selfContained(r) || r.Object.URL != is.URL || !unchanged(r.Object, is) {
		return nil, ""
	}
	return renamed(r, is), engine
}

// unchanged says whether two looks at an object saw the same version: by size, and by its tag or, where
// there is none, its time. Without either nothing is known.
func unchanged(a, b job.Object) bool {
	if a.Size != b.Size || a.Size <= 0 {
		return false
	}
	if a.ETag != "" || b.ETag != "" {
		return a.ETag == b.ETag
	}
	return !a.Modified.IsZero() && a.Modified.Equal(b.Modified)
}

// selfContained says whether an answer is about the object alone: what a playlist names may change while
// the playlist does not.
func selfContained(r *job.Result) bool {
	return r.Info != nil && r.Info.Format.Name != "hls" && r.Info.Format.Name != "dash"
}

// renamed is a result about the object as it is asked for now: an asset's id belongs to the question.
func renamed(r *job.Result, is job.Object) *job.Result {
	out := *r
	out.Object = is
	return &out
}

// learn remembers an answer.
func (k *Known) learn(account job.AccountID, r *job.Result, engine string) {
	if k == nil || !selfContained(r) || r.Object.Size <= 0 || r.Object.ETag == "" && r.Object.Modified.IsZero() {
		return
	}
	id := identity{account, r.Object.URL}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.found == nil {
		k.found = map[identity]*answerOf{}
	}
	if _, there := k.found[id]; !there {
		if len(k.order) < mostKnown {
			k.order = append(k.order, id)
		} else {
			delete(k.found, k.order[k.next])
			k.order[k.next] = id
			k.next = (k.next + 1) % mostKnown
		}
	}
	k.found[id] = &answerOf{r, engine}
}
