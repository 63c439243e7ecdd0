package probetest

import (
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/mediagauge/mediagauge/probe"
)

const (
	maxEdges   = 256 // structures of one sample whose edges are cut at
	randomCuts = 50
	headCuts   = 64
)

// sweep cuts data at the edges of its structures, near them, in the first bytes and at random: an
// answer or a typed error, in bounded time and memory.
func sweep(t Reporter, p *probe.Prober, data []byte) {
	t.Helper()
	var cuts []int64
	for _, edge := range Edges(p, data) {
		cuts = append(cuts, edge-1, edge, edge+1, edge+4, edge+7)
	}
	for n := range int64(headCuts) {
		cuts = append(cuts, n)
	}
	random := rand.New(rand.NewPCG(1, uint64(len(data)))) // the same cuts in every run
	for range randomCuts {
		cuts = append(cuts, random.Int64N(int64(len(data))+1))
	}
	Truncate(t, p, data, cuts)
}

// Truncate probes data cut at each of cuts that lies in it, with the length known and not: an
// answer or a typed error that blames the file, in bounded time and memory. It returns how often
// it probed.
func Truncate(t Reporter, p *probe.Prober, data []byte, cuts []int64) (probes int) {
	t.Helper()
	slices.Sort(cuts)
	for _, cut := range slices.Compact(cuts) {
		if cut < 0 || cut >= int64(len(data)) {
			continue
		}
		for _, unknown := range []bool{false, true} {
			probes++
			o := ProbeWithin(maxTime, p, &script{data: data[:cut], unknown: unknown}, probe.Limits{})
			if err := o.Sound(); err != nil {
				t.Errorf("cut at %d (length unknown: %v): %v", cut, unknown, err)
			}
			if errors.Is(o.Err, probe.IO) {
				t.Errorf("cut at %d is taken for a failure of the source: %v", cut, o.Err)
			}
			if o.Elapsed > maxTime || o.Allocated > baseMemory+memoryPerByte*uint64(o.Cost.Bytes) {
				t.Errorf("cut at %d: %s, %d bytes allocated for %d read", cut, o.Elapsed, o.Allocated, o.Cost.Bytes)
			}
		}
	}
	return probes
}

// Edges finds where the structures of data begin, without knowing the format: it allows one
// element after the other and asks the limit error where the next one lies.
func Edges(p *probe.Prober, data []byte) []int64 {
	var edges []int64
	for n := 1; n <= maxEdges; n++ {
		o := Probe(p, &script{data: data}, probe.Limits{MaxElements: n})
		var at *probe.Error
		if !errors.As(o.Err, &at) || at.Kind != probe.Limit {
			break
		}
		edges = append(edges, at.Offset)
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}
