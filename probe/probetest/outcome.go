package probetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Outcome is what probing gave and took.
type Outcome struct {
	Info      *media.Info
	Err       error
	Panic     any    // what the format panicked with; nil for none
	Stack     string // where it panicked
	Cost      probe.Cost
	Elapsed   time.Duration
	Allocated uint64 // heap bytes by the whole process in the meantime
}

// Probe asks p about src within l and measures. It recovers from panics.
func Probe(p *probe.Prober, src probe.Source, l probe.Limits) (o Outcome) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := probe.NewReader(context.Background(), src, l)
	began := time.Now()
	defer func() {
		o.Elapsed = time.Since(began)
		if o.Panic = recover(); o.Panic != nil {
			o.Stack = string(debug.Stack())
		}
		o.Cost = r.Cost()
		runtime.ReadMemStats(&after)
		o.Allocated = after.TotalAlloc - before.TotalAlloc
	}()
	o.Info, o.Err = p.ProbeReader(context.Background(), r)
	return o
}

// ProbeWithin is Probe, tried up to three times while it takes longer than most: on a busy
// machine one reading of the clock proves nothing.
func ProbeWithin(most time.Duration, p *probe.Prober, src probe.Source, l probe.Limits) Outcome {
	o := Probe(p, src, l)
	for range 2 {
		if o.Elapsed <= most {
			break
		}
		o = Probe(p, src, l)
	}
	return o
}

// Text spells the answer, or the error, as golden files hold it.
func (o Outcome) Text() string {
	switch {
	case o.Panic != nil:
		return fmt.Sprintf("panic: %v\n", o.Panic)
	case o.Err != nil:
		return "error: " + strings.ReplaceAll(o.Err.Error(), "\n", "; ") + "\n"
	}
	return Dump(o.Info)
}

// Sound reports what breaks the promises that hold for any bytes at all: no panic; an answer
// that does not contradict itself, or a typed error that says whose fault it is, never both.
func (o Outcome) Sound() error {
	if o.Panic != nil {
		return fmt.Errorf("panic: %v\n%s", o.Panic, o.Stack)
	}
	if o.Err == nil {
		return Consistent(o.Info)
	}
	if o.Info != nil {
		return fmt.Errorf("an answer and an error: %w", o.Err)
	}
	var typed *probe.Error
	switch {
	case errors.Is(o.Err, probe.ErrUnknownFormat):
		return nil
	case !errors.As(o.Err, &typed):
		return fmt.Errorf("not a *probe.Error: %w", o.Err)
	case typed.Kind < probe.Malformed || typed.Kind > probe.IO:
		return fmt.Errorf("an error of no kind: %w", o.Err)
	}
	return nil
}
