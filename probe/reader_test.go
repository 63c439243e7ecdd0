package probe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// scripted answers every read with the same outcome.
type scripted struct {
	n   int
	err error
}

func (s scripted) ReadAt(p []byte, _ int64) (int, error) { return min(s.n, len(p)), s.err }
func (s scripted) Size() (int64, bool)                   { return 0, false }

func TestReadAt(t *testing.T) {
	boom := errors.New("boom")
	typed := probe.Errorf(probe.Truncated, "source cut off")
	cases := []struct {
		name    string
		src     probe.Source
		size    int
		off     int64
		n       int
		wantErr error // nil: none
	}{
		{"whole", probe.NewBytes([]byte("abcdef")), 6, 0, 6, nil},
		{"middle", probe.NewBytes([]byte("abcdef")), 2, 3, 2, nil},
		{"nothing asked", scripted{0, boom}, 0, 0, 0, nil},
		{"short at the end", probe.NewBytes([]byte("abcdef")), 4, 4, 2, io.EOF},
		{"behind the end", probe.NewBytes([]byte("abcdef")), 4, 9, 0, io.EOF},
		{"end with the last bytes", scripted{4, io.EOF}, 4, 0, 4, nil},
		{"short without a reason", scripted{2, nil}, 4, 0, 2, io.ErrNoProgress},
		{"foreign error", scripted{2, boom}, 4, 0, 2, boom},
		{"typed error stays itself", scripted{2, typed}, 4, 0, 2, probe.Truncated},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := probe.NewReader(t.Context(), c.src, probe.Limits{})
			n, err := r.ReadAt(make([]byte, c.size), c.off)
			if n != c.n || !errors.Is(err, c.wantErr) {
				t.Errorf("got %d, %v; want %d, %v", n, err, c.n, c.wantErr)
			}
			if c.wantErr == io.EOF && err != io.EOF {
				t.Errorf("the end is %v, not io.EOF itself", err)
			}
			if (c.wantErr == boom || c.wantErr == io.ErrNoProgress) && !errors.Is(err, probe.IO) {
				t.Errorf("%v is not an IO error", err)
			}
			if got := r.Cost().Bytes; got != int64(c.n) {
				t.Errorf("%d bytes on the account, want %d", got, c.n)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	src := probe.NewBytes(make([]byte, 1000))
	r := probe.NewReader(t.Context(), src, probe.Limits{MaxBytes: 100, MaxReads: 3, MaxElements: 2})
	read := func(n int) error { _, err := r.ReadAt(make([]byte, n), 7); return err }
	if err := read(101); !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "more than 100 bytes read") || !strings.Contains(err.Error(), "at 7") {
		t.Errorf("too large a read: %v", err)
	}
	for range 3 {
		if err := read(10); err != nil {
			t.Fatal(err)
		}
	}
	if err := read(1); !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "more than 3 reads") {
		t.Errorf("fourth read: %v", err)
	}
	if got := r.Cost(); got != (probe.Cost{Requests: 3, Bytes: 30}) {
		t.Errorf("spent %+v", got)
	}
	for i := range 3 {
		err := r.Element(int64(i))
		if (err != nil) != (i == 2) {
			t.Errorf("element %d: %v", i, err)
		}
		if err != nil && (!errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "more than 2 elements")) {
			t.Errorf("element %d: %v", i, err)
		}
	}
}

func TestLimitsDefault(t *testing.T) {
	r := probe.NewReader(t.Context(), probe.NewBytes(nil), probe.Limits{MaxTracks: 5, MaxDepth: -1})
	want := probe.DefaultLimits
	want.MaxTracks = 5
	if got := r.Limits(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestExactBudget: the last allowed byte can be read, one more cannot.
func TestExactBudget(t *testing.T) {
	data := []byte(strings.Repeat("x", 64))
	for _, c := range []struct {
		budget int64
		ok     bool
	}{{64, true}, {63, false}} {
		r := probe.NewReader(t.Context(), probe.NewBytes(data), probe.Limits{MaxBytes: c.budget})
		if _, err := r.ReadAt(make([]byte, 64), 0); (err == nil) != c.ok {
			t.Errorf("budget %d: %v", c.budget, err)
		}
	}
}

// TestBudgetAtTheEnd: asking for more than there is takes no more budget than there is.
func TestBudgetAtTheEnd(t *testing.T) {
	r := probe.NewReader(t.Context(), probe.NewBytes([]byte("abc")), probe.Limits{MaxBytes: 3})
	if head, err := r.Head(4096); err != nil || string(head) != "abc" {
		t.Errorf("got %q, %v", head, err)
	}
	if n, err := r.ReadAt(make([]byte, 1), 3); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d, %v", n, err)
	}
}

func TestReaderContext(t *testing.T) {
	gone := errors.New("job taken away")
	ctx, cancel := context.WithCancelCause(t.Context())
	r := probe.NewReader(ctx, probe.NewBytes([]byte("abc")), probe.Limits{})
	cancel(gone)
	if _, err := r.ReadAt(make([]byte, 1), 0); !errors.Is(err, gone) || !errors.Is(err, probe.IO) {
		t.Errorf("got %v", err)
	}
	if got := r.Cost(); got != (probe.Cost{}) {
		t.Errorf("spent %+v", got)
	}
}

func TestHead(t *testing.T) {
	r := probe.NewReader(t.Context(), probe.NewBytes([]byte("abc")), probe.Limits{})
	for n, want := range map[int]string{2: "ab", 3: "abc", 9: "abc", 0: ""} {
		if got, err := r.Head(n); err != nil || string(got) != want {
			t.Errorf("%d: got %q, %v", n, got, err)
		}
	}
	if size, ok := r.Size(); size != 3 || !ok {
		t.Errorf("size %d, %v", size, ok)
	}
}

// accounting is a source that keeps its own books.
type accounting struct{ probe.Source }

func (accounting) Spent() probe.Cost { return probe.Cost{Requests: 7, Bytes: 9000} }

func TestCostFromSource(t *testing.T) {
	r := probe.NewReader(t.Context(), accounting{probe.NewBytes([]byte("abc"))}, probe.Limits{})
	if _, err := r.Head(1); err != nil {
		t.Fatal(err)
	}
	if got := r.Cost(); got != (probe.Cost{Requests: 7, Bytes: 9000}) {
		t.Errorf("got %+v", got)
	}
}

// TestConcurrentReads: reads in parallel give the right bytes and never overdraw together.
func TestConcurrentReads(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100)
	r := probe.NewReader(t.Context(), probe.NewBytes(data), probe.Limits{MaxBytes: 500})
	var mu sync.Mutex
	var got int64
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			p := make([]byte, 10)
			n, err := r.ReadAt(p, int64(i*10))
			if err == nil && string(p) != "0123456789" {
				t.Errorf("read %q", p)
			}
			mu.Lock()
			got += int64(n)
			mu.Unlock()
		})
	}
	wg.Wait()
	if got != 500 || r.Cost().Bytes != 500 {
		t.Errorf("read %d bytes, account %+v", got, r.Cost())
	}
}
