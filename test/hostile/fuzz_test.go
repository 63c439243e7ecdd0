package hostile

import (
	"testing"

	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

// FuzzAll: for any bytes at all, no panic, within limits, the same answer twice, and an answer
// that does not contradict itself.
func FuzzAll(f *testing.F) {
	for _, b := range seeds(f).Seeds {
		if len(b) <= 16<<10 {
			f.Add(b)
		}
	}
	limits := probe.Limits{MaxBytes: 1 << 20, MaxReads: 64, MaxElements: 10_000}
	f.Fuzz(func(t *testing.T, b []byte) {
		o := probetest.ProbeWithin(maxTime, prober, probe.NewBytes(b), limits)
		if err := o.Sound(); err != nil {
			t.Fatal(err)
		}
		if o.Elapsed > maxTime || o.Allocated > maxMemory {
			t.Errorf("%s, %d bytes allocated", o.Elapsed, o.Allocated)
		}
		if o.Cost.Bytes > limits.MaxBytes || o.Cost.Requests > limits.MaxReads {
			t.Errorf("spent %+v", o.Cost)
		}
		if again := probetest.Probe(prober, probe.NewBytes(b), limits); again.Text() != o.Text() {
			t.Errorf("another answer the second time:\n%s\n%s", o.Text(), again.Text())
		}
		if u := probetest.ProbeWithin(maxTime, prober, unmeasured{probe.NewBytes(b)}, limits); u.Sound() != nil || u.Elapsed > maxTime || u.Allocated > maxMemory {
			t.Errorf("when the length is unknown: %s, %d bytes allocated, %v", u.Elapsed, u.Allocated, u.Sound())
		}
	})
}
