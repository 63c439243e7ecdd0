package probe

import (
	"bytes"
	"context"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// TestScratch holds that pieces on loan do not overlap, and that they come back.
func TestScratch(t *testing.T) {
	var kept *Reader
	format := Format{Name: "x", Sniff: func([]byte) error { return nil }, Probe: func(_ context.Context, r *Reader) (*media.Info, error) {
		kept = r
		a, b, c := r.Scratch(100), r.Scratch(minScratch), r.Scratch(maxScratch+1)
		if len(a) != 100 || len(b) != minScratch || len(c) != maxScratch+1 {
			t.Errorf("lengths %d, %d and %d", len(a), len(b), len(c))
		}
		clear(a)
		for i := range b {
			b[i] = 1
		}
		if bytes.IndexByte(a, 1) >= 0 {
			t.Error("two pieces share memory")
		}
		if len(r.ledger.loans) != 2 {
			t.Errorf("%d pieces on loan, want the two that are kept", len(r.ledger.loans))
		}
		return &media.Info{}, nil
	}}
	for range 3 {
		if _, err := New(format).Probe(t.Context(), NewBytes([]byte("data"))); err != nil {
			t.Fatal(err)
		}
		if len(kept.ledger.loans) != 0 {
			t.Fatal("not given back")
		}
	}
	if r := NewReader(t.Context(), nil, Limits{}); len(r.Scratch(10)) != 10 || len(r.ledger.loans) != 0 {
		t.Error("a Reader outside a probe keeps memory on loan for ever")
	}
}
