package truncation

import (
	"os"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
	"github.com/mediagauge/mediagauge/test/differential"
)

// mostEdges of one sample are cut at. The few samples with more have one for every block or
// sample of media, which all look alike; MEDIAGAUGE_EDGES=all takes those too.
const mostEdges = 1200

// TestEdges: a sample that is cut where one of its structures begins or ends is answered or
// refused soundly, whether its length is known or not.
func TestEdges(t *testing.T) {
	collected, err1 := testmedia.List()
	generated, err2 := testmedia.Generated()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	p := probe.New(all.Formats...)
	ours := differential.Containers()
	var files, edges, probes int
	for _, s := range append(collected, generated...) {
		data, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		found := probetest.Structures(data)
		if headers := slices.Contains(differential.Headers, s.Container); len(found) == 0 && headers && !s.Fails {
			t.Errorf("%s: no structures found", s.Name)
		}
		if len(found) == 0 && slices.Contains(ours, s.Container) {
			found = probetest.Edges(p, data) // of a format of another kind
		}
		if len(found) == 0 {
			continue
		}
		files++
		edges += len(found)
		t.Run(s.Name, func(t *testing.T) { probes += probetest.Truncate(t, p, data, choose(found)) })
	}
	t.Logf("%d files, %d edges, %d probes", files, edges, probes)
	if files < 300 || probes < 50_000 {
		t.Errorf("%d files, %d probes: samples are missing", files, probes)
	}
}

// choose takes edges at even distances when there are too many.
func choose(edges []int64) []int64 {
	if len(edges) <= mostEdges || os.Getenv("MEDIAGAUGE_EDGES") == "all" {
		return edges
	}
	chosen := make([]int64, mostEdges)
	for i := range chosen {
		chosen[i] = edges[i*len(edges)/mostEdges]
	}
	return chosen
}
