package storetest

import (
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

func newRecord(account job.AccountID, id string) store.Record {
	return store.Record{Account: account, Kind: "asset", ID: id, Alias: "alias of " + id, Created: epoch.Add(time.Millisecond), Body: []byte{0, 1, 0xff}}
}

// put stores a record and returns it with its version.
func (h *harness) put(r store.Record) store.Record {
	h.Helper()
	v, err := h.PutRecord(h.ctx, r)
	h.must(err)
	r.Version = v
	return r
}

func recordIDs(records []store.Record) string {
	s := ""
	for _, r := range records {
		s += r.ID
	}
	return s
}

var recordTests = []test{
	{"stored as given", func(h *harness) {
		bare := store.Record{Account: alice, Kind: "asset", ID: "b", Created: epoch, Expires: epoch.Add(time.Hour), Body: []byte{}}
		for _, r := range []store.Record{newRecord(alice, "a"), bare, {Account: alice, Kind: "user", ID: "a", Created: epoch, Body: []byte{}}} {
			r = h.put(r)
			got, err := h.GetRecord(h.ctx, r.Account, r.Kind, r.ID)
			h.must(err)
			h.want("record", got, r)
		}
		got, err := h.FindRecord(h.ctx, alice, "asset", "alias of a")
		h.must(err)
		h.want("found", got.ID, "a")
		for _, alias := range []string{"", "alias of b", "alias of A"} {
			_, err := h.FindRecord(h.ctx, alice, "asset", alias)
			h.wantErr(err, store.ErrRecordNotFound)
		}
		_, err = h.GetRecord(h.ctx, alice, "asset", "A")
		h.wantErr(err, store.ErrRecordNotFound)
	}},
	{"new ones only once", func(h *harness) {
		r := h.put(newRecord(alice, "a"))
		again := r
		again.Version, again.Alias = 0, "other"
		_, err := h.PutRecord(h.ctx, again)
		h.wantErr(err, store.ErrRecordExists)
		again.ID, again.Alias = "b", r.Alias
		_, err = h.PutRecord(h.ctx, again)
		h.wantErr(err, store.ErrRecordExists)
		again.Kind = "user" // another kind is another name space
		h.put(again)
		for _, id := range []string{"c", "d"} { // no alias is shared by all
			n := newRecord(alice, id)
			n.Alias = ""
			h.put(n)
		}
	}},
	{"replaced by version", func(h *harness) {
		first := h.put(newRecord(alice, "a"))
		second := first
		second.Body, second.Alias = []byte("second"), "moved"
		second = h.put(second)
		late := first
		late.Body = []byte("late")
		_, err := h.PutRecord(h.ctx, late)
		h.wantErr(err, store.ErrRecordNotFound)
		got, err := h.GetRecord(h.ctx, alice, "asset", "a")
		h.must(err)
		h.want("record", got, second)
		b := h.put(newRecord(alice, "b"))
		b.Alias = "moved"
		_, err = h.PutRecord(h.ctx, b)
		h.wantErr(err, store.ErrRecordExists)
		absent := newRecord(alice, "c")
		absent.Version = 1
		_, err = h.PutRecord(h.ctx, absent)
		h.wantErr(err, store.ErrRecordNotFound)
		h.must(h.DeleteRecord(h.ctx, alice, "asset", "a"))
		_, err = h.PutRecord(h.ctx, second)
		h.wantErr(err, store.ErrRecordNotFound)
		h.wantErr(h.DeleteRecord(h.ctx, alice, "asset", "a"), store.ErrRecordNotFound)
	}},
	{"listed by time, then id, in pages", func(h *harness) {
		for i, id := range []string{"c", "a", "b", "e", "d"} {
			r := newRecord(alice, id)
			r.Created = epoch.Add(time.Duration(i/2) * time.Second) // c a | b e | d
			h.put(r)
		}
		other := newRecord(alice, "z")
		other.Kind = "user"
		h.put(other)
		all, err := h.ListRecords(h.ctx, alice, "asset", store.RecordFilter{Limit: 10})
		h.must(err)
		h.want("all", recordIDs(all), "acbed")
		newest, err := h.ListRecords(h.ctx, alice, "asset", store.RecordFilter{Limit: 10, Newest: true})
		h.must(err)
		h.want("newest first", recordIDs(newest), "debca")
		part, err := h.ListRecords(h.ctx, alice, "asset", store.RecordFilter{Limit: 10, From: epoch.Add(time.Second), To: epoch.Add(time.Second)})
		h.must(err)
		h.want("a range", recordIDs(part), "be")
		for _, f := range []store.RecordFilter{{Limit: 2}, {Limit: 2, Newest: true}} {
			pages := ""
			for {
				page, err := h.ListRecords(h.ctx, alice, "asset", f)
				h.must(err)
				if len(page) == 0 {
					break
				}
				pages += recordIDs(page) + "|"
				f.After = &page[len(page)-1]
			}
			h.want("pages", pages, map[bool]string{false: "ac|be|d|", true: "de|bc|a|"}[f.Newest])
		}
		n, err := h.CountRecords(h.ctx, alice, "asset")
		h.must(err)
		h.want("count", n, 5)
	}},
	{"expired ones are pruned", func(h *harness) {
		for i := range 5 {
			r := newRecord(alice, fmt.Sprint(i))
			if i > 0 {
				r.Expires = epoch.Add(time.Duration(i) * time.Second)
			}
			h.put(r)
		}
		for _, want := range []int{2, 1, 0} {
			n, err := h.PruneRecords(h.ctx, epoch.Add(4*time.Second), 2)
			h.must(err)
			h.want("pruned", n, want)
		}
		left, err := h.ListRecords(h.ctx, alice, "asset", store.RecordFilter{Limit: 10})
		h.must(err)
		h.want("left", recordIDs(left), "04")
	}},
	{"isolation", func(h *harness) {
		r := h.put(newRecord(alice, "a"))
		_, err := h.GetRecord(h.ctx, bob, r.Kind, r.ID)
		h.wantErr(err, store.ErrRecordNotFound)
		_, err = h.FindRecord(h.ctx, bob, r.Kind, r.Alias)
		h.wantErr(err, store.ErrRecordNotFound)
		all, err := h.ListRecords(h.ctx, bob, r.Kind, store.RecordFilter{Limit: 10})
		h.must(err)
		n, err := h.CountRecords(h.ctx, bob, r.Kind)
		h.must(err)
		h.want("bob's", []int{len(all), n}, []int{0, 0})
		h.wantErr(h.DeleteRecord(h.ctx, bob, r.Kind, r.ID), store.ErrRecordNotFound)
		stolen := r
		stolen.Account = bob
		_, err = h.PutRecord(h.ctx, stolen)
		h.wantErr(err, store.ErrRecordNotFound)
		h.put(newRecord(bob, "a")) // the same names in another account
		got, err := h.GetRecord(h.ctx, alice, r.Kind, r.ID)
		h.must(err)
		h.want("alice's", got, r)
	}},
}

var cancelTests = []test{
	{"only what nobody runs", func(h *harness) {
		ids := h.submit(h.alice, 1, 1, 9)
		running := h.one(h.alice)
		done := h.finish(h.alice, job.Succeeded)
		waiting := h.one(h.alice)
		ok, err := h.Retry(h.ctx, h.node, []store.Retry{{Key: waiting.Key, NotBefore: h.now.Add(time.Minute)}})
		h.must(err)
		h.want("waits", ok, []bool{true})
		ready := ids[1]
		if waiting.ID == ready {
			ready = ids[0]
		}
		var all []store.Completion
		for _, id := range []job.ID{ready, waiting.ID, running.ID, done, {1}} {
			c := h.completion(store.Key{Account: alice, ID: id}, job.Cancelled)
			all = append(all, c)
		}
		foreign := all[0]
		foreign.Account = bob
		ended, err := h.Cancel(h.ctx, []store.Completion{foreign})
		h.must(err)
		h.want("bob's", ended, []bool{false})
		before := len(h.messages(alice))
		ended, err = h.Cancel(h.ctx, all)
		h.must(err)
		h.want("ended", ended, []bool{true, true, false, false, false})
		h.wantState(alice, ready, job.Cancelled, 0)
		h.wantState(alice, waiting.ID, job.Cancelled, 1)
		h.wantState(alice, running.ID, job.Running, 1)
		h.wantState(alice, done, job.Succeeded, 1)
		h.want("messages", len(h.messages(alice)), before+2)
		h.want("nothing left to claim", len(h.claim(10, h.alice)), 0)
		n, err := h.Wake(h.ctx, h.now.Add(time.Hour))
		h.must(err)
		h.want("woken", n, 0)
	}},
}
