package queue

import (
	"container/heap"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// fair decides whose turn it is. Every account, and inside it every pipeline, carries the
// time it has been served, in milliseconds divided by its weight; the one that had least is
// next. A job is charged what jobs of its pipeline took lately, and the difference to what it
// really took once that is known. Who had nothing to do starts again from the turn of the
// others, so that idling earns no credit, and a lone pipeline may use everything.
//
// The zero value is ready to use. It is not safe for concurrent use.
type fair struct {
	accounts map[job.AccountID]*account
	pipes    map[int64]*pipe
	busy     turns[*account]
	clock    float64 // the turn that was served last
	typical  float64 // milliseconds that jobs take; what is assumed of a new pipeline
	changes  uint64  // counts add, to tell work that came after a look into the store
}

type account struct {
	turn
	id    job.AccountID
	busy  turns[*pipe]
	clock float64
}

type pipe struct {
	turn
	account *account
	no      int64
	weight  float64
	cost    float64 // milliseconds that its jobs took lately

	known   int     // jobs ready at least, as far as this process knows
	more    bool    // the store says that there are some, not how many
	fresh   int     // added since it was last planned
	planned int     // wanted from the store by the plan under way
	charged float64 // milliseconds charged for each of them
	added   uint64  // fair.changes at the last add
}

const (
	firstCost = 10.0 // milliseconds assumed before anything was measured
	leastCost = 0.1  // so that jobs which take no time are still shared by count
	costBlend = 0.1  // weight of the newest measurement
	keepPipes = 1024 // idle pipelines remembered for their turn and cost
)

func (p *pipe) ready() bool { return p.more || p.known > 0 }

// pipe returns the pipeline's entry, making it where needed.
func (f *fair) pipe(no int64, id job.AccountID, weight job.Priority) *pipe {
	if f.pipes == nil {
		f.pipes, f.accounts, f.typical = map[int64]*pipe{}, map[job.AccountID]*account{}, firstCost
	}
	p := f.pipes[no]
	if p == nil {
		a := f.accounts[id]
		if a == nil {
			a = &account{id: id, turn: turn{at: -1}}
			f.accounts[id] = a
		}
		p = &pipe{account: a, no: no, cost: f.typical, turn: turn{at: -1}}
		f.pipes[no] = p
	}
	p.weight = max(float64(weight), 1)
	return p
}

// add notes n more ready jobs.
func (f *fair) add(no int64, id job.AccountID, weight job.Priority, n int) {
	p := f.pipe(no, id, weight)
	f.changes++
	p.added = f.changes
	p.known += n
	p.fresh += n
	f.place(p)
}

// refresh takes over what the store listed. since is what changes was before the store was
// asked: a pipeline that got work after that is not forgotten.
func (f *fair) refresh(list []store.ReadyPipeline, since uint64) {
	listed := make(map[int64]bool, len(list))
	for _, r := range list {
		p := f.pipe(r.No, r.Account, r.Weight)
		p.more = true
		listed[r.No] = true
		f.place(p)
	}
	for no, p := range f.pipes {
		if listed[no] {
			continue
		}
		if p.added <= since {
			p.known, p.more = 0, false
			f.place(p)
		}
		if len(f.pipes) > keepPipes && !p.ready() {
			delete(f.pipes, no)
		}
	}
	if len(f.accounts) > keepPipes {
		f.forgetAccounts()
	}
}

func (f *fair) forgetAccounts() {
	used := make(map[*account]bool, len(f.accounts))
	for _, p := range f.pipes {
		used[p.account] = true
	}
	for id, a := range f.accounts {
		if !used[a] {
			delete(f.accounts, id)
		}
	}
}

// plan gives out up to n turns. Every plan must be settled before the next.
func (f *fair) plan(n int) []store.Quota {
	var order []*pipe
	for ; n > 0 && len(f.busy) > 0; n-- {
		a := f.busy[0]
		p := a.busy[0]
		f.clock, a.clock = max(f.clock, a.served), max(a.clock, p.served)
		if p.planned++; p.planned == 1 {
			p.fresh, p.charged = 0, p.cost
			order = append(order, p)
		}
		f.charge(p, p.charged)
	}
	want := make([]store.Quota, len(order))
	for i, p := range order {
		want[i] = store.Quota{PipelineNo: p.no, Max: p.planned}
	}
	return want
}

// settle takes over what a plan brought, by pipeline. nil means that the store was not asked
// to the end and nothing was learnt.
func (f *fair) settle(want []store.Quota, got map[int64]int) {
	for _, w := range want {
		p := f.pipes[w.PipelineNo]
		if p == nil {
			continue
		}
		n := got[w.PipelineNo]
		p.planned = 0
		switch {
		case got == nil:
		case n < w.Max: // the pipeline is empty, but for what came meanwhile
			p.more, p.known = false, p.fresh
		default:
			p.known = max(p.known-n, 0)
		}
		f.charge(p, -p.charged*float64(w.Max-n))
	}
}

// charged is what each job of the pipeline was charged in the last plan.
func (f *fair) charged(no int64) float64 {
	if p := f.pipes[no]; p != nil {
		return p.charged
	}
	return 0
}

// took replaces the assumed cost of a claimed job by what it took.
func (f *fair) took(no int64, assumed, ms float64) {
	p := f.pipes[no]
	if p == nil {
		return
	}
	ms = max(ms, leastCost)
	p.cost += costBlend * (ms - p.cost)
	f.typical += costBlend * (ms - f.typical)
	f.charge(p, ms-assumed)
}

// returned takes the charge for a claimed job back.
func (f *fair) returned(no int64, assumed float64) {
	if p := f.pipes[no]; p != nil {
		f.charge(p, -assumed)
	}
}

// charge moves a pipeline's turn, and its account's, by served milliseconds.
func (f *fair) charge(p *pipe, ms float64) {
	p.served += ms / p.weight
	p.account.served += ms
	f.place(p)
}

// place puts a pipeline and its account where their turns belong, or takes them out when
// they have nothing left to give.
func (f *fair) place(p *pipe) {
	a := p.account
	wanted := p.more || p.planned < p.known
	if wanted && p.at < 0 && p.planned == 0 {
		p.served = max(p.served, a.clock)
	}
	if len(a.busy) == 0 && wanted && a.at < 0 && p.planned == 0 {
		a.served = max(a.served, f.clock)
	}
	a.busy.place(p, wanted)
	f.busy.place(a, len(a.busy) > 0)
}

// turn is a place in a heap of turns.
type turn struct {
	served float64 // weighted milliseconds
	at     int     // index in the heap, -1 outside
}

func (t *turn) self() *turn { return t }

type turner interface{ self() *turn }

// turns is a heap with the least served in front.
type turns[T turner] []T

func (h turns[T]) Len() int           { return len(h) }
func (h turns[T]) Less(i, k int) bool { return h[i].self().served < h[k].self().served }
func (h turns[T]) Swap(i, k int) {
	h[i], h[k] = h[k], h[i]
	h[i].self().at, h[k].self().at = i, k
}

// Push implements heap.Interface.
func (h *turns[T]) Push(x any) {
	t := x.(T)
	t.self().at = len(*h)
	*h = append(*h, t)
}

// Pop implements heap.Interface.
func (h *turns[T]) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	t.self().at = -1
	clear((*h)[last:])
	*h = (*h)[:last]
	return t
}

// place adds, moves or removes t.
func (h *turns[T]) place(t T, wanted bool) {
	switch at := t.self().at; {
	case wanted && at < 0:
		heap.Push(h, t)
	case wanted:
		heap.Fix(h, at)
	case at >= 0:
		heap.Remove(h, at)
	}
}
