package probe_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// shelf is a Source that leads to others by name.
type shelf struct {
	probe.Source
	all    map[string]string
	closed *int
}

func (s shelf) OpenReference(_ context.Context, ref string) (probe.Source, error) {
	text, ok := s.all[ref]
	if !ok {
		return nil, errors.New("not there")
	}
	return shelf{probe.NewBytes([]byte(text)), s.all, s.closed}, nil
}

func (s shelf) Close() error { *s.closed++; return nil }

// list is a format whose text is the name of another source, leaf the format at its end.
func list(t *testing.T) probe.Format {
	return probe.Format{
		Name:   "list",
		Refers: true,
		Sniff: func(head []byte) error {
			if !strings.HasPrefix(string(head), "list ") {
				return errors.New("no list")
			}
			return nil
		},
		Probe: func(ctx context.Context, r *probe.Reader) (*media.Info, error) {
			head, err := r.Head(100)
			if err != nil {
				return nil, err
			}
			for {
				name, more := strings.CutPrefix(string(head), "list ")
				if !more {
					break
				}
				src, err := r.Open(name)
				if err != nil {
					return nil, err
				}
				if r.Opening() {
					t.Error("a list is taken for an opening")
				}
				next := r.Within(src)
				if head, err = next.Head(100); err != nil {
					return nil, err
				}
				if !strings.HasPrefix(string(head), "list ") {
					return r.ProbeOpening(ctx, src)
				}
				r = next
			}
			return nil, probe.Errorf(probe.Malformed, "no name")
		},
	}
}

func TestReferences(t *testing.T) {
	leaf := probe.Format{
		Name:  "leaf",
		Sniff: func(head []byte) error { return nil },
		Probe: func(_ context.Context, r *probe.Reader) (*media.Info, error) {
			if !r.Opening() {
				return nil, errors.New("not an opening")
			}
			return &media.Info{Format: media.Format{Name: "leaf"}}, nil
		},
	}
	all := map[string]string{
		"a": "list b", "b": "list c", "c": "leaf", "loop": "list loop", "gone": "list nowhere",
	}
	for start, want := range map[string]error{"list c": nil, "list b": nil, "list a": nil, "list loop": probe.Limit, "list gone": probe.IO} {
		closed := 0
		r := probe.NewReader(t.Context(), shelf{probe.NewBytes([]byte(start)), all, &closed}, probe.Limits{})
		info, err := probe.New(list(t), leaf).ProbeReader(t.Context(), r)
		if !errors.Is(err, want) || (err == nil) != (info != nil) {
			t.Errorf("%s: %v, %v, want %v", start, info, err, want)
		}
		if c := r.Cost(); err == nil && (closed == 0 || c.Requests < closed+1) {
			t.Errorf("%s: %d closed, %+v spent", start, closed, c)
		}
	}
}

// TestReferencesRefused: a source without a place, too many references, and a list in a list.
func TestReferencesRefused(t *testing.T) {
	r := probe.NewReader(t.Context(), probe.NewBytes([]byte("list c")), probe.Limits{})
	if _, err := r.Open("c"); probe.RuleOf(err) != "no-references" {
		t.Errorf("bytes: %v", err)
	}
	closed := 0
	root := shelf{probe.NewBytes(nil), map[string]string{"c": "list c"}, &closed}
	r = probe.NewReader(t.Context(), root, probe.Limits{MaxReferences: 3})
	for i := range 5 {
		if _, err := r.Open("c"); (err != nil) != (i >= 3) || err != nil && !errors.Is(err, probe.Limit) {
			t.Errorf("reference %d: %v", i, err)
		}
	}
	if _, err := r.ProbeOpening(t.Context(), root); !errors.Is(err, probe.ErrUnknownFormat) {
		t.Errorf("without a prober: %v", err)
	}
	inList := probe.Format{
		Name: "outer", Refers: true,
		Sniff: func([]byte) error { return nil },
		Probe: func(ctx context.Context, r *probe.Reader) (*media.Info, error) {
			src, err := r.Open("c")
			if err != nil {
				return nil, err
			}
			return r.ProbeOpening(ctx, src)
		},
	}
	if _, err := probe.New(inList, list(t)).Probe(t.Context(), root); !errors.Is(err, probe.ErrUnknownFormat) {
		t.Errorf("a list in a list: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("over: %w", io.ErrClosedPipe))
	if _, err := probe.NewReader(ctx, root, probe.Limits{}).Open("c"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("cancelled: %v", err)
	}
}
