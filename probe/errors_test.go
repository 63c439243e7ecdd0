package probe_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

func TestErrorPrint(t *testing.T) {
	reason := errors.New("no sample entries")
	cases := []struct {
		err  probe.Error
		want string
	}{
		{probe.Error{Kind: probe.Malformed, Format: "mp4", Path: "moov/trak[1]/stsd", Offset: 8004, Err: reason},
			"mp4: moov/trak[1]/stsd at 8004: malformed: no sample entries"},
		{probe.Error{Kind: probe.Limit, Offset: -1, Err: reason}, "limit: no sample entries"},
		{probe.Error{Kind: probe.IO, Offset: 0}, "at 0: io"},
		{probe.Error{Kind: probe.Truncated, Path: "moov", Offset: -1}, "moov: truncated"},
		{probe.Error{Kind: probe.Unsupported, Format: "ogg", Offset: -1}, "ogg: unsupported"},
		{probe.Error{Kind: 99, Offset: -1}, "kind(99)"},
	}
	for _, c := range cases {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestErrorIs(t *testing.T) {
	err := fmt.Errorf("job 1: %w", probe.Errorf(probe.Truncated, "box cut off: %w", io.ErrUnexpectedEOF))
	for _, target := range []error{probe.Truncated, io.ErrUnexpectedEOF} {
		if !errors.Is(err, target) {
			t.Errorf("%v is not %v", err, target)
		}
	}
	for _, target := range []error{probe.Malformed, probe.IO, probe.ErrUnknownFormat} {
		if errors.Is(err, target) {
			t.Errorf("%v is %v", err, target)
		}
	}
	var known *probe.Error
	if !errors.As(err, &known) || known.Offset != -1 {
		t.Errorf("got %+v", known)
	}
}
