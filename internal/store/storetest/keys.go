package storetest

import (
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

func newKey(account job.AccountID, id string) store.AccessKey {
	return store.AccessKey{ID: id, Account: account, Sealed: []byte{0, 1, 0xff}, Active: true,
		Created: epoch.Add(time.Millisecond), Note: "note of " + id, User: "user of " + id}
}

var keyTests = []test{
	{"stored as given", func(h *harness) {
		for _, k := range []store.AccessKey{newKey(alice, "LTAI1"), {ID: "LTAI2", Account: alice, Sealed: []byte{}, Created: epoch}} {
			h.must(h.CreateKey(h.ctx, k))
			got, err := h.GetKey(h.ctx, k.ID)
			h.must(err)
			h.want("key", got, k)
		}
		_, err := h.GetKey(h.ctx, "absent")
		h.wantErr(err, store.ErrKeyNotFound)
		_, err = h.GetKey(h.ctx, "ltai1") // ids are exact
		h.wantErr(err, store.ErrKeyNotFound)
	}},
	{"repeated id", func(h *harness) {
		k := newKey(alice, "LTAI1")
		h.must(h.CreateKey(h.ctx, k))
		h.wantErr(h.CreateKey(h.ctx, k), store.ErrKeyExists)
		h.wantErr(h.CreateKey(h.ctx, newKey(bob, "LTAI1")), store.ErrKeyExists)
		got, err := h.GetKey(h.ctx, "LTAI1")
		h.must(err)
		h.want("key", got, k)
	}},
	{"list", func(h *harness) {
		var want []store.AccessKey
		for i, id := range []string{"C", "A", "B"} {
			k := newKey(alice, id)
			k.Created = epoch.Add(time.Duration(i) * time.Second)
			h.must(h.CreateKey(h.ctx, k))
			want = append(want, k)
		}
		h.must(h.CreateKey(h.ctx, newKey(bob, "D")))
		got, err := h.ListKeys(h.ctx, alice)
		h.must(err)
		h.want("keys", got, want)
	}},
	{"switch and delete", func(h *harness) {
		h.must(h.CreateKey(h.ctx, newKey(alice, "K")))
		for _, active := range []bool{false, true, true} {
			h.must(h.SetKeyActive(h.ctx, alice, "K", active))
			got, err := h.GetKey(h.ctx, "K")
			h.must(err)
			h.want("active", got.Active, active)
		}
		h.must(h.DeleteKey(h.ctx, alice, "K"))
		_, err := h.GetKey(h.ctx, "K")
		h.wantErr(err, store.ErrKeyNotFound)
		h.wantErr(h.DeleteKey(h.ctx, alice, "K"), store.ErrKeyNotFound)
		h.wantErr(h.SetKeyActive(h.ctx, alice, "K", true), store.ErrKeyNotFound)
	}},
}
