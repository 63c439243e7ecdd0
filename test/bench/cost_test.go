package bench

import (
	"context"
	"testing"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/synth"
)

// TestCost holds what a probe allocates and reads to bounds that leave room, but not for an
// allocation or a read per sample. Time is for the benchmarks.
func TestCost(t *testing.T) {
	movie := func(b []byte) (*synth.File, error) { return synth.Movie(b, 600, 180<<10, true) }
	sidx := func(b []byte) (*synth.File, error) { return synth.Fragments(b, 300, 360<<10, synth.SegIndex) }
	matroska := func(b []byte) (*synth.File, error) { return synth.Matroska(b, 600, 180<<10) }
	for _, c := range []struct {
		name   string
		make   func([]byte) (*synth.File, error) // nil: the file as it is
		allocs float64
		reads  int
		beyond int64 // bytes read on top of the headers; of a file as it is, bytes read
	}{
		{"h264-aac-end.mp4", nil, 300, 8, 96 << 10},
		{"aac-stereo-44100.m4a", nil, 300, 8, 96 << 10},
		{"h264-aac.mkv", nil, 300, 8, 128 << 10},
		{"vp9-opus.webm", nil, 300, 8, 128 << 10},
		{"h264-aac-faststart.mp4", movie, 400, 8, 160 << 10},
		{"frag-cmaf.mp4", sidx, 400, 8, 160 << 10},
		{"h264-aac.mkv", matroska, 300, 8, 160 << 10},
	} {
		name := c.name
		data := small(t, c.name)
		src, size, headers := probe.NewBytes(data), int64(len(data)), int64(0)
		if c.make != nil {
			f, err := c.make(data)
			if err != nil {
				t.Fatal(err)
			}
			name += ", long"
			src, headers = f, f.Headers
			size, _ = f.Size()
		}
		p := probe.New(all.Formats...)
		t.Run(name, func(t *testing.T) {
			r := probe.NewReader(t.Context(), src, probe.Limits{})
			if _, err := p.ProbeReader(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			cost := r.Cost()
			if cost.Requests > c.reads || cost.Bytes > headers+c.beyond {
				t.Errorf("%d reads of %d bytes, want at most %d and %d; the file has %d", cost.Requests, cost.Bytes, c.reads, headers+c.beyond, size)
			}
			got := testing.AllocsPerRun(20, func() {
				if _, err := p.Probe(context.Background(), src); err != nil {
					t.Fatal(err)
				}
			})
			if got > c.allocs {
				t.Errorf("%.0f allocations, want at most %.0f", got, c.allocs)
			}
			t.Logf("%.0f allocations, %d reads of %d bytes", got, cost.Requests, cost.Bytes)
		})
	}
}
