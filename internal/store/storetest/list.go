package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

var listTests = []test{
	{"every filter, order and page size", func(h *harness) {
		m := listModel(h)
		for _, states := range listStates {
			for _, span := range m.spans() {
				for _, oldest := range []bool{false, true} {
					f := job.Filter{From: span[0], To: span[1], States: states, Oldest: oldest}
					want := m.list(alice, f, job.ID{}, len(m.jobs))
					for _, size := range []int{1, 3, 7, 100} {
						h.want(fmt.Sprintf("list %+v in pages of %d", f, size), rowIDs(h.pages(f, size, nil)), rowIDs(want))
					}
				}
			}
		}
	}},
	{"every id", func(h *harness) {
		m := listModel(h)
		for _, j := range m.jobs {
			for _, states := range listStates {
				f := job.Filter{ID: j.id, States: states}
				h.want(fmt.Sprintf("list %+v", f), rowIDs(h.pages(f, 10, nil)), rowIDs(m.list(alice, f, job.ID{}, 10)))
			}
		}
		f := job.Filter{ID: h.ids.Next()}
		h.want("unknown id", len(h.pages(f, 10, nil)), 0)
	}},
	{"rows are whole", func(h *harness) {
		m := listModel(h)
		for _, row := range h.pages(job.Filter{}, 5, nil) {
			h.want("row", row, m.row(m.byID[key{row.Account, row.ID}]))
		}
	}},
	{"no limit, no rows", func(h *harness) {
		h.submit(h.alice, 5)
		rows, err := h.List(h.ctx, alice, job.Filter{}, job.ID{}, 0)
		h.must(err)
		h.want("rows", len(rows), 0)
	}},
	{"while jobs finish and arrive", func(h *harness) {
		for _, oldest := range []bool{false, true} {
			before := h.submit(h.alice, priorities(40)...)
			from, to := before[0].Time(), before[39].Time()
			got := rowIDs(h.pages(job.Filter{Oldest: oldest, From: from, To: to}, 3, func() {
				for _, c := range h.claim(2, h.alice) { // moves jobs that are on, before and after the page
					h.complete(h.node, c.Key, job.Succeeded)
				}
				h.submit(h.alice, 10)
			}))
			want := slices.Clone(before)
			if !oldest {
				slices.Reverse(want)
			}
			h.want("jobs", got, want)
		}
	}},
	{"ends of the time range", func(h *harness) {
		h.advance(333 * time.Nanosecond)
		id := h.submit(h.alice, 5)[0]
		at := id.Time()
		for _, tt := range []struct {
			from, to time.Time
			want     int
		}{
			{at, at, 1}, {at.Add(1), at.Add(1), 0}, {at.Add(-1), at.Add(-1), 0},
			{at.Add(1), time.Time{}, 0}, {at, time.Time{}, 1}, {time.Time{}, at, 1}, {time.Time{}, at.Add(-1), 0},
			{at.Add(time.Hour), at.Add(-time.Hour), 0},
		} {
			h.want(fmt.Sprint("from ", tt.from, " to ", tt.to), len(h.pages(job.Filter{From: tt.from, To: tt.to}, 10, nil)), tt.want)
		}
	}},
}

var listStates = []job.StateSet{
	0,
	job.States(job.Queued),
	job.States(job.Running),
	job.States(job.Succeeded),
	job.States(job.Failed),
	job.States(job.Cancelled),
	job.States(job.Queued, job.Running),
	job.States(job.Succeeded, job.Failed),
	job.States(job.Queued, job.Cancelled),
	job.States(job.Running, job.Succeeded, job.Cancelled),
	job.States(job.Succeeded, job.Failed, job.Cancelled),
	job.States(job.Queued, job.Running, job.Succeeded, job.Failed, job.Cancelled),
	job.States(job.Queued)&^job.States(job.Queued) | 1, // no state at all, yet not "all"
}

// pages walks a whole list and calls between after each page.
func (h *harness) pages(f job.Filter, size int, between func()) []store.Row {
	h.Helper()
	var all []store.Row
	cursor := job.ID{}
	for {
		rows, err := h.List(h.ctx, alice, f, cursor, size)
		h.must(err)
		if len(rows) > size {
			h.Fatalf("page of %d rows, want at most %d", len(rows), size)
		}
		all = append(all, rows...)
		if len(rows) < size {
			return all
		}
		cursor = rows[len(rows)-1].ID
		if between != nil {
			between()
		}
	}
}

func rowIDs(rows []store.Row) []job.ID {
	ids := make([]job.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

// listModel fills the store with jobs of alice in every state, some of bob between them, and
// returns what it holds. Jobs end in another order than they began.
func listModel(h *harness) *model {
	h.Helper()
	bobs := h.pipeline(bob, "bobs", true)
	m := newModel()
	m.addPipeline(h.alice)
	m.addPipeline(bobs)
	m.nodes[h.node] = h.now.Add(time.Hour)
	for i, prio := range priorities(30) {
		p := h.alice
		if i%7 == 3 {
			p = bobs
		}
		j := h.newJob(p, prio)
		_, err := h.Submit(h.ctx, []store.NewJob{j})
		h.must(err)
		h.must(m.submit(j))
		if i%3 == 0 {
			h.advance(7 * time.Millisecond)
		}
	}
	for i, c := range h.claim(24, h.alice, bobs) {
		m.byID[key{c.Account, c.ID}].take(h.node, h.now.Add(time.Minute))
		switch st := []job.State{job.Running, job.Succeeded, job.Failed, job.Cancelled, job.Queued}[i%5]; st {
		case job.Running:
		case job.Queued:
			_, err := h.Retry(h.ctx, h.node, []store.Retry{{Key: c.Key, NotBefore: h.now}})
			h.must(err)
			m.retry(h.node, store.Retry{Key: c.Key, NotBefore: h.now})
		default:
			h.advance(time.Millisecond)
			d := h.completion(c.Key, st)
			_, err := h.Complete(h.ctx, h.node, []store.Completion{d})
			h.must(err)
			m.complete(h.node, d)
		}
	}
	return m
}

// spans are time ranges around the jobs of m.
func (m *model) spans() [][2]time.Time {
	first, mid, last := m.jobs[0].id.Time(), m.jobs[len(m.jobs)/2].id.Time(), m.jobs[len(m.jobs)-1].id.Time()
	none := time.Time{}
	return [][2]time.Time{{none, none}, {mid, none}, {none, mid}, {first.Add(1), last.Add(-1)}, {mid, mid}, {last.Add(1), none}}
}
