package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

var nonceTests = []test{
	{"once", func(h *harness) {
		n := func(key, value string) store.Nonce {
			return store.Nonce{KeyID: key, Value: value, Expires: h.now.Add(time.Minute)}
		}
		h.want("first", h.use(n("k", "a"), n("k", "b"), n("k", "a")), []bool{true, true, false})
		h.want("again", h.use(n("k", "a"), n("other", "a"), n("k", "A"), n("k", "")), []bool{false, true, true, true})
		h.want("none", len(h.use()), 0)
	}},
	{"race", func(h *harness) {
		for round := range 20 {
			var won atomic.Int64
			var wg sync.WaitGroup
			n := store.Nonce{KeyID: "k", Value: fmt.Sprint(round), Expires: h.now.Add(time.Minute)}
			for range 50 {
				wg.Go(func() {
					ok, err := h.UseNonces(h.ctx, []store.Nonce{n})
					if err != nil {
						h.Error(err)
					} else if ok[0] {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			h.want("winners", won.Load(), 1)
		}
	}},
	{"prune", func(h *harness) {
		var all []store.Nonce
		for i := range 1500 {
			all = append(all, store.Nonce{KeyID: "k", Value: fmt.Sprint(i), Expires: h.now.Add(time.Duration(i) * time.Second)})
		}
		h.use(all...)
		h.wantForgotten(h.now.Add(-time.Second), 5000, 0)
		h.wantForgotten(h.now.Add(999*time.Second), 100, 100)
		h.wantForgotten(h.now.Add(999*time.Second), 5000, 900)
		h.want("after", h.use(all[999], all[1000]), []bool{true, false})
	}},
	{"clock stepping back", func(h *harness) {
		n := store.Nonce{KeyID: "k", Value: "v", Expires: h.now.Add(time.Minute)}
		h.use(n)
		n.Expires = h.now.Add(-10 * time.Minute) // the clock stepped back: an earlier end, the same nonce
		h.want("replay", h.use(n), []bool{false})
	}},
}

func (h *harness) use(nonces ...store.Nonce) []bool {
	h.Helper()
	ok, err := h.UseNonces(h.ctx, nonces)
	h.must(err)
	return ok
}

func (h *harness) wantForgotten(now time.Time, limit, want int) {
	h.Helper()
	n, err := h.PruneNonces(h.ctx, now, limit)
	h.must(err)
	h.want("forgotten", n, want)
}
