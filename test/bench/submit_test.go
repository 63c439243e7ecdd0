package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// BenchmarkSubmit measures acknowledged submits alone: signed calls from several connections
// into a paused pipeline, each on stable storage before its reply.
func BenchmarkSubmit(b *testing.B) {
	origin := rig.NewOrigin(b)
	server := rig.Start(b, rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_LOG_LEVEL": "warn"}})
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	pipeline, err := server.API().DefaultPipeline(ctx)
	if err != nil {
		b.Fatal(err)
	}
	if err := server.API().SetPipeline(ctx, pipeline.PipelineId, "Paused"); err != nil {
		b.Fatal(err)
	}
	for _, connections := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			began := time.Now()
			took := submit(ctx, b, server, origin, connections, b.N)
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "submits/s")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// submit makes n calls and returns how long each took.
func submit(ctx context.Context, b *testing.B, server *rig.Server, origin *rig.Origin, connections, n int) []time.Duration {
	took := make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			api := server.API()
			defer api.HTTP.CloseIdleConnections()
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				began := time.Now()
				if _, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/absent", Name: "bench"}); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(began)
			}
		})
	}
	wg.Wait()
	return took
}
