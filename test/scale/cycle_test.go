package scale

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/test/scale/load"
)

// BenchmarkCycle measures submit → claimed → completed with all rules on, as fast as it goes: 64 callers
// submit one job a call and wait until it is durable.
func BenchmarkCycle(b *testing.B) {
	for _, s := range stores {
		b.Run(s.name+"/callback=none", func(b *testing.B) { benchmarkCycle(b, s.open, false) })
		b.Run(s.name+"/callback=each", func(b *testing.B) { benchmarkCycle(b, s.open, true) })
	}
}

func benchmarkCycle(b *testing.B, open opener, callback bool) {
	r := start(b, open(b), load.Options{Callback: callback})
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	began, cpu := time.Now(), load.CPU()
	if err := r.Closed(b.Context(), func() bool { return left.Add(-1) >= 0 }); err != nil {
		b.Fatal(err)
	}
	r.WaitEnded(int64(b.N))
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "jobs/s")
	b.ReportMetric(float64((load.CPU()-cpu).Microseconds())/float64(b.N), "cpu-µs/job")
}

// BenchmarkHalfLoad measures latency at about half of what BenchmarkCycle reaches, in an open loop: calls
// come at their time, whether or not earlier ones have come back. One iteration is one job.
func BenchmarkHalfLoad(b *testing.B) {
	for _, s := range []struct {
		name string
		open opener
		rate float64 // jobs per second
	}{{"sqlite/5000", openSQLite, 5000}, {"postgres/4000", openPostgres, 4000}, {"sqlite/500", openSQLite, 500}, {"postgres/500", openPostgres, 500}} {
		b.Run(s.name, func(b *testing.B) {
			var starts, ends load.Times
			r := start(b, s.open(b), load.Options{Callback: true,
				Started: func(media string) { starts.Add(time.Since(load.Due(media))) },
				Ended:   func(j *job.Job) { ends.Add(time.Since(load.Due(j.Spec.Input.Media))) },
			})
			b.ResetTimer()
			if err := r.Open(b.Context(), s.rate, time.Duration(float64(b.N)/s.rate*float64(time.Second))); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			for what, times := range map[string][]time.Duration{"start": starts.Take(), "done": ends.Take()} {
				b.ReportMetric(milli(load.Quantile(times, 0.5)), what+"-p50-ms")
				b.ReportMetric(milli(load.Quantile(times, 0.99)), what+"-p99-ms")
			}
		})
	}
}
